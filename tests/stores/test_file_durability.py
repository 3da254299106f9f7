"""What a folder must hold to when the machine, the process or the disk does not."""

import asyncio
import errno
import os
import signal
import subprocess
import sys
import textwrap
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pdfbatch_api.errors import StoreError, StoreRefusedError
from pdfbatch_api.protocols import Stored
from pdfbatch_api.resource import StoreOptions
from pdfbatch_renderer.stores import open_store

SIZE = 60_000


def _child(program: str, *arguments: str, before: list[str] | None = None) -> subprocess.Popen[str]:
    head = """
        import asyncio, sys
        from pathlib import Path
        from pdfbatch_api.resource import StoreOptions
        from pdfbatch_renderer.stores import open_store
    """
    return subprocess.Popen(
        [*(before or []), sys.executable, "-c", textwrap.dedent(head) + textwrap.dedent(program), *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


WRITES_FOR_EVER = f"""
    async def main():
        store = open_store(sys.argv[1], StoreOptions())
        writer = store.writer(existing=sys.argv[2], attempt=sys.argv[3])
        turn = 0
        while True:
            for number in range(16):
                name = f"{{number % 3}}/{{number}}.pdf" if sys.argv[2] == "Overwrite" else f"{{turn}}/{{number}}.pdf"
                await writer.stage(name, bytes([turn % 256]) * {SIZE})
            answers = await writer.commit()
            print("committed", *answers, flush=True)
            turn += 1
    asyncio.run(main())
"""


@pytest.mark.parametrize("existing", ["Overwrite", "Keep"])
def test_a_writer_killed_at_any_moment_leaves_whole_files_or_nothing(tmp_path: Path, existing: str) -> None:
    for turn in range(8):
        # given a writer that commits in a loop, killed a little later each time
        child = _child(WRITES_FOR_EVER, str(tmp_path), existing, f"attempt-{turn}")
        assert child.stdout is not None
        first = child.stdout.readline()
        time.sleep(0.007 * turn)
        child.send_signal(signal.SIGKILL)
        rest = child.stdout.read()
        child.wait()
        assert child.returncode == -signal.SIGKILL
        # a last line may be cut off
        committed = {name for line in [first, *rest.split("\n")[:-1]] for name in line.split()[1:]}
        assert committed

        # then every name holds a whole document of one turn, and what was committed is there
        store = open_store(str(tmp_path), StoreOptions())
        listed = {info.name: info.size for info in store.list()}
        assert committed <= listed.keys()
        assert set(listed.values()) == {SIZE}
        assert all(len(set(store.get(name))) == 1 for name in listed)

    # and finish can remove what the dead attempts left
    store.delete_prefix(".pdfbatch/staging/")
    assert not (tmp_path / ".pdfbatch/staging").exists()
    assert {info.name: info.size for info in store.list()} == listed


async def test_files_are_synced_before_they_get_their_names_and_folders_after(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given a record of what is synced, and what is visible at that time
    synced: list[tuple[Path, int]] = []
    real = os.fsync

    def recorded(fd: int) -> None:
        visible = sum(1 for _ in (tmp_path / "out").rglob("*.pdf"))
        synced.append((Path(f"/proc/self/fd/{fd}").readlink(), visible))
        real(fd)

    monkeypatch.setattr(os, "fsync", recorded)
    writer = open_store(str(tmp_path / "out"), StoreOptions()).writer(existing="Overwrite", attempt="a")

    for number in range(10):
        await writer.stage(f"new/{number % 2}/{number}.pdf", b"x")
    await writer.commit()

    # then all ten files were synced while no name was visible
    files = [(path, visible) for path, visible in synced if path.is_relative_to(tmp_path / "out/.pdfbatch/staging/a")]
    assert len({path for path, _ in files}) == 10
    assert {visible for _, visible in files} == {0}
    # and every folder that got a name, the new ones' parents too, once all names were
    folders = {path for path, visible in synced if visible == 10}
    out = tmp_path / "out"
    assert {tmp_path, out, out / "new", out / "new/0", out / "new/1"} <= folders
    await writer.close()


async def test_a_disk_error_is_told_and_nothing_gets_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = open_store(str(tmp_path), StoreOptions())
    writer = store.writer(existing="Overwrite", attempt="a")
    await writer.stage("a.pdf", b"x")

    def broken(_fd: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    with monkeypatch.context() as patch, pytest.raises(StoreError, match="Input/output error"):
        patch.setattr(os, "fsync", broken)
        await writer.commit()

    assert list(store.list()) == []
    await writer.close()


async def test_a_name_that_is_a_folder_fails_alone(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_bytes(b"x")
    store = open_store(str(tmp_path), StoreOptions())
    for existing in ("Overwrite", "Keep", "Refuse"):
        writer = store.writer(existing=existing, attempt="a")
        for name in ("folder", "file/below.pdf", "x" * 256 + ".pdf", f"good-{existing}.pdf"):
            await writer.stage(name, b"x")

        answers = await writer.commit()
        await writer.close()

        assert "this is a folder" in str(answers["folder"])
        assert "a part of the path is a file" in str(answers["file/below.pdf"])
        assert "255 bytes" in str(answers["x" * 256 + ".pdf"])
        assert isinstance(answers[f"good-{existing}.pdf"], Stored)


async def test_a_folder_that_is_removed_meanwhile_is_made_again(tmp_path: Path) -> None:
    store = open_store(str(tmp_path), StoreOptions())
    writer = store.writer(existing="Overwrite", attempt="a")
    await writer.stage("folder/a.pdf", b"x")
    await writer.commit()
    store.delete_prefix("folder/")
    store.delete_prefix(".pdfbatch/staging/")

    await writer.stage("folder/b.pdf", b"x")
    answers = await writer.commit()
    await writer.close()

    assert isinstance(answers["folder/b.pdf"], Stored)


def test_writers_that_tidy_up_do_not_disturb_others_that_begin(tmp_path: Path) -> None:
    # given several at once in one folder, each removing what is empty whenever it is done
    async def use(number: int) -> None:
        store = open_store(str(tmp_path), StoreOptions())
        for turn in range(12):
            writer = store.writer(existing="Overwrite", attempt=f"{number}-{turn}")
            await writer.stage(f"{number}/{turn}.pdf", b"x")
            answers = await writer.commit()
            assert all(isinstance(answer, Stored) for answer in answers.values())
            await writer.close()
            await asyncio.to_thread(store.put, f".pdfbatch/records/{number}-{turn}", b"x")
            await asyncio.to_thread(store.delete_prefix, f".pdfbatch/{number}/")

    with ThreadPoolExecutor(4) as pool:
        for future in [pool.submit(asyncio.run, use(number)) for number in range(4)]:
            future.result()

    store = open_store(str(tmp_path), StoreOptions())
    assert len(list(store.list())) == 4 * 12 * 2


def test_what_is_being_written_is_not_listed(tmp_path: Path) -> None:
    store = open_store(str(tmp_path), StoreOptions())
    store.put("a", b"x")
    (tmp_path / ".pdfbatch/staging/dead").mkdir(parents=True)
    (tmp_path / ".pdfbatch/staging/dead/1").write_bytes(b"half")

    assert [info.name for info in store.list()] == ["a"]
    assert [info.name for info in store.list(".pdfbatch/")] == []
    assert [info.name for info in store.list(".pdfbatch/staging/")] == [".pdfbatch/staging/dead/1"]


FILLS_THE_DISK = """
    import time
    from pdfbatch_api.errors import StoreError
    async def main():
        store = open_store(sys.argv[1], StoreOptions(retry_for=sys.argv[2]))
        writer = store.writer(existing="Overwrite", attempt="a")
        start = time.monotonic()
        try:
            for batch in range(20):
                for number in range(8):
                    await writer.stage(f"{batch}/{number}.pdf", b"x" * 60_000)
                await writer.commit()
            print("never full")
        except StoreError as error:
            print(type(error).__name__, error)
        await writer.close()
        print(f"{time.monotonic() - start:.2f}")
        # whole files, room again, and it goes on
        files = list(store.list())
        print(len(files) % 8, {info.size for info in files})
        store.delete_prefix("0/")
        print(store.put("after.pdf", b"x" * 60_000).size)
    asyncio.run(main())
"""


def test_a_disk_that_is_full_is_retried_then_told_and_nothing_is_half_written(tmp_path: Path) -> None:
    # given a disk of 2 MB in a mount namespace of its own, so that no mount is left behind
    mount = ["unshare", "-m", "sh", "-c", 'mount -t tmpfs -o size=2m none "$0" && exec "$@"', str(tmp_path)]
    if subprocess.run([*mount, "true"], capture_output=True, check=False).returncode != 0:
        pytest.skip("this system does not let us mount a disk of our own")

    child = _child(FILLS_THE_DISK, str(tmp_path), "1s", before=mount)
    out, errors = child.communicate(timeout=60)

    lines = out.splitlines()
    assert errors == ""
    assert lines[0].startswith("StoreFullError file://")
    assert "the disk is full, tried " in lines[0]
    assert "Make room and run the batch again" in lines[0]
    assert 1.0 <= float(lines[1]) < 10
    assert lines[2].endswith("{60000}")
    assert lines[3] == "60000"


def test_a_file_over_the_process_limit_is_told_as_full(tmp_path: Path) -> None:
    program = """
        import resource
        from pdfbatch_api.errors import StoreError
        resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))
        store = open_store(sys.argv[1], StoreOptions())
        store.put("small", b"x" * 50_000)
        try:
            store.put("large", b"x" * 50_001)
        except StoreError as error:
            print(type(error).__name__, error)
        print([info.name for info in store.list()], list(Path(sys.argv[1], ".pdfbatch/staging").iterdir()))
    """
    child = _child(program, str(tmp_path))
    out, errors = child.communicate(timeout=60)

    assert errors == ""
    assert out.splitlines()[0].startswith("StoreFullError file://")
    assert "ulimit -f" in out
    assert out.splitlines()[1] == "['small'] []"


def test_a_folder_without_permission_is_refused_with_what_to_do(tmp_path: Path) -> None:
    # Root may write anywhere: a child without its rights asks.
    program = """
        import os
        from pdfbatch_api.errors import StoreError
        if os.getuid() == 0:
            os.setuid(65534)
        try:
            open_store(sys.argv[1], StoreOptions()).probe()
        except StoreError as error:
            print(type(error).__name__, error)
    """
    tmp_path.chmod(0o755)
    for folder in [*tmp_path.parents][:2]:
        if folder.stat().st_uid == os.getuid() and folder != Path("/tmp"):
            folder.chmod(0o755)
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o555)

    child = _child(program, str(closed))
    out, errors = child.communicate(timeout=60)

    assert errors == ""
    assert out.startswith("StoreRefusedError file://")
    assert "permission denied" in out
    assert "chmod" in out


def test_a_filesystem_without_hard_links_is_refused_by_the_probe(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_links(*_: object) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", no_links)

    with pytest.raises(StoreRefusedError, match=r"no hard links.*FAT"):
        open_store(str(tmp_path), StoreOptions()).probe()
