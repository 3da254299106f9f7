"""An engine's process, seen from the worker: started, asked, ended."""

import asyncio
import contextlib
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from pdfbatch_api.errors import EngineError, EngineMissingError
from pdfbatch_renderer.engines.child.messages import LENGTH, Begin, Broken, FromChild, Ready, ToChild, frame, from_child
from pdfbatch_renderer.process_memory import own_memory

_SERVING: Final = "pdfbatch_renderer.engines.child.serving"
_START_SECONDS: Final = 60.0
# What the loader of libraries and fontconfig need to find what is installed elsewhere than usual.
_PASSED_ON: Final = ("LD_LIBRARY_PATH", "FONTCONFIG_FILE", "FONTCONFIG_PATH", "PYTHONDONTWRITEBYTECODE")
# Nobody listens there (discard, RFC 863). The kernel refuses sockets anyway, where it can.
_NOWHERE: Final = "http://127.0.0.1:9"


class Child:
    """A process that prints. `start` makes one.

    Attributes:
        ready: what it said of itself.
    """

    def __init__(self, process: "subprocess.Popen[bytes]", folder: Path, errors: int) -> None:
        self._process = process
        self._folder = folder
        self._errors = errors
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None
        self.ready = Ready("", "", walled=False)

    @classmethod
    async def start(cls, begin: Begin, *, through: Sequence[str] = ()) -> "Child":
        """A process that is ready to print.

        Args:
            through: a command that becomes the one after it, and prepares where that runs.

        Raises:
            EngineMissingError: the library is not there, or cannot be loaded.
            EngineError: the process did not start.
        """
        ours, theirs = socket.socketpair()
        folder = Path(tempfile.mkdtemp(prefix="pdfbatch-process-"))
        errors = os.memfd_create("engine-stderr")
        with theirs:
            # In this thread, as the kernel ends the process with the thread that started it (PR_SET_PDEATHSIG).
            process = subprocess.Popen(  # noqa: ASYNC220
                # -P: what lies in the working folder is the template's, and no module of ours.
                [*through, sys.executable, "-P", "-m", _SERVING, str(theirs.fileno())],
                env=_environment(folder, networked=begin.networked),
                cwd=folder,
                pass_fds=(theirs.fileno(),),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=errors,
            )
        child = cls(process, folder, errors)
        try:
            async with asyncio.timeout(_START_SECONDS):
                child._reader, child._writer = await asyncio.open_unix_connection(sock=ours)
                answer = await child.ask(begin)
        except (TimeoutError, EngineError) as error:
            words = child.last_words()
            await child.close()
            raise EngineError(
                f"{begin.printer} did not start: {words or error or f'no answer in {_START_SECONDS:g} s'}"
            ) from error
        if isinstance(answer, Broken):
            await child.close()
            raise EngineMissingError(answer.what, hint=answer.hint)
        assert isinstance(answer, Ready)
        child.ready = answer
        return child

    async def ask(self, message: ToChild) -> FromChild:
        """The answer to a message.

        Raises:
            EngineError: the process is gone.
        """
        assert self._reader is not None
        assert self._writer is not None
        try:
            self._writer.write(frame(message))
            await self._writer.drain()
            (length,) = LENGTH.unpack(await self._reader.readexactly(LENGTH.size))
            return from_child.decode(await self._reader.readexactly(length))
        except (asyncio.IncompleteReadError, ConnectionError) as error:
            raise EngineError(self.last_words() or "its process ended") from error

    @property
    def alive(self) -> bool:
        """Whether the process runs."""
        return self._process.poll() is None

    def memory(self) -> int:
        """Its own resident memory, in bytes."""
        return own_memory(self._process.pid)

    def kill(self) -> None:
        """Ends the process at once: whoever waits for an answer gets an EngineError."""
        self._process.kill()

    def last_words(self) -> str:
        """The last line that it wrote to its standard error."""
        said = os.pread(self._errors, 16_000, max(os.fstat(self._errors).st_size - 16_000, 0))
        lines = said.decode(errors="replace").strip().splitlines()
        return lines[-1][:300] if lines else ""

    async def close(self) -> None:
        """Ends the process, and removes what it left."""
        if self._writer is not None:
            self._writer.close()
        self._process.kill()
        await asyncio.to_thread(self._process.wait)
        with contextlib.suppress(OSError):
            os.close(self._errors)
        await asyncio.to_thread(shutil.rmtree, self._folder, ignore_errors=True)


def _environment(folder: Path, *, networked: bool) -> dict[str, str]:
    """Nothing of ours but what finds libraries and fonts: no credentials, no way out, nobody's own files.

    Args:
        networked: its library asks a server, and must find the way to it.
    """
    passed = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    names = ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")
    proxies = {} if networked else dict.fromkeys(names, _NOWHERE)
    own = {name: str(folder) for name in ("HOME", "TMPDIR", "XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME")}
    # One thread: there is a worker a core already.
    fixed = {"PATH": os.defpath, "LANG": "C.UTF-8", "TZ": "UTC", "RAYON_NUM_THREADS": "1"}
    return {**passed, **proxies, **own, **fixed}
