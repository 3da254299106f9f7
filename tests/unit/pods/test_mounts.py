"""Folders as the kubelet mounts them."""

from pathlib import Path

import pytest

from pdfbatch_renderer.mounts import claim_folder, disrupted_attempts, in_cluster, template_files


@pytest.fixture
def mounts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PDFBATCH_MOUNTS", str(tmp_path))
    return tmp_path


def a_moment(folder: Path, name: str, **files: bytes) -> None:
    """Content as the kubelet writes it: in a hidden folder, which ..data points at from then on."""
    real = folder / name
    real.mkdir(parents=True)
    for key, content in files.items():
        (real / key).write_bytes(content)
    new = folder / "..data_tmp"
    new.symlink_to(name)
    new.rename(folder / "..data")
    for key in files:
        if not (folder / key).is_symlink():
            (folder / key).symlink_to(f"..data/{key}")


def test_a_config_maps_keys_are_its_files_and_the_kubelets_own_are_none(mounts: Path) -> None:
    folder = mounts / "template"
    a_moment(folder, "..2026_01", page=b"old", gone=b"")
    a_moment(folder, "..2026_02", page=b"new", _x=b"1")
    (folder / "..2026_02" / ".hidden").write_bytes(b"a key like any other")
    (folder / "..2026_02" / "folder").mkdir()

    assert template_files() == {"page": b"new", "_x": b"1", ".hidden": b"a key like any other"}


def test_what_is_not_mounted_is_none(mounts: Path) -> None:
    assert template_files() is None
    assert disrupted_attempts() == frozenset()
    assert claim_folder("archive") is None


def test_the_disrupted_attempts_are_the_keys(mounts: Path) -> None:
    a_moment(mounts / "disrupted", "..2026_01", **{"0e3f-1": b"", "0e3f-2": b""})
    assert disrupted_attempts() == {"0e3f-1", "0e3f-2"}


def test_an_optional_config_map_that_is_absent_is_an_empty_folder(mounts: Path) -> None:
    a_moment(mounts / "disrupted", "..2026_01")
    assert disrupted_attempts() == frozenset()


@pytest.mark.parametrize(("uid", "expected"), [("0e3f", True), ("", False), (None, False)])
def test_a_pod_is_told_the_batchs_uid(monkeypatch: pytest.MonkeyPatch, uid: str | None, expected: bool) -> None:
    monkeypatch.delenv("PDFBATCH_UID", raising=False)
    if uid is not None:
        monkeypatch.setenv("PDFBATCH_UID", uid)
    assert in_cluster() is expected
