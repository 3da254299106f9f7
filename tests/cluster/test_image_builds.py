"""What a build of images leaves on the machine: its archives and its layers, and nothing that is mounted."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from devcluster import CommandFailedError, MachineUnsuitableError
from devcluster.images.buildah import Buildah, require_tools

_ADD = "import sys; from pathlib import Path; from devcluster.images.buildah import Buildah\n"
_ADD += "Buildah(Path(sys.argv[1]))('add', sys.argv[2], sys.argv[3], '/')"
CONTENT = b"a file that takes its time"


class SlowServer(ThreadingHTTPServer):
    """Has a file, and lets whoever asks for it wait until it is let go."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked, self.go = threading.Event(), threading.Event()
        self.url = f"http://127.0.0.1:{self.server_port}/file"
        threading.Thread(target=self.serve_forever, daemon=True).start()


class _Handler(BaseHTTPRequestHandler):
    server: SlowServer

    def do_GET(self) -> None:
        self.server.asked.set()
        self.server.go.wait(60)
        self.send_response(200)
        self.send_header("Content-Length", str(len(CONTENT)))
        self.end_headers()
        self.wfile.write(CONTENT)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def slow() -> Iterator[SlowServer]:
    server = SlowServer()
    yield server
    server.go.set()
    server.shutdown()
    server.server_close()


@pytest.fixture
def buildah(tmp_path: Path) -> Iterator[Buildah]:
    """One with a storage of its own."""
    try:
        require_tools()
    except MachineUnsuitableError as error:
        pytest.skip(f"images cannot be built here: {error}")
    yield Buildah(tmp_path)
    for place in reversed(mounted(tmp_path)):
        subprocess.run(["umount", place], check=True)


def mounted(folder: Path) -> list[str]:
    """What is mounted in the folder, on this machine, in order."""
    places = [line.split()[4] for line in Path("/proc/self/mountinfo").read_text().splitlines()]
    return [place for place in places if place.startswith(str(folder))]


def adding(buildah: Buildah, container: str, url: str) -> subprocess.Popen[bytes]:
    """A builder, as a process of its own, that adds the slow file to a container."""
    line = [sys.executable, "-c", _ADD, str(buildah.log.parent), container, url]
    # Python turns only a signal that is not ignored into an interrupt.
    return subprocess.Popen(
        line, start_new_session=True, preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler)
    )


def an_image(buildah: Buildah, folder: Path, name: str, content: bytes) -> str:
    (folder / name).write_bytes(content)
    container = buildah("from", "scratch").strip()
    buildah("add", container, str(folder / name), "/")
    buildah("commit", "--rm", container, f"localhost/{name}:1")
    return f"localhost/{name}:1"


def test_a_command_leaves_nothing_mounted(buildah: Buildah, tmp_path: Path) -> None:
    ref = an_image(buildah, tmp_path, "one", b"12345")

    assert buildah.unpacked_bytes(ref) == 5
    container = buildah("from", "--pull=never", ref).strip()
    assert str(tmp_path) in buildah("mount", container)
    with pytest.raises(CommandFailedError, match="no such file"):
        buildah("add", container, str(tmp_path / "absent"), "/")

    assert mounted(tmp_path) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
@pytest.mark.parametrize("whom", ["all of it", "the builder alone"])
def test_a_build_that_is_ended_in_the_middle_leaves_nothing_mounted(
    buildah: Buildah, slow: SlowServer, tmp_path: Path, number: signal.Signals, whom: str
) -> None:
    container = buildah("from", "scratch").strip()
    builder = adding(buildah, container, slow.url)
    assert slow.asked.wait(30)

    (os.killpg if whom == "all of it" else os.kill)(builder.pid, number)

    assert builder.wait(30) != 0
    slow.go.set()
    end = time.monotonic() + 10
    while mounted(tmp_path) and time.monotonic() < end:
        time.sleep(0.1)
    assert mounted(tmp_path) == []
    # and the next build finds nothing amiss
    assert buildah.unpacked_bytes(an_image(buildah, tmp_path, "next", b"1234")) == 4


def test_another_build_at_the_same_time_is_not_disturbed(buildah: Buildah, slow: SlowServer, tmp_path: Path) -> None:
    # Given somebody who builds in the same storage, by hand, and so without our lock.
    container = buildah("from", "scratch").strip()
    theirs = adding(buildah, container, slow.url)
    assert slow.asked.wait(30)

    ours = an_image(buildah, tmp_path, "ours", b"123")
    measured = buildah.unpacked_bytes(ours)
    slow.go.set()

    assert theirs.wait(30) == 0
    buildah("commit", "--rm", container, "localhost/theirs:1")
    assert (measured, buildah.unpacked_bytes("localhost/theirs:1")) == (3, len(CONTENT))
    assert mounted(tmp_path) == []
