"""A cluster's processes are found by their mark and by nothing else, and a start that fails shows the right log."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from devcluster import DidNotStartError, processes


@pytest.fixture
def cluster() -> Iterator[str]:
    """A name that no cluster has, whose processes are gone afterwards."""
    name = f"test-{os.getpid()}-{time.monotonic_ns()}"
    yield name
    processes.end(name)


def wait_for(cluster: str, *programs: str) -> list[processes.Process]:
    """Their processes, once these programs run and no others: what was forked has its parent's name for a moment."""
    deadline = time.monotonic() + 10
    while True:
        found = processes.of_cluster(cluster)
        if sorted(one.program for one in found) == sorted(programs):
            return found
        assert time.monotonic() < deadline, found
        time.sleep(0.02)


def test_a_process_and_its_children_are_found_and_ended(cluster: str, tmp_path: Path) -> None:
    # given a shell with a child, both of another session than this
    processes.start(cluster, "etcd", ["sh", "-c", "sleep 60 & wait"], tmp_path / "etcd.log")
    found = wait_for(cluster, "sh", "sleep")
    assert {one.role for one in found} == {"etcd"}

    # when
    processes.end(cluster)

    # then
    assert processes.of_cluster(cluster) == []
    assert not any(Path(f"/proc/{one.pid}/exe").exists() for one in found)


def test_one_role_is_ended_and_the_others_live(cluster: str, tmp_path: Path) -> None:
    for role in ("node1", "node2"):
        processes.start(cluster, role, ["sleep", "60"], tmp_path / f"{role}.log")
    wait_for(cluster, "sleep", "sleep")

    processes.end(cluster, "node2")

    assert [one.role for one in processes.of_cluster(cluster)] == ["node1"]


def test_another_clusters_processes_are_left_alone(cluster: str, tmp_path: Path) -> None:
    # given a cluster whose name only begins as the other's
    processes.start(cluster, "etcd", ["sleep", "60"], tmp_path / "etcd.log")
    wait_for(cluster, "sleep")

    processes.end(cluster[:-1])

    assert len(processes.of_cluster(cluster)) == 1


def test_a_process_that_ends_is_noticed_at_once_and_its_log_shown(cluster: str, tmp_path: Path) -> None:
    processes.start(
        cluster,
        "kube-scheduler",
        ["sh", "-c", "echo unknown flag: --nonsense; exit 1"],
        tmp_path / "kube-scheduler.log",
    )
    processes.start(cluster, "etcd", ["sleep", "60"], tmp_path / "etcd.log")
    began = time.monotonic()

    with pytest.raises(DidNotStartError) as raised:
        processes.wait_until(
            lambda: False,
            what="the scheduler is not ready",
            within=60,
            cluster=cluster,
            roles=("etcd", "kube-scheduler"),
            logs=tmp_path,
        )

    assert time.monotonic() - began < 10
    assert "the scheduler is not ready: kube-scheduler ended" in str(raised.value)
    assert "unknown flag: --nonsense" in str(raised.value)


def test_the_status_of_a_namespaces_first_process_is_read() -> None:
    text = "Name:\tbash\nState:\tS (sleeping)\nNSpid:\t4711\t1\n"

    assert processes.parse_status(text) == ("S", (4711, 1))
    assert processes.Process(4711, "node1", ("bash",), (4711, 1)).begins_a_namespace
    assert not processes.Process(4712, "node1", ("bash",), (4712, 17)).begins_a_namespace
    assert not processes.Process(1, "etcd", ("init",), (1,)).begins_a_namespace


def test_an_environment_is_read_with_what_is_odd_in_it() -> None:
    assert processes.parse_environment(b"A=1\0B=x=y\0broken\0C=\0") == {"A": "1", "B": "x=y", "C": ""}


def test_only_the_end_of_a_log_is_shown(tmp_path: Path) -> None:
    log = tmp_path / "etcd.log"
    log.write_text("\n".join(f"line {number}" for number in range(100)))

    shown = processes.last_lines(log, 2)

    assert shown == f"--- {log}\nline 98\nline 99"
