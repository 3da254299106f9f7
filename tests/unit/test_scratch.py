"""A command's temporary folder: all is in it, it goes with the command, and with the next one when that was killed."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from pdfbatch_renderer import scratch as module
from pdfbatch_renderer.scratch import Scratch, environment_with_folder, shared_folder, sweep

_BEGINS = """
import sys, tempfile
from pathlib import Path
from pdfbatch_renderer.scratch import Scratch
Scratch().begin()
Path(tempfile.mkdtemp(), "profile").write_text("a megabyte")
print(tempfile.gettempdir(), flush=True)
sys.stdin.read()
"""

_STARTS_ANOTHER = """
import subprocess, sys
from pdfbatch_renderer.scratch import Scratch
Scratch().begin()
print(flush=True)
print(subprocess.Popen(["sleep", "60"], close_fds=False).pid, flush=True)
sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def around(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The system's temporary folder, for this test."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    return tmp_path


def test_all_that_is_temporary_lies_in_one_folder_and_goes_with_it(around: Path) -> None:
    scratch = Scratch()
    scratch.begin()
    (own,) = around.iterdir()
    ours = Path(tempfile.mkdtemp(prefix="pdfbatch-plan-"))
    child = subprocess.run(
        [sys.executable, "-c", "import tempfile; print(tempfile.gettempdir())"], capture_output=True, check=True
    )

    assert ours.parent == own
    assert child.stdout.decode().strip() == str(own)
    assert own.stat().st_mode & 0o777 == 0o700

    scratch.remove()

    assert list(around.iterdir()) == []
    assert tempfile.gettempdir() == os.environ["TMPDIR"] == str(around)
    scratch.remove()  # once more does nothing


def test_without_a_folder_to_write_to_there_is_none_and_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def nowhere() -> str:
        raise FileNotFoundError("No usable temporary directory found")

    before = os.environ["TMPDIR"]
    monkeypatch.setattr(tempfile, "gettempdir", nowhere)
    scratch = Scratch()
    scratch.begin()
    scratch.remove()

    assert os.environ["TMPDIR"] == before


def test_what_a_killed_command_left_the_next_removes_and_what_a_living_one_has_it_leaves(around: Path) -> None:
    # given one that lives and one that was killed
    living, killed = _started(), _started()
    folders = {path.name for path in around.iterdir()}
    assert len(folders) == 2
    killed.kill()
    killed.wait()
    mine = around / "of-somebody-else"
    mine.mkdir()

    # when the next begins
    scratch = Scratch()
    scratch.begin()

    # then only the dead one's is gone
    left = {path.name for path in around.iterdir() if path != mine} & folders
    assert len(left) == 1
    assert list((around / left.pop()).rglob("profile"))
    assert mine.is_dir()
    scratch.remove()
    living.kill()
    living.wait()
    sweep(around)
    assert list(around.iterdir()) == [mine]


def test_what_a_command_starts_does_not_hold_its_lock(around: Path) -> None:
    # given a command whose child lives on
    process = _started(_STARTS_ANOTHER)
    assert process.stdout is not None
    child = int(process.stdout.readline())
    process.kill()
    process.wait()

    # when the next one looks, then it removes the folder
    try:
        sweep(around)
        assert list(around.iterdir()) == []
    finally:
        os.kill(child, 9)


def test_a_link_of_that_name_is_not_followed(around: Path) -> None:
    target = around / "precious"
    target.mkdir()
    (target / "file").write_text("kept")
    (around / "pdfbatch-run-link").symlink_to(target)

    sweep(around)

    assert (target / "file").read_text() == "kept"


def test_a_folder_that_a_sweep_took_before_it_was_locked_is_made_again(
    around: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given a sweep between the making of the folder and its locking
    locked = module._locked
    taken: list[Path] = []

    def swept_first(folder: Path) -> int:
        if not taken:
            taken.append(folder)
            folder.rmdir()
        return locked(folder)

    monkeypatch.setattr(module, "_locked", swept_first)
    scratch = Scratch()
    scratch.begin()

    assert Path(tempfile.gettempdir()) != taken[0]
    assert Path(tempfile.gettempdir()).parent == around
    scratch.remove()


def test_a_process_that_may_be_killed_has_a_folder_of_its_own(around: Path) -> None:
    with environment_with_folder() as environment:
        folder = Path(environment["TMPDIR"])
        (folder / "profile").mkdir()
        assert folder.parent == around
        assert {**environment, "TMPDIR": ""} == {**os.environ, "TMPDIR": ""}
    assert not folder.exists()


def test_commands_that_share_something_find_it_where_they_both_look(
    around: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert shared_folder() == around
    scratch = Scratch()
    scratch.begin()
    assert shared_folder() == around
    with environment_with_folder() as environment:
        monkeypatch.setattr(tempfile, "tempdir", environment["TMPDIR"])
        assert shared_folder() == around
        monkeypatch.undo()


def _started(program: str = _BEGINS) -> "subprocess.Popen[bytes]":
    """A command that has its folder."""
    process = subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.readline()
    return process
