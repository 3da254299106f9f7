"""Temporary files beside writers that remove what they think is nobody's."""

import os
import shutil
from pathlib import Path

import pytest

from pdfbatch_renderer.stores.files.staging import StagingFolder
from pdfbatch_renderer.stores.files.whole import write_temporary


def test_a_folder_that_keeps_vanishing_is_made_until_the_file_is_in_it(tmp_path: Path) -> None:
    # given somebody who removes the folder three times between its making and the file's
    removals = 3

    def write(path: Path) -> int:
        nonlocal removals
        if removals and path.parent.is_dir():
            removals -= 1
            shutil.rmtree(tmp_path / "out")
        return write_temporary(path, b"x")

    # when a file is written
    path, fd, changed = StagingFolder(tmp_path / "out", "a").write(write)

    # then it is there, and every folder that got a name is known
    os.close(fd)
    assert path.read_bytes() == b"x"
    assert removals == 0
    assert {tmp_path, tmp_path / "out", tmp_path / "out/.pdfbatch"} <= set(changed)


def test_a_file_that_cannot_be_made_is_not_tried_for_ever(tmp_path: Path) -> None:
    def write(path: Path) -> int:
        raise FileNotFoundError(path)

    with pytest.raises(FileNotFoundError):
        StagingFolder(tmp_path, "a").write(write)


def test_only_empty_folders_are_tidied_away(tmp_path: Path) -> None:
    mine, other = StagingFolder(tmp_path, "a"), StagingFolder(tmp_path, "b")
    for folder in (mine, other):
        path, fd, _ = folder.write(lambda path: write_temporary(path, b"x"))
        os.close(fd)
    mine.remove_if_empty()
    other.remove_if_empty()
    assert path.read_bytes() == b"x"

    path.unlink()
    other.remove_if_empty()
    assert [found.name for found in (tmp_path / ".pdfbatch/staging").iterdir()] == ["a"]
