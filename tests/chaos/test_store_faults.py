"""A bucket in trouble, and a disk that is full: a batch waits, or ends with clear words and goes on later."""

import contextlib
import os
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.chaos.a_batch import ABatch
from tests.chaos.a_bucket_batch import ABucketBatch
from tests.stores.fault_proxy import CUT_AFTER, CUT_BEFORE, CUT_HALF, Fault, FaultProxy, Request, always, answer, delay
from tests.stores.s3_server import S3Server

pytestmark = pytest.mark.chaos

INTERNAL = answer(500, "InternalError")
SLOW_DOWN = answer(503, "SlowDown")


@pytest.mark.parametrize("existing", ["Overwrite", "Refuse"])
@pytest.mark.parametrize(
    "faults",
    [
        pytest.param([INTERNAL, SLOW_DOWN], id="500 and 503"),
        pytest.param([CUT_BEFORE, CUT_HALF, CUT_AFTER], id="cut before, within and after"),
        pytest.param([delay(3)], id="slow"),
    ],
)
def test_a_batch_goes_through_a_store_in_trouble(
    tmp_path: Path, s3_server: S3Server, bucket: str, proxy: FaultProxy, faults: list[Fault], existing: str
) -> None:
    # given a bucket where every seventh request goes wrong, and a request may take two seconds
    batch = ABucketBatch(
        tmp_path / "batch",
        documents=80,
        bucket=bucket,
        endpoint=proxy.url,
        server=s3_server.url,
        timeout="2s",
        spec={"output": {"existing": existing}},
    )
    every = 40 if faults[0].kind == "delay" else 7
    suffered = []
    for number, fault in enumerate(faults):

        def when(request: Request, mine: int = number) -> bool:
            seen = len(proxy.requests)
            hit = seen % every == 0 and seen // every % len(faults) == mine
            if hit:
                suffered.append(request.method)
            return hit

        proxy.plan(fault, times=10**6, when=when)
    # when it runs
    running = batch.run("--workers", "2")
    # then all documents are there, once, and nobody was blamed
    assert running.process.returncode == 0, running.text
    assert suffered.count("PUT") >= len(faults)
    records = batch.records()
    assert Counter(record.status for record in records.values()) == {"succeeded": 80}
    assert max(Counter(batch.accounts()).values()) == 1
    assert batch.documents_there() == {f"{number:06d}.pdf" for number in range(1, 81)}
    assert batch.findings() == []
    batch.assert_each_document_holds_its_own_row(range(1, 81, 9))


@pytest.mark.parametrize("death", [SLOW_DOWN, CUT_BEFORE], ids=["503", "cut"])
def test_a_store_that_stays_dead_ends_the_run_which_goes_on_later(
    tmp_path: Path, s3_server: S3Server, bucket: str, proxy: FaultProxy, death: Fault
) -> None:
    # given a batch whose bucket dies in the midst of it
    batch = ABucketBatch(
        tmp_path / "batch", documents=200, bucket=bucket, endpoint=proxy.url, server=s3_server.url, retry_for="3s"
    )
    running = batch.start("run", "--workers", "2")
    while len(batch.documents_there()) < 40:
        assert running.process.poll() is None, running.text
        time.sleep(0.05)
    proxy.plan(death, times=10**6, when=always)
    died = time.monotonic()
    # then the run ends soon after retryFor, and says what is wrong and where
    assert running.wait(60) == 69, running.text
    assert time.monotonic() - died < 30
    assert "Traceback" not in running.text
    said = " ".join(running.text.split())
    assert batch.uri in said
    assert ("503" if death is SLOW_DOWN else "the connection was cut") in said
    # and everything recorded is there
    recorded = batch.records()
    assert {record.status for record in recorded.values()} <= {"succeeded"}
    assert {record.name for record in recorded.values()} <= batch.documents_there()
    # when the bucket is well again, the next run ends it
    proxy.recover()
    again = batch.run("--workers", "2")
    assert again.process.returncode == 0, again.text
    assert Counter(record.status for record in batch.records().values()) == {"succeeded": 200}
    assert max(Counter(batch.accounts()).values()) == 1
    assert batch.findings() == []


def test_a_store_that_is_dead_from_the_start_is_found_before_anything_is_rendered(
    tmp_path: Path, s3_server: S3Server, bucket: str, proxy: FaultProxy
) -> None:
    batch = ABucketBatch(
        tmp_path / "batch", documents=5, bucket=bucket, endpoint=proxy.url, server=s3_server.url, retry_for="1s"
    )
    proxy.plan(SLOW_DOWN, times=10**6, when=always)
    running = batch.run()
    assert running.process.returncode == 69, running.text
    assert "503" in running.text
    assert batch.documents_there() == set()


@dataclass
class SmallDisk:
    """A tmpfs that only a mount namespace of its own sees; it goes with the namespace."""

    folder: Path
    holder: "subprocess.Popen[str]"

    def run(self, *line: str) -> "subprocess.CompletedProcess[str]":
        """A command that sees the disk."""
        entering = ["nsenter", f"--mount=/proc/{self.holder.pid}/ns/mnt", f"--wd={self.folder.parent}"]
        if os.geteuid() != 0:
            entering += [f"--user=/proc/{self.holder.pid}/ns/user", "--preserve-credentials"]
        return subprocess.run([*entering, *line], capture_output=True, text=True, timeout=240, check=False)

    def pdfbatch(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """The program, where it sees the disk."""
        return self.run(sys.executable, "-m", "pdfbatch_renderer.cli", *arguments)

    def resize(self, size: str) -> None:
        done = self.run("mount", "-o", f"remount,size={size}", str(self.folder))
        assert done.returncode == 0, done.stderr

    def copy(self, to: Path) -> None:
        """What is on it, to where everybody sees it."""
        done = self.run("cp", "-a", str(self.folder), str(to))
        assert done.returncode == 0, done.stderr


@contextlib.contextmanager
def a_small_disk(folder: Path, size: str) -> Iterator[SmallDisk]:
    """A disk of `size` (bytes, or with k or m) at `folder`."""
    unshare = ["unshare", "--mount", "--propagation=private"]
    if os.geteuid() != 0:
        unshare.append("--map-root-user")
    folder.mkdir()
    script = 'mount -t tmpfs -o "size=$1" tmpfs "$2" && echo mounted && exec sleep 600'
    holder = subprocess.Popen(
        [*unshare, "sh", "-c", script, "sh", size, str(folder)], stdout=subprocess.PIPE, text=True
    )
    try:
        assert holder.stdout is not None
        if holder.stdout.readline().strip() != "mounted":
            pytest.skip("this machine lets nobody mount a tmpfs in a namespace")
        yield SmallDisk(folder, holder)
    finally:
        holder.kill()
        holder.wait()
        assert not folder.is_mount()


def test_a_full_disk_ends_the_run_which_goes_on_once_there_is_room(tmp_path: Path) -> None:
    # given an output on a disk that has room for less than half of the batch
    spec = {"output": {"uri": "out", "name": "{{ number }}.pdf", "store": {"retryFor": "2s"}}}
    batch = ABatch(tmp_path / "batch", documents=200, spec=spec)
    with a_small_disk(batch.out, "1m") as disk:
        # when it runs
        full = disk.pdfbatch("run", "--workers", "2", str(batch.manifest))
        # then it ends, and says that the disk is full, where, and what to do
        assert full.returncode == 73, full.stdout + full.stderr
        said = " ".join(full.stderr.split())
        assert "Traceback" not in said
        assert "full" in said or "no space" in said.lower()
        assert str(batch.out) in said
        # and what is recorded is there, whole
        then = ABatch(tmp_path / "then", documents=200)
        disk.copy(then.out)
        recorded = {record.name: record for record in then.records().values()}
        assert 0 < len(recorded) < 200
        assert {record.status for record in recorded.values()} == {"succeeded"}
        assert {name: (then.out / name).stat().st_size for name in recorded} == {
            name: record.bytes for name, record in recorded.items()
        }
        # when there is room, and it runs again
        disk.resize("64m")
        again = disk.pdfbatch("run", "--workers", "2", str(batch.manifest))
        assert again.returncode == 0, again.stdout + again.stderr
        audit = disk.pdfbatch("verify", str(batch.out))
        assert audit.returncode == 0, audit.stdout
        disk.copy(tmp_path / "end")
    # then all documents are there, and none was rendered again that had been recorded
    shutil.rmtree(then.out)
    (tmp_path / "end").rename(then.out)
    assert Counter(record.status for record in then.records().values()) == {"succeeded": 200}
    assert max(Counter(then.accounts()).values()) == 1
    then.assert_each_document_holds_its_own_row(range(1, 201, 17))
