"""How many CPUs a container has: by cgroup files as both versions of the kernel's interface write them."""

import os
from pathlib import Path

import pytest

from pdfbatch_renderer.cli.arguments import worker_count
from pdfbatch_renderer.cpu_limit import cpu_limit


@pytest.fixture
def cgroups(tmp_path: Path) -> Path:
    return tmp_path / "cgroup"


def written(root: Path, files: dict[str, str]) -> Path:
    """These files under `root`, and the path of the process's own file beside it."""
    root.mkdir(exist_ok=True)
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content + "\n")
    return root.parent / "own"


def own(root: Path, text: str) -> Path:
    path = root.parent / "own"
    path.write_text(text)
    return path


V1 = "5:memory:/kubepods/pod1/c1\n4:cpu,cpuacct:/kubepods/pod1/c1\n1:name=systemd:/x:y\n"


@pytest.mark.parametrize(
    ("files", "lines", "expected"),
    [
        ({"cpu.max": "150000 100000"}, "0::/\n", 1.5),
        ({"cpu.max": "max 100000"}, "0::/\n", None),
        ({}, "0::/\n", None),
        ({"a/cpu.max": "max 100000", "cpu.max": "50000 100000"}, "0::/a\n", 0.5),
        ({"a/cpu.max": "300000 100000", "a/b/cpu.max": "max 100000"}, "0::/a/b\n", 3.0),
        # the host's path, and a mount that begins at the container's own group
        ({"cpu.max": "200000 100000"}, "0::/../../kubepods/pod1/c1\n", 2.0),
        ({"cpu,cpuacct/cpu.cfs_quota_us": "250000", "cpu,cpuacct/cpu.cfs_period_us": "100000"}, V1, 2.5),
        ({"cpu/cpu.cfs_quota_us": "250000", "cpu/cpu.cfs_period_us": "100000"}, V1, 2.5),
        ({"cpu/cpu.cfs_quota_us": "-1", "cpu/cpu.cfs_period_us": "100000"}, V1, None),
        # v1 for the CPU, and v2 for nothing but its tree
        (
            {"unified/cgroup.procs": "1", "cpu/cpu.cfs_quota_us": "100000", "cpu/cpu.cfs_period_us": "50000"},
            V1 + "0::/\n",
            2.0,
        ),
        ({"cpu.max": "nonsense"}, "0::/\n", None),
    ],
)
def test_the_limit_is_the_least_of_the_group_and_those_above(
    cgroups: Path, files: dict[str, str], lines: str, expected: float | None
) -> None:
    written(cgroups, files)
    assert cpu_limit(cgroups, own(cgroups, lines)) == expected


def test_a_machine_without_cgroups_has_no_limit(tmp_path: Path) -> None:
    assert cpu_limit(tmp_path / "nothing", tmp_path / "own") is None


CORES = len(os.sched_getaffinity(0))


@pytest.mark.parametrize(
    ("limit", "uid", "told", "expected"),
    [
        (None, "", None, CORES),  # a laptop: one a core
        (None, "0e3f", None, 1),  # a pod without a limit sees its node's cores, which are not its own
        (0.25, "0e3f", None, 1),
        (1.4, "0e3f", None, 1),
        (1.5, "", None, min(2, CORES)),
        (64.0, "0e3f", None, CORES),
        (1.0, "0e3f", 7, 7),
    ],
)
def test_a_worker_for_each_cpu_of_the_limit(
    monkeypatch: pytest.MonkeyPatch, limit: float | None, uid: str, told: int | None, expected: int
) -> None:
    monkeypatch.setattr("pdfbatch_renderer.cli.arguments.cpu_limit", lambda: limit)
    monkeypatch.setenv("PDFBATCH_UID", uid)
    assert worker_count(told) == expected
