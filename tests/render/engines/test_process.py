"""The process that an engine of Python runs in: no network by the kernel, nothing of ours in it, and its end."""

import asyncio
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from pdfbatch_api.errors import DocumentError
from tests.render.batches.a_batch import text
from tests.render.engines.conftest import StartEngine, given

pytestmark = pytest.mark.render

_TRIES = """
import socket, sys
from pdfbatch_renderer.engines.child.no_network import refuse_network
ours, theirs = socket.socketpair()
walled = refuse_network()
ours.sendall(b"x")
assert theirs.recv(1) == b"x"
for family in (socket.AF_INET, socket.AF_INET6, socket.AF_UNIX, socket.AF_NETLINK):
    try:
        socket.socket(family, socket.SOCK_STREAM if family != socket.AF_NETLINK else socket.SOCK_RAW)
    except PermissionError:
        continue
    sys.exit(f"a socket of family {family}")
print(walled)
"""


def own(engine: object) -> psutil.Process:
    """The engine's process: the one child of ours that serves."""
    (process,) = [
        child for child in psutil.Process().children() if "pdfbatch_renderer.engines.child.serving" in child.cmdline()
    ]
    return process


def test_the_kernel_refuses_every_socket_but_what_was_open_stays() -> None:
    done = subprocess.run([sys.executable, "-c", _TRIES], capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stdout) == (0, "True\n"), done.stderr


async def test_it_has_neither_our_environment_nor_our_open_files(
    start: StartEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "not for templates")
    process = own(await start("typst", {"t.typ": b"x"}))
    environment = process.environ()
    assert "AWS_SECRET_ACCESS_KEY" not in environment
    assert environment["HTTPS_PROXY"] == "http://127.0.0.1:9"
    assert environment["HOME"] == environment["TMPDIR"]
    assert process.net_connections("inet") == []


async def test_a_template_cannot_bring_modules_of_python(start: StartEngine, tmp_path: Path) -> None:
    # given a template's folder with a file of the library's name
    evil = f"open({str(tmp_path / 'ran')!r}, 'w')".encode()
    files = {"t.typ": b"fine", "typst.py": evil, "msgspec.py": evil, "encodings.py": evil}
    engine = await start("typst", files)
    assert text((await engine.render(given({}))).pdf) == "fine"
    assert not (tmp_path / "ran").exists()


async def test_a_process_that_is_killed_is_replaced_and_leaves_nothing(start: StartEngine) -> None:
    engine = await start("typst", {"t.typ": b'#import "/pdfbatch.typ": row\n#row.name'})
    process = own(engine)
    folder = Path(process.environ()["HOME"])
    assert (folder / "template" / "t.typ").is_file()
    process.send_signal(signal.SIGKILL)
    process.wait(5)

    assert text((await engine.render(given({"name": "again"}))).pdf) == "again"

    assert not folder.exists()  # noqa: ASYNC240
    assert engine.restarts == {"lost": 1}
    await engine.close()
    assert [child for child in psutil.Process().children() if "serving" in " ".join(child.cmdline())] == []


async def test_no_row_lies_on_the_disk_once_it_is_printed(start: StartEngine) -> None:
    engine = await start("typst", {"t.typ": b'#import "/pdfbatch.typ": row\n#row.name #row.at("more", default: "")'})
    root = Path(own(engine).environ()["HOME"]) / "template"
    await engine.render(given({"name": "Åsa"}))
    with pytest.raises(DocumentError):
        await engine.render(given({"more": "secret"}))
    assert {path.name for path in root.iterdir()} == {
        "t.typ",
        "pdfbatch.typ",
        "pdfbatch-main.typ",
        "pdfbatch-sheet.json",
    }


async def test_it_is_recycled_after_so_many_documents(start: StartEngine) -> None:
    engine = await start("typst", {"t.typ": b"x"}, engine={"typst": {"recycleAfter": 3}})
    processes = set()
    for _ in range(7):
        await engine.render(given({}))
        processes.add(own(engine).pid)
    assert len(processes) == 3
    assert engine.restarts == {"recycled": 2}


async def test_a_document_that_ends_the_process_is_tried_as_often_as_told(start: StartEngine) -> None:
    slow = b"#for a in range(9999) { for b in range(9999) { let c = calc.sin(a * b) } }"
    engine = await start("typst", {"t.typ": slow}, retries={"document": 2}, limits={"timeout": "1s"})
    with pytest.raises(DocumentError) as caught:
        await engine.render(given({}))
    assert (caught.value.reason, caught.value.tries) == ("Timeout", 3)
    assert engine.restarts == {"timeout": 3}


async def test_it_ends_with_its_worker(tmp_path: Path) -> None:
    # given a worker with an engine
    program = (
        "import asyncio, datetime as dt, sys\n"
        "from pdfbatch_renderer.engines.child import Begin, Child\n"
        "from pdfbatch_renderer.engines.typst.settings import TypstSettings\n"
        "import msgspec\n"
        "async def main():\n"
        "    settings = msgspec.json.encode(TypstSettings(9, 9, 1, 1, 1, 1, 0, tagged=False))\n"
        "    child = await Child.start(Begin('typst', settings))\n"
        "    print(child._process.pid, flush=True)\n"
        "    await asyncio.sleep(60)\n"
        "asyncio.run(main())\n"
    )
    worker = await asyncio.create_subprocess_exec(sys.executable, "-c", program, stdout=subprocess.PIPE)
    assert worker.stdout is not None
    engine = psutil.Process(int(await asyncio.wait_for(worker.stdout.readline(), 60)))
    folder = engine.environ()["HOME"]
    # when the worker is killed
    os.kill(worker.pid, signal.SIGKILL)
    await worker.wait()
    # then the kernel ends the engine
    engine.wait(10)
    shutil.rmtree(folder)  # nobody was left to do it
