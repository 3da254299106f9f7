"""What was asked of the API server, and when: its own audit log, to the microsecond."""

import datetime as dt
import json
from dataclasses import dataclass
from pathlib import Path

from devcluster.cluster import Cluster

OPERATOR = "system:serviceaccount:pdfbatch-system:"


@dataclass(frozen=True)
class Call:
    """One request.

    Attributes:
        what: resource, with its subresource: pods/binding.
        at: when it was answered, in seconds since the epoch.
    """

    user: str
    agent: str
    verb: str
    what: str
    namespace: str
    name: str
    code: int
    at: float


class Audit:
    """The calls of a cluster's API server from now on."""

    def __init__(self, cluster: Cluster) -> None:
        self._log: Path = cluster.logs / "audit.log"
        self._begin = self._log.stat().st_size

    def calls(self, namespace: str | None = None, *, user: str = "") -> list[Call]:
        """Those in a namespace, or all, in their order.

        Args:
            user: how their user's name begins.
        """
        # Most lines are somebody else's.
        mark = f'"namespace":"{namespace}"'.encode() if namespace else b""
        found = []
        for line in self._lines():
            call = _call(line) if mark in line else None
            if call and namespace in (None, call.namespace) and call.user.startswith(user):
                found.append(call)
        return sorted(found, key=lambda call: call.at)

    def operator(self, namespace: str | None = None) -> list[Call]:
        """What the operator asked for, in a namespace: its watches are the cluster's, and not among them; or in all."""
        return self.calls(namespace, user=OPERATOR)

    def _lines(self) -> list[bytes]:
        with self._log.open("rb") as file:
            file.seek(self._begin)
            return file.read().splitlines()


def _call(line: bytes) -> Call | None:
    try:
        entry = json.loads(line)
    except json.JSONDecodeError:
        return None  # it is being written
    about = entry.get("objectRef", {})
    return Call(
        user=entry["user"]["username"],
        agent=entry.get("userAgent", ""),
        verb=entry["verb"],
        what="/".join(filter(None, (about.get("resource"), about.get("subresource")))),
        namespace=about.get("namespace", ""),
        name=about.get("name", ""),
        code=entry.get("responseStatus", {}).get("code", 0),
        at=dt.datetime.fromisoformat(entry["stageTimestamp"]).timestamp(),
    )
