"""Where the seconds of a batch of one document went, from the audit log, containerd's log and the pod's own."""

import datetime as dt
import json
import re
from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple

from devcluster.audit import OPERATOR, Call


class Moment(NamedTuple):
    """Something that happened, so many seconds after `kubectl apply` was typed."""

    at: float
    what: str


_TIME: Final = re.compile(r'time="([^"]+)"')
_SANDBOX: Final = re.compile(r'RunPodSandbox for .*Uid:([0-9a-f-]+),.* returns sandbox id \\"([0-9a-f]{64})')
_CREATED: Final = re.compile(
    r'CreateContainer within sandbox \\"([0-9a-f]{64})\\" for .*Name:([a-z]+),.* returns container id \\"([0-9a-f]{64})'
)
_STARTED: Final = re.compile(r'StartContainer for \\"([0-9a-f]{64})\\" returns successfully')
_GONE: Final = re.compile(r'msg="shim disconnected" id=([0-9a-f]{64})')

# What a line of the pod's log says has been done by then.
_LOGGED: Final = {
    "started": "pod: Python runs, the command begins",
    "planned": "pod: the plan is stored",
    "finishing": "pod: manifest and report are begun",
    "ended": "pod: all is stored, the command ends",
}


def of_containers(log: Iterable[str], pod: str) -> list[Moment]:
    """When a pod's sandbox was there and its containers began and ended, in seconds since the epoch.

    Args:
        log: containerd's, of the pod's node.
        pod: its uid.
    """
    sandbox = ""
    names: dict[str, str] = {}
    found = []
    for line in log:
        if match := _SANDBOX.search(line):
            if match[1] == pod:
                sandbox = match[2]
                found.append(Moment(_when(line), "kubelet: the pod's sandbox and volumes are there"))
        elif (match := _CREATED.search(line)) and match[1] == sandbox:
            names[match[3]] = match[2]
        elif (match := _STARTED.search(line)) and match[1] in names:
            found.append(Moment(_when(line), f"kubelet: the {names[match[1]]}'s container runs"))
        elif (match := _GONE.search(line)) and match[1] in names:
            found.append(Moment(_when(line), f"containerd: the {names[match[1]]}'s container is gone"))
    return found


def of_calls(calls: Sequence[Call], ended: float) -> list[Moment]:
    """What the audit log says about a batch that was one pod, in seconds since the epoch.

    Args:
        ended: when the renderer's container was gone.
    """
    made = {
        "pdfbatches": "the API server has the batch (kubectl has started, and asked)",
        "configmaps": "operator: the manifest's ConfigMap is made",
        "jobs": "operator: the Job is made",
        "pods": "Job controller: the pod is made",
        "pods/binding": "scheduler: the pod has a node",
    }
    found = []
    for what, text in made.items():
        first = next((call.at for call in calls if (call.verb, call.what) == ("create", what)), None)
        if first is not None:
            found.append(Moment(first, text))
    told = [call.at for call in calls if call.what == "pods/status" and call.agent.startswith("kubelet")]
    after = [at for at in told if at >= ended]
    if after:
        found.append(Moment(min(after), "kubelet: tells that the renderer has ended"))
    statuses = [call.at for call in calls if call.what == "pdfbatches/status" and call.user.startswith(OPERATOR)]
    if statuses:
        found.append(Moment(min(statuses), "operator: the first status is written"))
    return found


def of_pod_log(lines: Iterable[str]) -> list[Moment]:
    """What the pod's own log says, JSON a line; in seconds since the epoch."""
    found = []
    for line in lines:
        if line.startswith("{"):
            entry = json.loads(line)
            if entry.get("event") in _LOGGED:
                found.append(Moment(_seconds(entry["time"]), _LOGGED[entry["event"]]))
    return found


def of_document(line: dict[str, Any]) -> list[Moment]:
    """What the manifest of outputs says of a document, in seconds since the epoch."""
    stored = _seconds(line["finished"])
    return [
        Moment(stored - line["milliseconds"] / 1000, "pod: worker and browser are ready, the document begins"),
        Moment(stored, "pod: **the PDF is stored**"),
    ]


def since(begun: float, moments: Iterable[Moment]) -> list[Moment]:
    """In their order, in seconds after `begun`."""
    return sorted(Moment(at - begun, what) for at, what in moments)


def _when(line: str) -> float:
    match = _TIME.search(line)
    if match is None:
        raise ValueError(f"a line of containerd's log has no time: {line[:200]}")
    return _seconds(match[1])


def _seconds(text: str) -> float:
    # Nanoseconds, where Python reads microseconds at most.
    return dt.datetime.fromisoformat(re.sub(r"(\.\d{6})\d+", r"\1", text)).timestamp()
