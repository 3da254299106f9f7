"""Whether this machine can run the cluster, and what it lacks."""

import os
import platform
import shutil
import subprocess
from pathlib import Path

from devcluster import binaries, cgroups, packages
from devcluster.errors import MachineUnsuitableError
from devcluster.settings import cache_folder

# A node has its own, and would not find the files that the machine keeps there.
_HIDDEN = ("/run", "/var/run", "/var/lib", "/var/log", "/proc", "/sys", "/dev")


def check() -> None:
    """Checks before anything is built or installed.

    Raises:
        MachineUnsuitableError: lists all that is missing, and what to do.
    """
    if platform.system() != "Linux" or platform.machine() not in ("x86_64", "aarch64"):
        raise MachineUnsuitableError(f"a cluster needs Linux on x86_64 or aarch64, and this is {platform.platform()}")
    if os.geteuid() != 0:
        raise MachineUnsuitableError("a cluster needs root (namespaces, mounts, network devices): run as root")
    if problems := _problems():
        raise MachineUnsuitableError(
            "this machine cannot run the cluster:\n" + "\n".join(f"- {one}" for one in problems)
        )


def _problems() -> list[str]:
    found = []
    if (wanted := packages.missing()) and shutil.which("apt-get") is None:
        found.append(f"missing, and there is no apt-get to install them with: {', '.join(wanted)}")
    if binaries.missing() and binaries.find_go() is None:
        found.append("Go 1.26 or newer is missing, and builds the cluster's programs: https://go.dev/dl/")
    if lacking := cgroups.missing():
        found.append(f"{cgroups.ROOT} has no cgroup controllers {', '.join(lacking)}: mount them")
    cache = cache_folder()
    if any(cache.is_relative_to(hidden) for hidden in _HIDDEN):
        found.append(
            f"the cache {cache} lies where nodes cannot see it: set PDFBATCH_DEVCLUSTER_CACHE to another place"
        )
    if shutil.which("unshare"):
        command = ["unshare", "--pid", "--fork", "--mount", "--net", "--uts", "--ipc", "--mount-proc", "true"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            found.append(f"no namespaces ({done.stderr.strip()}): give the container CAP_SYS_ADMIN and CAP_NET_ADMIN")
    return found


def snapshotter(folder: Path) -> str:
    """containerd's way to keep layers: overlayfs, but for a folder that lies on an overlay itself, as in containers."""
    device = folder.stat().st_dev
    wanted = f"{os.major(device)}:{os.minor(device)}"
    for line in Path("/proc/self/mountinfo").read_text().splitlines():
        fields, _, rest = line.partition(" - ")
        if fields.split()[2] == wanted and rest.split()[0] == "overlay":
            return "native"
    return "overlayfs"
