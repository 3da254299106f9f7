"""What the operator's pods take: memory, CPU and calls over a while in which nobody wants anything of them."""

import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from devcluster import Cluster
from devcluster.audit import Audit
from devcluster.installation import NAMESPACE, Installation

from bench.process_tree import Process, parse_stat

_MIB: Final = 2**20


@dataclass(frozen=True)
class PodUse:
    """One pod of the operator over a while.

    Attributes:
        memory: resident, MiB, at the end.
        cpu: seconds of CPU a minute.
    """

    memory: float
    cpu: float


@dataclass(frozen=True)
class OperatorUse:
    """Both pods.

    Attributes:
        calls: requests a minute of both together, without watches.
    """

    leader: PodUse
    standby: PodUse | None
    calls: float


def measure(cluster: Cluster, installation: Installation, seconds: float) -> OperatorUse:
    """What they take from now on, for so many seconds.

    Raises:
        RuntimeError: a pod of the operator has no process: it was replaced meanwhile.
    """
    leader = installation.leader()
    uids = {name: _uid(cluster, name) for name in installation.pods()}
    audit = Audit(cluster)
    before = {name: _processes(uid) for name, uid in uids.items()}
    time.sleep(seconds)
    after = {name: _processes(uid) for name, uid in uids.items()}
    calls = Counter(call.verb for call in audit.operator())
    uses = {name: use_of(before[name], after[name], seconds) for name in uids}
    others = [use for name, use in uses.items() if name != leader]
    asked = calls.total() - calls["watch"]
    return OperatorUse(uses[leader], others[0] if others else None, asked * 60 / seconds)


def use_of(before: dict[int, Process], after: dict[int, Process], seconds: float) -> PodUse:
    """From two readings of a pod's processes, by process id.

    Raises:
        RuntimeError: there is none.
    """
    if not before or not after:
        raise RuntimeError("a pod of the operator has no process: it was replaced while it was measured")
    spent = sum(process.cpu - (before[pid].cpu if pid in before else 0.0) for pid, process in after.items())
    return PodUse(sum(process.rss for process in after.values()) / _MIB, spent * 60 / seconds)


def _uid(cluster: Cluster, pod: str) -> str:
    return cluster.kubectl("get", "pod", pod, "--namespace", NAMESPACE, "--output=jsonpath={.metadata.uid}").stdout


def _processes(pod: str) -> dict[int, Process]:
    """Of a pod's containers, by its cgroups' name, without what holds its namespaces."""
    found = {}
    for folder in Path("/proc").iterdir():
        if not folder.name.isdecimal():
            continue
        try:
            if f"/pod{pod}/" in (folder / "cgroup").read_text():
                process = parse_stat((folder / "stat").read_text(errors="replace"))
                if process.name != "pause":
                    found[process.pid] = process
        except OSError:  # it ended meanwhile
            continue
    return found
