"""The engine's program, started for one worker: in a network of its own, in a group of its own, and gone with us.

It listens on every address there is, whatever it is told, and asks nobody who they are. So it is given a network that
only its client is let into; where none can be made, it is on this machine's, and IronPdfKind.notes says so.
"""

import asyncio
import contextlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from pdfbatch_api.errors import EngineError
from pdfbatch_api.pods import IRONPDF_ENGINE_LICENSE_VARIABLE
from pdfbatch_renderer.engines.ironpdf import own_network
from pdfbatch_renderer.engines.ironpdf.address import Address
from pdfbatch_renderer.process_memory import ProcessTree, descendants

_START_SECONDS: Final = 60.0
_PAUSE: Final = 0.1
# It would log every request with what is in it, and tell its maker of crashes. A worker prints one document at a time.
_SETTINGS: Final = (
    "logging_mode=None",
    "send_anonymous_analytics_and_crash_data=False",
    "chrome_browser_limit=1",
    "programming_language=python",
)


class Server:
    """A running engine. `start` makes one.

    Attributes:
        address: where it listens.
        through: what a program is started through that is to reach it (see Child.start).
    """

    def __init__(
        self, process: "subprocess.Popen[bytes]", address: Address, folder: Path, words: int, *, apart: bool
    ) -> None:
        self._process = process
        self.address = address
        self.through = own_network.within(process.pid) if apart else ()
        self._folder = folder
        self._words = words
        self._tree = ProcessTree(process.pid)

    @classmethod
    async def start(cls, program: Path, *, key: str) -> "Server":
        """An engine that accepts connections.

        Args:
            key: the licence key, or empty.

        Raises:
            EngineError: it did not start.
        """
        address = Address("127.0.0.1", _free_port())
        folder = Path(tempfile.mkdtemp(prefix="pdfbatch-ironpdf-"))
        words = os.memfd_create("ironpdf-output")
        line = [str(program), f"port={address.port}", f"temp_folder_path={folder}", *_SETTINGS]
        setpriv = shutil.which("setpriv")
        if setpriv is not None:
            # Should we die without a word, the kernel ends the engine too.
            line = [setpriv, "--pdeathsig", "KILL", *line]
        apart = await asyncio.to_thread(own_network.refusal) is None
        if apart:
            line = [*own_network.IN_NEW, *line]
        await asyncio.to_thread(_allow_execution, program)
        try:
            # In this thread, as the kernel ends the process with the thread that started it (PR_SET_PDEATHSIG).
            process = subprocess.Popen(  # noqa: ASYNC220
                line,
                env=_environment(folder, key),
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=words,
                start_new_session=True,
            )
        except OSError as error:
            os.close(words)
            await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)
            raise EngineError(f"IronPDF's engine {program} cannot be started: {error.strerror}") from error
        server = cls(process, address, folder, words, apart=apart)
        try:
            await answers(
                address,
                _START_SECONDS,
                lambda: process.poll() is None,
                (lambda: own_network.listens(process.pid, address.port)) if apart else None,
            )
        except EngineError as error:
            said = server.last_words()
            await server.close()
            raise EngineError(
                f"IronPDF's engine did not start: {said or error.what}",
                hint=f"Try it by hand: {program} port={address.port}. "
                "docs/ironpdf.md has what it needs of the machine.",
            ) from error
        except BaseException:
            await server.close()
            raise
        return server

    @property
    def alive(self) -> bool:
        """Whether it runs."""
        return self._process.poll() is None

    def memory(self) -> int:
        """Memory of its own in bytes, all its processes together."""
        return self._tree.memory()

    def kill(self) -> None:
        """Ends it at once: whoever waits for its answer gets an error."""
        # Its browser's processes have groups of their own.
        family = [self._process.pid, *descendants(self._process.pid)]
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        for pid in family:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def last_words(self) -> str:
        """The last line that it wrote."""
        said = os.pread(self._words, 16_000, max(os.fstat(self._words).st_size - 16_000, 0))
        lines = [line for line in said.decode(errors="replace").splitlines() if line.strip()]
        return lines[-1].strip()[:300] if lines else ""

    async def close(self) -> None:
        """Ends it with all its processes, and removes what it left."""
        self.kill()  # also where it has ended: its browser may live on
        await asyncio.to_thread(self._process.wait)
        with contextlib.suppress(OSError):
            os.close(self._words)
        await asyncio.to_thread(shutil.rmtree, self._folder, ignore_errors=True)


async def answers(
    address: Address,
    patience: float,
    alive: Callable[[], bool] = lambda: True,
    listens: Callable[[], bool] | None = None,
) -> None:
    """Returns when somebody accepts connections there.

    Args:
        patience: seconds.
        alive: whether there is any hope.
        listens: tells it, where no connection from here gets there.

    Raises:
        EngineError: nobody does.
    """
    deadline = time.monotonic() + patience
    while True:
        try:
            if listens is None:
                async with asyncio.timeout(max(deadline - time.monotonic(), _PAUSE)):
                    _, writer = await asyncio.open_connection(address.host, address.port)
                writer.close()
            elif not listens():
                raise ConnectionRefusedError
            return
        except OSError as error:  # a TimeoutError is one
            if not alive():
                raise EngineError("it ended") from error
            if time.monotonic() + _PAUSE > deadline:
                raise EngineError(
                    f"nothing answers at {address}, tried for {patience:g} s: {error.strerror or 'no answer'}"
                ) from error
        await asyncio.sleep(_PAUSE)


def _allow_execution(program: Path) -> None:
    # npm's package has its programs without the permission to run them.
    for name in (program, program.with_name("IronCefSubprocess")):
        with contextlib.suppress(OSError):
            if not os.access(name, os.X_OK):
                name.chmod(name.stat().st_mode | 0o111)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _environment(folder: Path, key: str) -> dict[str, str]:
    """Nothing of ours but IronPDF's own licence key: no credentials, nobody's own files."""
    own = {name: str(folder) for name in ("HOME", "TMPDIR", "XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME")}
    # .NET without ICU, which a small image lacks.
    fixed = {"PATH": os.defpath, "LANG": "C.UTF-8", "TZ": "UTC", "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1"}
    return {**own, **fixed, **({IRONPDF_ENGINE_LICENSE_VARIABLE: key} if key else {})}
