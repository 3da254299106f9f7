"""Why something does not start, where only an Event tells: a Job that may create no pods, a pod without its volume.

Events are asked for one object at a time, and only while that object is stuck, less and less often: they are many, and
to watch them would cost more than all the rest.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import msgspec

from pdfbatch_operator.cluster.api import ApiServer
from pdfbatch_operator.cluster.errors import ApiError
from pdfbatch_operator.cluster.resources import EVENTS
from pdfbatch_operator.observation import Component, ObservedBatch, ObservedJob, ObservedPod

# How long a Job may be without pods, and a pod without containers, before anybody asks.
_PATIENCE: Final = dt.timedelta(seconds=2)
_FIRST_INTERVAL: Final = 3.0
_LONGEST_INTERVAL: Final = 60.0
_EPOCH: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_JOB_REASONS: Final = frozenset({"FailedCreate"})
# What a kubelet says of a pod that it cannot start, while the pod itself only says ContainerCreating.
_POD_REASONS: Final = frozenset({"FailedMount", "FailedAttachVolume", "FailedCreatePodSandBox"})


@dataclass(frozen=True, slots=True)
class Diagnosed:
    """The Jobs and pods, with what was found; and in how many seconds it is worth asking again."""

    jobs: Mapping[Component, ObservedJob]
    pods: tuple[ObservedPod, ...]
    again_after: float | None = None


@dataclass(slots=True)
class _Asked:
    since: dt.datetime
    next: dt.datetime
    interval: float
    answer: tuple[str, str] | None = None


class _Event(msgspec.Struct, rename="camel"):
    reason: str = ""
    message: str = ""
    last_timestamp: dt.datetime | None = None
    event_time: dt.datetime | None = None

    @property
    def at(self) -> dt.datetime:
        """When it last happened."""
        return self.last_timestamp or self.event_time or _EPOCH


class _Events(msgspec.Struct):
    items: list[_Event] = []


class Diagnosis:
    """Remembers what was asked when."""

    def __init__(self, api: ApiServer) -> None:
        self._api = api
        self._asked: dict[str, dict[str, _Asked]] = {}

    def forget(self, batch: str) -> None:
        """The batch is no more."""
        self._asked.pop(batch, None)

    async def look(
        self,
        batch: ObservedBatch,
        jobs: Mapping[Component, ObservedJob],
        pods: tuple[ObservedPod, ...],
        now: dt.datetime,
    ) -> Diagnosed:
        """The Jobs with `blocked`, and at most one pod that hangs with `waiting`, as far as Events tell."""
        stuck_jobs = {job.uid: job for job in jobs.values() if _without_pods(job, pods)}
        pod = next(iter(sorted((pod for pod in pods if _hangs(pod)), key=lambda pod: pod.created)), None)
        asked = self._asked.setdefault(batch.uid, {})
        for uid in asked.keys() - stuck_jobs.keys() - ({pod.uid} if pod else set()):
            del asked[uid]
        found = dict(jobs)
        for uid, job in stuck_jobs.items():
            # What it was told before its last pod came is over.
            after = max((pod.created for pod in pods if pod.job_uid == uid), default=job.created)
            answer = await self._ask(asked, batch.namespace, uid, now, _JOB_REASONS, after)
            if answer is not None:
                found[job.component] = replace(job, blocked=answer[1])
        if pod is not None:
            answer = await self._ask(asked, batch.namespace, pod.uid, now, _POD_REASONS, pod.created)
            if answer is not None:
                pods = tuple(replace(one, waiting=answer) if one is pod else one for one in pods)
        if not asked:
            del self._asked[batch.uid]
            return Diagnosed(found, pods)
        return Diagnosed(found, pods, max(min((one.next - now).total_seconds() for one in asked.values()), 0.1))

    async def _ask(
        self,
        asked: dict[str, _Asked],
        namespace: str,
        uid: str,
        now: dt.datetime,
        reasons: frozenset[str],
        after: dt.datetime,
    ) -> tuple[str, str] | None:
        known = asked.setdefault(uid, _Asked(now, now + _PATIENCE, _FIRST_INTERVAL))
        if now < known.next:
            return known.answer
        known.next = now + dt.timedelta(seconds=known.interval)
        known.interval = min(known.interval * 2, _LONGEST_INTERVAL)
        try:
            data = await self._api.request_bytes(
                "list", EVENTS, namespace, parameters={"fieldSelector": f"involvedObject.uid={uid},type=Warning"}
            )
        except ApiError:
            # It would only have told why; the batch goes on without.
            return known.answer
        events = [one for one in msgspec.json.decode(data, type=_Events).items if one.reason in reasons]
        last = max(events, key=lambda one: one.at, default=None)
        if last is not None and last.at >= after:
            known.answer = (last.reason, last.message)
        return known.answer


def _without_pods(job: ObservedJob, pods: tuple[ObservedPod, ...]) -> bool:
    if job.finished or job.suspend or job.deleting or job.parallelism == 0 or job.active or job.terminating:
        return False
    return not any(pod.job_uid == job.uid and pod.phase in ("Pending", "Running") for pod in pods)


def _hangs(pod: ObservedPod) -> bool:
    """It has a node, and no container of it has come to anything that its status tells."""
    return pod.phase == "Pending" and bool(pod.node) and pod.waiting is None and pod.deleted is None
