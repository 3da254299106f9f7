"""Kubernetes Events: what `kubectl describe` tells of an object. The same happening again is counted, not told again.

Of the core group, whose count kubectl shows; those of events.k8s.io keep it in a series that only some clients read.
"""

import datetime as dt
import hashlib
import logging
import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import Final, Literal

from pdfbatch_operator.cluster.api import MERGE_PATCH, ApiServer, Json
from pdfbatch_operator.cluster.errors import ApiError, Kind
from pdfbatch_operator.cluster.resources import EVENTS, Resource

_log = logging.getLogger(__name__)

_COMPONENT: Final = "pdfbatch-operator"
_MOST_CHARACTERS: Final = 1024
_REMEMBERED: Final = 4096
# Of one object, as client-go's spam filter has it: so many at once, then one every so many seconds.
_BURST: Final = 25.0
_REFILL_SECONDS: Final = 30.0


@dataclass(frozen=True, slots=True)
class Subject:
    """The object that an Event is about."""

    resource: Resource
    namespace: str
    name: str
    uid: str


@dataclass(slots=True)
class _Told:
    name: str
    count: int


@dataclass(slots=True)
class _Allowance:
    tokens: float
    since: float


class EventRecorder:
    """Records Events. Nothing depends on them: one that cannot be recorded is logged and left.

    Args:
        instance: this replica.
    """

    def __init__(self, api: ApiServer, instance: str) -> None:
        self._api = api
        self._instance = instance
        # Counts are this process's own, so each process has Events of its own.
        self._start = str(time.time_ns())
        self._told: OrderedDict[str, _Told] = OrderedDict()
        self._allowed: OrderedDict[str, _Allowance] = OrderedDict()

    async def record(self, about: Subject, kind: Literal["Normal", "Warning"], reason: str, message: str) -> None:
        """Tell it, or count it."""
        message = message if len(message) <= _MOST_CHARACTERS else message[: _MOST_CHARACTERS - 1] + "…"
        key = hashlib.sha256("\0".join((self._start, about.uid, kind, reason, message)).encode()).hexdigest()[:16]
        told = self._told.get(key)
        try:
            if told is not None and await self._count(about, told):
                return
            if self._may_tell(about.uid):
                await self._tell(about, kind, reason, message, key)
        except ApiError as error:
            level = logging.DEBUG if error.kind is Kind.NOT_FOUND else logging.WARNING
            fields = {"namespace": about.namespace, "batch": about.name, "uid": about.uid, "reason": reason}
            _log.log(level, "an Event is lost: %s", error, extra={"fields": fields})

    async def _count(self, about: Subject, told: _Told) -> bool:
        told.count += 1
        body = {"count": told.count, "lastTimestamp": _now()}
        try:
            await self._api.request("patch", EVENTS, about.namespace, told.name, body=body, content_type=MERGE_PATCH)
        except ApiError as error:
            if error.kind is Kind.NOT_FOUND:  # Events live for an hour
                return False
            raise
        return True

    async def _tell(self, about: Subject, kind: str, reason: str, message: str, key: str) -> None:
        # Times are whole seconds: within one, kubectl shows Events in the order of their names.
        name = f"{about.name[:200]}.{time.time_ns():016x}{key[:6]}"
        now = _now()
        body: Json = {
            "apiVersion": EVENTS.api_version,
            "kind": EVENTS.kind,
            "metadata": {"name": name, "namespace": about.namespace},
            "involvedObject": {
                "apiVersion": about.resource.api_version,
                "kind": about.resource.kind,
                "namespace": about.namespace,
                "name": about.name,
                "uid": about.uid,
            },
            "type": kind,
            "reason": reason,
            "message": message,
            "source": {"component": _COMPONENT},
            "reportingComponent": _COMPONENT,
            "reportingInstance": self._instance[:128],
            "firstTimestamp": now,
            "lastTimestamp": now,
            "count": 1,
        }
        try:
            await self._api.request("create", EVENTS, about.namespace, body=body)
        except ApiError as error:
            if error.kind is not Kind.ALREADY_EXISTS:  # the answer to our own was lost
                raise
        self._told[key] = _Told(name, 1)
        if len(self._told) > _REMEMBERED:
            self._told.popitem(last=False)

    def _may_tell(self, uid: str) -> bool:
        now = time.monotonic()
        allowance = self._allowed.setdefault(uid, _Allowance(_BURST, now))
        self._allowed.move_to_end(uid)
        if len(self._allowed) > _REMEMBERED:
            self._allowed.popitem(last=False)
        allowance.tokens = min(_BURST, allowance.tokens + (now - allowance.since) / _REFILL_SECONDS)
        allowance.since = now
        if allowance.tokens < 1:
            return False
        allowance.tokens -= 1
        return True


def _now() -> str:
    return dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
