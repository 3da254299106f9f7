"""The world as one value: what the cache has of a batch, and the few things that must be asked for.

Asked for, and remembered: whether the manifest's ConfigMap is there, which attempts are noted as disrupted, and, only
while something does not start, why (see diagnosis.py).
"""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from pdfbatch_operator.cache import Cache
from pdfbatch_operator.cluster.api import ApiServer
from pdfbatch_operator.cluster.errors import ApiError, Kind
from pdfbatch_operator.cluster.resources import CONFIG_MAPS
from pdfbatch_operator.diagnosis import Diagnosis
from pdfbatch_operator.fleet import Fleet
from pdfbatch_operator.manifests import disrupted_name, manifest_name
from pdfbatch_operator.memory import Memory
from pdfbatch_operator.observation import (
    Component,
    Observation,
    ObservedBatch,
    ObservedJob,
    ObservedPod,
    Settings,
)
from pdfbatch_operator.scaling import Answers

_ENDED: Final = ("Succeeded", "Failed")
# A node that is not in the cache may be one that has just come, and its news later than its pod's.
_NEW_NODE: Final = dt.timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class Seen:
    """An observation.

    Attributes:
        again_after: seconds until something can be known that is not known yet; None: nothing is awaited.
    """

    observation: Observation
    again_after: float | None


class Observer:
    """Makes observations.

    Args:
        signals: what Prometheus says of a batch, as far as it is known.
        fleet: how the admin's limit for all batches together is shared out.
        nodes_known: whether nodes are watched at all, and all have been seen.
        now: the clock.
    """

    def __init__(
        self,
        api: ApiServer,
        cache: Cache,
        memory: Memory,
        settings: Settings,
        *,
        signals: Callable[[ObservedBatch], Answers],
        fleet: Fleet,
        nodes_known: Callable[[], bool],
        now: Callable[[], dt.datetime],
    ) -> None:
        self._api = api
        self._cache = cache
        self._memory = memory
        self._settings = settings
        self._diagnosis = Diagnosis(api)
        self._signals = signals
        self._fleet = fleet
        self._nodes_known = nodes_known
        self._now = now

    async def observe(self, uid: str) -> Seen | None:
        """The batch as it is now; None when it is no more.

        Raises:
            ApiError: something that must be known could not be asked for.
        """
        seen = self._cache.batches.get(uid)
        if seen is None:
            self._diagnosis.forget(uid)
            return None
        batch, now = seen.value, self._now()
        now_at = batch.status.round
        jobs = self._jobs(uid, now_at)
        seen_pods = [one.value for one in self._cache.pods.of(uid).values() if one.value.retry == now_at]
        pods = tuple(self._placed(pod, now) for pod in seen_pods)
        manifest_exists, disrupted = await self._config_maps(batch, pods, begun=bool(jobs))
        again_after: float | None = None
        if batch.status.phase not in _ENDED and not batch.deleting:
            found = await self._diagnosis.look(batch, jobs, pods, now)
            jobs, pods, again_after = found.jobs, found.pods, found.again_after
        return Seen(
            Observation(
                now=now,
                batch=batch,
                settings=self._settings,
                jobs=jobs,
                pods=pods,
                manifest_exists=manifest_exists,
                disrupted_attempts=disrupted,
                answers=self._signals(batch),
                history=self._memory.of(uid).history,
                allowance=self._fleet.allowance(batch),
            ),
            again_after,
        )

    def _jobs(self, uid: str, retry: int) -> Mapping[Component, ObservedJob]:
        """A Job a component: the batch's own before others, the oldest of those.

        Args:
            retry: of that retry alone; 0: of the first run.
        """
        jobs: dict[Component, ObservedJob] = {}
        found = [one for one in self._cache.jobs.of(uid).values() if one.value.retry == retry]
        for seen in sorted(found, key=lambda one: (not one.value.owned, one.value.created, one.uid)):
            jobs.setdefault(seen.value.component, seen.value)
        return jobs

    def _placed(self, pod: ObservedPod, now: dt.datetime) -> ObservedPod:
        """The pod, and whether its node is lost."""
        # Only of a pod that is being removed does it matter: ten thousand others need not be copied.
        if pod.deleted is None or not pod.node or pod.phase in _ENDED or not self._nodes_known():
            return pod
        unreachable = self._cache.unreachable(pod.node)
        gone = unreachable is None and now - pod.created > _NEW_NODE
        return replace(pod, node_lost=True) if unreachable or gone else pod

    async def _config_maps(
        self, batch: ObservedBatch, pods: tuple[ObservedPod, ...], *, begun: bool
    ) -> tuple[bool, frozenset[str]]:
        """Whether the manifest is there, and the attempts that are noted. Of a batch that has ended nobody asks.

        Nor of one that has no Job yet: it has hardly a manifest, and to create one that is there does no harm.
        """
        if batch.status.phase in _ENDED or batch.deleting:
            return True, frozenset()
        known = self._memory.of(batch.uid)
        if known.manifest is None and begun:
            known.manifest = await self._read(batch, manifest_name(batch)) is not None
        if known.disrupted is None and any(pod.disrupted or pod.node_lost for pod in pods):
            known.disrupted = await self._read(batch, disrupted_name(batch)) or frozenset()
        return bool(known.manifest), known.disrupted or frozenset()

    async def _read(self, batch: ObservedBatch, name: str) -> frozenset[str] | None:
        """The keys of a ConfigMap of the batch; None when there is none."""
        try:
            body = await self._api.request("get", CONFIG_MAPS, batch.namespace, name)
        except ApiError as error:
            if error.kind is Kind.NOT_FOUND:
                return None
            raise
        owners = body["metadata"].get("ownerReferences", ())
        # Somebody else's of that name is not the manifest; creating ours will say so.
        return frozenset(body.get("data") or ()) if any(owner["uid"] == batch.uid for owner in owners) else None
