"""How much CPU this process may use: in a container that is the cgroup's limit, and not the machine's cores."""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

CGROUPS: Final = Path("/sys/fs/cgroup")
OWN_CGROUPS: Final = Path("/proc/self/cgroup")


def cpu_limit(cgroups: Path = CGROUPS, own: Path = OWN_CGROUPS) -> float | None:
    """The limit in CPUs, the least of this cgroup's and of those above it; None where there is none.

    Reads cgroup v2 (cpu.max) and v1 (cpu.cfs_quota_us), as the kernel's admin-guide/cgroup-v2.rst and
    scheduler/sched-bwc.rst describe them.

    Args:
        cgroups: where the hierarchies are mounted.
        own: which groups this process is in, as cgroups(7) has it.
    """
    return min(_limits(cgroups, own), default=None)


def _limits(cgroups: Path, own: Path) -> Iterator[float]:
    lines: list[str] = []
    with contextlib.suppress(OSError):
        lines = own.read_text().splitlines()
    for line in lines:
        _, controllers, path = line.split(":", 2)
        if not controllers:
            root, read = cgroups, _v2
        elif "cpu" in controllers.split(","):
            root, read = (
                next((root for root in (cgroups / controllers, cgroups / "cpu") if root.is_dir()), cgroups),
                _v1,
            )
        else:
            continue
        # In a container the path is often the host's, while the mount begins at the container's own group.
        for group in _upwards(path):
            with contextlib.suppress(OSError, ValueError, ZeroDivisionError):
                limit = read(root / group)
                if limit is not None:
                    yield limit


def _upwards(path: str) -> Iterator[str]:
    parts = [part for part in path.split("/") if part not in ("", "..")]
    for count in range(len(parts), -1, -1):
        yield "/".join(parts[:count])


def _v2(group: Path) -> float | None:
    quota, period = (group / "cpu.max").read_text().split()
    return None if quota == "max" else int(quota) / int(period)


def _v1(group: Path) -> float | None:
    quota = int((group / "cpu.cfs_quota_us").read_text())
    return None if quota < 0 else quota / int((group / "cpu.cfs_period_us").read_text())
