"""The engine container, as a process: socat on a socket, a browser a connection."""

import contextlib
import subprocess
import sys
import time
from pathlib import Path

import psutil


class Engine:
    """Browsers behind a socket in `folder`, whose path must be short: a socket's has 107 bytes at most."""

    def __init__(self, folder: Path) -> None:
        self.socket = folder / "cdp.sock"
        self.fonts = folder / "fonts"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Starts it, and waits until it listens."""
        line = [sys.executable, "-m", "pdfbatch_renderer.engines.chromium.serve", str(self.socket)]
        self._process = subprocess.Popen(line, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 60
        while not self.socket.exists():
            assert self._process.poll() is None, "the engine ended"
            assert time.monotonic() < deadline, "the engine does not listen after a minute"
            time.sleep(0.02)

    def stop(self) -> None:
        """Ends it and all that it started, as the end of a container does."""
        if self._process is None:
            return
        for process in [*self._descendants(), psutil.Process(self._process.pid)]:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        self._process.wait()
        self._process = None

    def kill_a_browser(self) -> bool:
        """Kills what prints for some connection; whether there was one."""
        for process in self._descendants():
            with contextlib.suppress(psutil.Error):
                line = process.cmdline()
                if "--remote-debugging-pipe" in line and not any(part.startswith("--type=") for part in line):
                    process.kill()
                    return True
        return False

    def _descendants(self) -> list[psutil.Process]:
        assert self._process is not None
        return psutil.Process(self._process.pid).children(recursive=True)
