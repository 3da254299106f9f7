"""The Debian packages that the cluster needs, installed without starting anything."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from devcluster.errors import DevClusterError, MachineUnsuitableError

_SBIN = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
POLICY = Path("/usr/sbin/policy-rc.d")
_POLICY_TEXT = """\
#!/bin/sh
# By pdfbatch's devcluster while it installs packages, so that no service is started. May be removed.
exit 101
"""


@dataclass(frozen=True)
class Package:
    name: str
    brings: tuple[str, ...]
    """Programs, or absolute paths: what is there need not be Debian's."""

    def is_missing(self) -> bool:
        return not all(Path(one).exists() if one[0] == "/" else shutil.which(one, path=_SBIN) for one in self.brings)


ALL = (
    Package("etcd-server", ("etcd",)),
    Package("containerd", ("containerd", "ctr", "containerd-shim-runc-v2")),
    Package("runc", ("runc",)),
    Package("containernetworking-plugins", ("/usr/lib/cni/ptp", "/usr/lib/cni/host-local", "/usr/lib/cni/portmap")),
    Package("iptables", ("iptables", "iptables-restore")),
    Package("iproute2", ("ip",)),
    Package("mount", ("mount", "umount")),
    Package("util-linux", ("unshare", "nsenter", "setsid")),
    # For the images, which are built beside the cluster.
    Package("buildah", ("buildah",)),
    Package("mmdebstrap", ("mmdebstrap",)),
)


def missing() -> list[str]:
    return [package.name for package in ALL if package.is_missing()]


def install() -> list[str]:
    """Installs what is missing, and returns its names.

    Raises:
        MachineUnsuitableError: there is no apt-get to do it with.
        DevClusterError: apt-get failed.
    """
    wanted = missing()
    if not wanted:
        return []
    if shutil.which("apt-get") is None:
        raise MachineUnsuitableError(f"missing, and there is no apt-get to install them with: {', '.join(wanted)}")
    with _no_services():
        # The lists may be there already; without them, or with old ones, only an update helps.
        if _apt("install", "-y", "--no-install-recommends", *wanted).returncode:
            _apt("update")
            done = _apt("install", "-y", "--no-install-recommends", *wanted)
            if done.returncode:
                raise DevClusterError(f"apt-get install {' '.join(wanted)} failed:\n{done.stderr[-2000:]}")
    if still := missing():
        raise DevClusterError(f"installed, and yet not there: {', '.join(still)}")
    return wanted


def _apt(*arguments: str) -> subprocess.CompletedProcess[str]:
    # Another apt may be at work.
    command = ["apt-get", "-qq", "-o", "DPkg::Lock::Timeout=300", *arguments]
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


@contextmanager
def _no_services() -> Iterator[None]:
    """Packages' scripts ask this file before they start a service: etcd and containerd shall not run beside ours."""
    remove_policy()
    if POLICY.exists():  # somebody's own, such as in a container image
        yield
        return
    POLICY.write_text(_POLICY_TEXT)
    POLICY.chmod(0o755)
    try:
        yield
    finally:
        remove_policy()


def remove_policy() -> None:
    """Also what an installation left that was killed half-way."""
    if policy_is_left():
        POLICY.unlink()


def policy_is_left() -> bool:
    return POLICY.is_file() and POLICY.read_text() == _POLICY_TEXT
