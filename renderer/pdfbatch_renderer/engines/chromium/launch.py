"""How a browser is reached: as a subprocess of ours, or through the unix socket of the engine container."""

import asyncio
import contextlib
import os
import shutil
import signal
import socket
import tempfile
import time
from pathlib import Path
from typing import Final, Protocol

from pdfbatch_api.errors import EngineError, EngineMissingError
from pdfbatch_renderer.engines.chromium.company import Company
from pdfbatch_renderer.engines.chromium.connection import Connection
from pdfbatch_renderer.engines.chromium.find import ChromiumBinary, find_chromium, fonts_digest
from pdfbatch_renderer.engines.chromium.flags import command_line
from pdfbatch_renderer.process_memory import ProcessTree

SOCKET_VARIABLE: Final = "PDFBATCH_CHROMIUM_SOCKET"

# Beside the socket, the one whose browsers draw frames by themselves.
DRAWING_SUFFIX: Final = ".drawing"

# Seconds that a browser behind the socket is waited for. A container that was killed for its memory is back in a
# second, the next time in ten, then in twenty: the kubelet's back-off.
WAIT_VARIABLE: Final = "PDFBATCH_CHROMIUM_WAIT"
_WAIT_SECONDS: Final = 30.0
_FIRST_PAUSE: Final = 0.05
_LONGEST_PAUSE: Final = 1.0


class EngineUnreachableError(EngineError):
    """Nothing answers where the engine should be, although it was waited for: trying again at once is of no use."""


class Browser(Protocol):
    """A running browser."""

    connection: Connection

    def memory(self) -> int | None:
        """Memory of its own in bytes, all its processes together; None when that cannot be seen from here."""
        ...

    async def close(self) -> None:
        """Ends it at once, with all its processes."""
        ...


async def browser_version(browser: Browser) -> str:
    """What prints: `chromium 156.0.8078.79`.

    Raises:
        EngineError: the browser is gone.
    """
    answer = await browser.connection.call("Browser.getVersion")
    # "HeadlessChrome/156.0.8078.79": the number alone, whatever the build calls itself.
    return "chromium " + str(answer["product"]).partition("/")[2]


class Launcher(Protocol):
    """Starts browsers."""

    @property
    def begin_frame_control(self) -> bool:
        """Whether frames are drawn only when asked for."""
        ...

    @property
    def company(self) -> Company | None:
        """Who else prints in the same container, and may end it; None: a browser that dies is its document's matter."""
        ...

    def fonts(self) -> str:
        """A digest of the fonts that the browser has."""
        ...

    def notes(self) -> list[str]:
        """What a person should know about the browser that is used."""
        ...

    def drawing(self) -> "Launcher":
        """The same, but for browsers that draw frames by themselves, which pages with scripts need."""
        ...

    async def launch(self) -> Browser:
        """A fresh browser.

        Raises:
            EngineMissingError, EngineError.
        """
        ...


class _Subprocess:
    def __init__(self, pid: int, connection: Connection, profile: Path) -> None:
        self._pid = pid
        self.connection = connection
        self._profile = profile
        self._tree = ProcessTree(pid)

    def memory(self) -> int | None:
        return self._tree.memory()

    async def close(self) -> None:
        self.connection.close()
        # Its process group: the browser, its zygotes and its tabs.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._pid, signal.SIGKILL)
        await asyncio.to_thread(_reap, self._pid)
        await asyncio.to_thread(shutil.rmtree, self._profile, ignore_errors=True)


def _last_words(errors: int) -> str:
    """What the browser printed last, but for what it always prints in a container (there is no bus)."""
    said = os.pread(errors, 16_000, 0).decode(errors="replace").strip().splitlines()
    return next((line for line in reversed(said) if "/bus.cc" not in line), "")


def _reap(pid: int) -> None:
    with contextlib.suppress(ChildProcessError):
        os.waitpid(pid, 0)


class ChromiumSubprocess:
    """Starts Chromium on this machine, its debugging pipe on a socketpair of ours."""

    def __init__(self, binary: ChromiumBinary | None = None, *, drawing: bool = False) -> None:
        self.binary = binary or find_chromium()
        self._sandbox = sandbox_works()
        self._drawing = drawing

    @property
    def begin_frame_control(self) -> bool:
        return self.binary.headless_shell and not self._drawing

    def drawing(self) -> "ChromiumSubprocess":
        return ChromiumSubprocess(self.binary, drawing=True)

    @property
    def company(self) -> Company | None:
        return None

    def fonts(self) -> str:
        return fonts_digest()

    def notes(self) -> list[str]:
        notes = []
        if not self.binary.headless_shell:
            notes.append(
                f"{self.binary.path} is a full Chromium: several times slower than chromium-headless-shell, "
                "which is used when it is installed"
            )
        if not self._sandbox:
            why = "as root" if os.geteuid() == 0 else "without user namespaces"
            notes.append(f"Chromium runs without its own sandbox: it cannot work {why}")
        return notes

    async def launch(self) -> Browser:
        ours, theirs = socket.socketpair()
        profile = Path(tempfile.mkdtemp(prefix="pdfbatch-chromium-"))
        errors = os.memfd_create("chromium-stderr")
        try:
            pid = self._spawn(theirs.fileno(), errors, profile)
            theirs.close()
            connection = await Connection.over(ours)
            browser = _Subprocess(pid, connection, profile)
            try:
                async with asyncio.timeout(30):
                    await connection.call("Browser.getVersion")
            except (TimeoutError, EngineError) as error:
                await browser.close()
                raise EngineError(
                    f"Chromium did not start: {_last_words(errors) or error or 'no answer in 30 s'}",
                    hint=f"Try it by hand: {self.binary.path} --headless --no-sandbox --dump-dom about:blank",
                ) from error
            return browser
        finally:
            os.close(errors)

    def _spawn(self, debugging: int, errors: int, profile: Path) -> int:
        line = [
            *command_line(self.binary, sandbox=self._sandbox, drawing=self._drawing),
            f"--user-data-dir={profile}",
        ]
        setpriv = shutil.which("setpriv")
        if setpriv is not None:
            # Should we die without a word, the kernel ends the browser too.
            line = [setpriv, "--pdeathsig", "KILL", *line]
        # Nothing of our environment: no credentials, no proxies. HOME keeps it from anybody's files.
        environment = {"HOME": str(profile), "PATH": os.defpath, "LANG": "C.UTF-8", "TZ": "UTC"}
        if self.binary.headless_shell:
            # Else each that is killed leaves files there. The full browser also has a socket there, whose path may not
            # be so long, and dies of it.
            environment["TMPDIR"] = str(profile)
        null = os.open(os.devnull, os.O_RDWR)
        # Out of the way first: the descriptors may themselves be 3 or 4.
        high_debugging, high_errors = os.dup(debugging), os.dup(errors)
        try:
            return os.posix_spawn(
                line[0],
                line,
                environment,
                file_actions=[
                    (os.POSIX_SPAWN_DUP2, null, 0),
                    (os.POSIX_SPAWN_DUP2, null, 1),
                    (os.POSIX_SPAWN_DUP2, high_errors, 2),
                    (os.POSIX_SPAWN_DUP2, high_debugging, 3),
                    (os.POSIX_SPAWN_DUP2, high_debugging, 4),
                ],
                setpgroup=0,
            )
        except FileNotFoundError as error:
            raise EngineMissingError(f"{line[0]} is gone") from error
        finally:
            for descriptor in (null, high_debugging, high_errors):
                os.close(descriptor)


def sandbox_works() -> bool:
    """Whether Chromium's own sandbox can work for this user on this machine."""
    return os.geteuid() != 0 and _user_namespaces()


def _user_namespaces() -> bool:
    # Debian's switch, and the general limit; either being 0 means that the sandbox cannot start.
    for name in ("/proc/sys/kernel/unprivileged_userns_clone", "/proc/sys/user/max_user_namespaces"):
        with contextlib.suppress(OSError):
            if Path(name).read_text().strip() == "0":
                return False
    return True


class _Connected:
    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def memory(self) -> int | None:
        return None  # the engine container's own limit ends it

    async def close(self) -> None:
        self.connection.close()


class ChromiumSocket:
    """Reaches browsers behind a unix socket on which every connection is a browser of its own (see serve.py).

    Args:
        path: of the socket.
        wait: seconds to wait for a browser: the engine container may be starting, or restarting after it was killed.
        shared: other processes of ours print behind it too.
    """

    def __init__(
        self, path: str, *, wait: float = _WAIT_SECONDS, begin_frame_control: bool = True, shared: bool = False
    ) -> None:
        self.path = path
        self._shared = shared
        self._company = Company(path) if shared else None
        self._wait = wait
        self._begin_frame_control = begin_frame_control

    @property
    def begin_frame_control(self) -> bool:
        return self._begin_frame_control

    @property
    def company(self) -> Company | None:
        return self._company

    def drawing(self) -> "ChromiumSocket":
        return ChromiumSocket(
            self.path + DRAWING_SUFFIX, wait=self._wait, begin_frame_control=False, shared=self._shared
        )

    def fonts(self) -> str:
        # The engine container writes it beside its socket when it starts.
        beside = Path(self.path).with_name("fonts")
        return beside.read_text().strip() if beside.is_file() else "unknown"

    def notes(self) -> list[str]:
        return []

    async def launch(self) -> Browser:
        deadline = time.monotonic() + self._wait
        pause = _FIRST_PAUSE
        while True:
            try:
                return await self._connect(deadline)
            except (OSError, EngineError) as error:  # a TimeoutError is an OSError
                if time.monotonic() + pause > deadline:
                    raise EngineUnreachableError(
                        f"no browser answers on the socket {self.path}, tried for {self._wait:g} s: {_words(error)}",
                        hint=f"Look at the engine container (kubectl logs POD -c engine), or at {SOCKET_VARIABLE}; "
                        f"{WAIT_VARIABLE} says how many seconds it is waited for.",
                    ) from error
            await asyncio.sleep(pause)
            pause = min(pause * 1.5, _LONGEST_PAUSE)

    async def _connect(self, deadline: float) -> Browser:
        stream = socket.socket(socket.AF_UNIX)
        stream.setblocking(False)
        connection: Connection | None = None
        try:
            async with asyncio.timeout(max(deadline - time.monotonic(), _LONGEST_PAUSE)):
                await asyncio.get_running_loop().sock_connect(stream, self.path)
                connection = await Connection.over(stream)
                await connection.call("Browser.getVersion")
            return _Connected(connection)
        except BaseException:
            # The transport owns the socket once there is one.
            if connection is not None:
                connection.close()
            else:
                stream.close()
            raise


def _words(error: Exception) -> str:
    if isinstance(error, EngineError):
        return error.what
    if isinstance(error, TimeoutError):
        return "it accepts connections, and no browser speaks"
    return getattr(error, "strerror", None) or str(error)


def _wait_from_environment() -> float:
    told = os.environ.get(WAIT_VARIABLE)
    try:
        seconds = float(told) if told else _WAIT_SECONDS
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds <= 3600:
        raise EngineMissingError(
            f"{WAIT_VARIABLE} is {told!r}, and not a number of seconds", hint="Write 30, say; at most 3600."
        )
    return seconds


def launcher_from_environment(*, shared: bool = False) -> Launcher:
    """The engine container's socket if PDFBATCH_CHROMIUM_SOCKET names one, else Chromium on this machine.

    Args:
        shared: other processes of ours print there too.

    Raises:
        EngineMissingError: there is no Chromium here, or PDFBATCH_CHROMIUM_WAIT is no number.
    """
    path = os.environ.get(SOCKET_VARIABLE)
    return ChromiumSocket(path, wait=_wait_from_environment(), shared=shared) if path else ChromiumSubprocess()
