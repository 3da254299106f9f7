"""Removes all that a cluster left on the machine, whatever state it was in, and says what is left."""

import os
import shutil
from pathlib import Path

from devcluster import cgroups, network, packages, processes
from devcluster.processes import run
from devcluster.settings import Settings


def remove(settings: Settings, *, files: bool = True) -> None:
    """Processes first, since all else hangs on them. What is not there is no error."""
    processes.end(settings.name)
    for mount in _mounts(settings):
        run("umount", "--lazy", mount)
    if shutil.which("ip"):
        network.remove(settings)
    cgroups.remove(settings.cgroup)
    packages.remove_policy()
    if files:
        shutil.rmtree(settings.folder, ignore_errors=True)


def left(settings: Settings) -> list[str]:
    """What is still there, in words."""
    found = [f"process {one.pid}: {' '.join(one.command)[:80]}" for one in processes.of_cluster(settings.name)]
    found += [f"mount {mount}" for mount in _mounts(settings)]
    if shutil.which("ip"):
        found += [f"network device {device}" for device in network.devices_of(settings)]
    found += [f"cgroup {path}" for path in cgroups.of(settings.cgroup)]
    if packages.policy_is_left():
        found.append(f"file {packages.POLICY}")
    if settings.folder.exists():
        found.append(f"folder {settings.folder}")
    return found


def _mounts(settings: Settings) -> list[str]:
    """The machine's own mounts below the cluster's folder, innermost first. Nodes keep theirs to themselves."""
    # Spaces and such are written in octal.
    points = [os.fsdecode(line.split()[4].encode().decode("unicode_escape")) for line in _mountinfo()]
    return [point for point in reversed(points) if Path(point).is_relative_to(settings.folder)]


def _mountinfo() -> list[str]:
    return Path("/proc/self/mountinfo").read_text().splitlines()
