"""The control groups that kubelets find ready, and their removal."""

import time
from pathlib import Path

from devcluster.errors import DevClusterError

ROOT = Path("/sys/fs/cgroup")
_NEEDED = ("cpuset", "cpu", "memory", "pids")


def hierarchies() -> list[Path]:
    """Every hierarchy's root: one with version 2, one a controller (and the unified one) with version 1."""
    if _is_v2():
        return [ROOT]
    # Links such as cpu -> cpu,cpuacct lead to a hierarchy that is listed already.
    return sorted(one for one in ROOT.iterdir() if (one / "cgroup.procs").exists() and not one.is_symlink())


def _is_v2() -> bool:
    return (ROOT / "cgroup.controllers").exists()


def missing() -> list[str]:
    """The controllers that a kubelet needs and this machine does not offer."""
    if _is_v2():
        offered = (ROOT / "cgroup.controllers").read_text().split()
    else:
        offered = [name for one in hierarchies() for name in one.name.split(",")]
    return [name for name in _NEEDED if name not in offered]


def create(group: str) -> None:
    """Makes a group (`cluster/node1`) in every hierarchy, with processors and memory as its parent's."""
    for root in hierarchies():
        here = root
        for part in Path(group).parts:
            if _is_v2():
                (here / "cgroup.subtree_control").write_text(" ".join(f"+{name}" for name in _NEEDED))
            parent, here = here, here / part
            here.mkdir(exist_ok=True)
            # With version 1 a cpuset is born empty, and nothing can run in it.
            for file in ("cpuset.cpus", "cpuset.mems"):
                if not _is_v2() and (here / file).exists():
                    (here / file).write_text((parent / file).read_text())


def of(group: str) -> list[Path]:
    """Where the group still is."""
    return [root / group for root in hierarchies() if (root / group).is_dir()]


def remove(group: str, *, within: float = 10) -> None:
    """Removes the group from every hierarchy, once its processes are killed.

    Raises:
        DevClusterError: it is still busy after `within` seconds.
    """
    # The kernel lets go of a killed process's groups a moment later.
    deadline = time.monotonic() + within
    while True:
        try:
            for top in of(group):
                for folder in sorted((path for path in top.rglob("*") if path.is_dir()), reverse=True):
                    folder.rmdir()
                top.rmdir()
            return
        except OSError as error:
            if time.monotonic() > deadline:
                raise DevClusterError(f"cannot remove a cgroup: {error}") from error
            time.sleep(0.05)
