"""The speed of light: browsers with one reused tab each, setDocumentContent and printToPDF, and nothing else.

No checks, no retries, no supervision, no metadata: what a careful pipeline is measured against. Standalone, on
Python's standard library alone.

    python raw_loop.py PAGES.jsonl FOLDER [--browsers 2] [--program chromium-headless-shell] [--same-process]

Every browser has a driver process of its own that blocks on the pipe: measured faster than one asyncio loop for
two browsers (--same-process drives them from threads of one process, for comparison).
"""

import argparse
import base64
import json
import multiprocessing
import os
import shutil
import subprocess
import tempfile
import threading
import time
from pathlib import Path
from typing import Any, Final, cast

FLAGS: Final = (
    "--headless",
    "--enable-begin-frame-control",  # otherwise every document is also drawn for a screen nobody sees
    "--remote-debugging-pipe",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-extensions",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--font-render-hinting=none",
    "--hide-scrollbars",
    "--mute-audio",
    "--no-first-run",
    "--log-level=3",
)

# A4 in inches, the margins as in the style sheet's @page.
PRINT: Final = {
    "paperWidth": 8.27,
    "paperHeight": 11.69,
    "printBackground": True,
    "preferCSSPageSize": True,
    "generateTaggedPDF": False,
    "transferMode": "ReturnAsBase64",
}
_PIPE_BYTES: Final = 1 << 20
_F_SETPIPE_SZ: Final = 1031


class Browser:
    """A browser and its one tab, driven with blocking calls."""

    def __init__(self, program: str) -> None:
        to_browser, self._write = os.pipe()
        self._read, from_browser = os.pipe()
        self._profile = tempfile.mkdtemp(prefix="raw-loop-")
        for end in (to_browser, from_browser):
            _enlarge(end)

        def take_descriptors() -> None:
            # Chromium reads from descriptor 3 and writes to 4; both may be taken by the pipes themselves.
            reading, writing = os.dup(to_browser), os.dup(from_browser)
            os.dup2(reading, 3)
            os.dup2(writing, 4)

        flags = [*FLAGS, f"--user-data-dir={self._profile}"]
        if os.geteuid() == 0:
            flags.append("--no-sandbox")
        self._process = subprocess.Popen(
            [program, *flags, "about:blank"],
            preexec_fn=take_descriptors,
            close_fds=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(to_browser)
        os.close(from_browser)
        self._number = 0
        self._rest = b""
        self._session = ""
        self._open_tab()

    def _open_tab(self) -> None:
        target = self._call("Target.createTarget", {"url": "about:blank", "enableBeginFrameControl": True})["targetId"]
        self._session = self._call("Target.attachToTarget", {"targetId": target, "flatten": True})["sessionId"]
        self._call("Emulation.setScriptExecutionDisabled", {"value": True})
        self._frame = self._call("Page.getFrameTree", {})["frameTree"]["frame"]["id"]

    def _call(self, method: str, params: dict[str, Any]) -> dict[str, Any]:
        self._number += 1
        call: dict[str, Any] = {"id": self._number, "method": method, "params": params}
        if self._session:
            call["sessionId"] = self._session
        data = memoryview(json.dumps(call, ensure_ascii=False).encode() + b"\0")
        while data:
            data = data[os.write(self._write, data) :]
        while True:
            message = json.loads(self._message())
            if message.get("id") == self._number:
                if "error" in message:
                    raise RuntimeError(f"{method}: {message['error']}")
                return cast("dict[str, Any]", message["result"])

    def _message(self) -> bytes:
        parts = []
        while True:
            head, end, rest = self._rest.partition(b"\0")
            parts.append(head)
            if end:
                self._rest = rest
                return b"".join(parts)
            self._rest = os.read(self._read, _PIPE_BYTES)
            if not self._rest:
                raise RuntimeError("the browser is gone")

    def pdf(self, html: str) -> bytes:
        """The PDF of a page. Each call is awaited: sent together, they overtake one another."""
        self._call("Page.setDocumentContent", {"frameId": self._frame, "html": html})
        return base64.b64decode(self._call("Page.printToPDF", PRINT)["data"])

    def close(self) -> None:
        """Ends the browser."""
        os.close(self._write)
        os.close(self._read)
        try:
            self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        shutil.rmtree(self._profile, ignore_errors=True)


def _enlarge(pipe: int) -> None:
    import fcntl

    fcntl.fcntl(pipe, _F_SETPIPE_SZ, _PIPE_BYTES)


def drive(program: str, documents: list[tuple[int, str]], folder: Path, ready: Any, done: Any) -> None:
    """Prints every document into `folder`; meets the others at the barriers `ready` and `done`."""
    browser = Browser(program)
    browser.pdf(documents[0][1])  # warm
    ready.wait()
    for number, html in documents:
        (folder / f"{number:07d}.pdf").write_bytes(browser.pdf(html))
    done.wait()
    browser.close()


def main() -> None:
    """Prints {"seconds": …} from the first document to the last file, browsers warm."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pages", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--browsers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--program", default=shutil.which("chromium-headless-shell"))
    parser.add_argument("--same-process", action="store_true")
    options = parser.parse_args()
    documents = []
    with options.pages.open(encoding="utf-8") as pages:
        for line in pages:
            document = json.loads(line)
            documents.append((document["number"], document["html"]))
    options.folder.mkdir(parents=True, exist_ok=True)
    make_barrier: Any = threading.Barrier if options.same_process else multiprocessing.Barrier
    make_driver: Any = threading.Thread if options.same_process else multiprocessing.Process
    ready, done = make_barrier(options.browsers + 1), make_barrier(options.browsers + 1)
    drivers = [
        make_driver(target=drive, args=(options.program, documents[i :: options.browsers], options.folder, ready, done))
        for i in range(options.browsers)
    ]
    for driver in drivers:
        driver.start()
    ready.wait()
    start = time.perf_counter()
    done.wait()
    seconds = time.perf_counter() - start
    for driver in drivers:
        driver.join()
    print(json.dumps({"seconds": seconds}))


if __name__ == "__main__":
    main()
