"""Carries out what was decided: the actions in their order, one status write, then the Events.

Whatever is interrupted here is done again from a fresh observation, and ends in the same place: objects have fixed
names, and each write says which object, at which version, it means.
"""

import logging
from typing import Any, assert_never

import msgspec

from pdfbatch_api.resource import PdfBatchStatus
from pdfbatch_operator.cache import Cache, read_job, read_pod
from pdfbatch_operator.cluster.api import MERGE_PATCH, STRATEGIC_MERGE_PATCH, ApiServer, Json
from pdfbatch_operator.cluster.errors import ApiError, Kind
from pdfbatch_operator.cluster.events import EventRecorder, Subject
from pdfbatch_operator.cluster.resources import CONFIG_MAPS, JOBS, PDFBATCHES, PODS, Resource
from pdfbatch_operator.decision import (
    Action,
    CreateJob,
    CreateManifest,
    Decision,
    DeleteBatch,
    DeleteJob,
    FailPod,
    NoteDisrupted,
    PatchJob,
)
from pdfbatch_operator.manifests import disrupted_config_map
from pdfbatch_operator.memory import Memory
from pdfbatch_operator.metrics import OperatorMetrics
from pdfbatch_operator.moments import text_of
from pdfbatch_operator.observation import Observation, ObservedBatch

_log = logging.getLogger(__name__)


class Applier:
    """Carries out decisions."""

    def __init__(
        self, api: ApiServer, cache: Cache, memory: Memory, recorder: EventRecorder, metrics: OperatorMetrics
    ) -> None:
        self._api = api
        self._cache = cache
        self._memory = memory
        self._recorder = recorder
        self._metrics = metrics

    async def apply(self, seen: Observation, decision: Decision) -> bool:
        """Whether anything was to be done.

        Raises:
            ApiError: of the first that could not be done; nothing after it was tried.
        """
        batch = seen.batch
        for action in decision.actions:
            await self._act(seen, action)
            if isinstance(action, PatchJob) and action.parallelism is not None and decision.scaling is not None:
                self._metrics.scaled(decision.scaling.reason)
            _log.info(_name(action), extra={"fields": about(batch) | _fields(action)})
        wrote = decision.status is not None and await self.write_status(batch, decision.status)
        for event in decision.events:
            await self._recorder.record(subject(batch), event.type, event.reason, event.message)
            _log.info(event.message, extra={"fields": about(batch) | {"reason": event.reason}})
        return wrote or bool(decision.actions)

    async def write_status(self, batch: ObservedBatch, status: PdfBatchStatus) -> bool:
        """Whether the status differed from what was observed, and was written.

        Raises:
            ApiError: Kind.CONFLICT: the batch is not as it was observed. It is not overwritten.
        """
        self._metrics.seen(batch)
        new, old = _json(status), _json(batch.status)
        if new == old:
            return False
        # The status subresource takes the spec from what is stored.
        body: Json = {
            "apiVersion": PDFBATCHES.api_version,
            "kind": PDFBATCHES.kind,
            "metadata": {
                "name": batch.name,
                "namespace": batch.namespace,
                "uid": batch.uid,
                "resourceVersion": batch.resource_version,
            },
            "status": new,
        }
        answer = await self._api.request("update", PDFBATCHES, batch.namespace, batch.name, "status", body=body)
        self._cache.put_batch(answer)
        if status.phase != batch.status.phase:
            _log.info(
                "%s → %s", batch.status.phase, status.phase, extra={"fields": about(batch) | {"phase": status.phase}}
            )
        current = self._cache.batches.get(batch.uid)
        if current is not None:
            self._metrics.written(current.value)
        return True

    async def _act(self, seen: Observation, action: Action) -> None:
        batch = seen.batch
        match action:
            case CreateManifest():
                await self._create_owned(batch, CONFIG_MAPS, action.body)
                self._memory.of(batch.uid).manifest = True
            case CreateJob():
                self._remember_job(await self._create_owned(batch, JOBS, action.body))
            case PatchJob():
                await self._patch_job(batch, action)
            case DeleteJob():
                await self._delete(batch.namespace, JOBS, action.name, action.uid)
                self._cache.jobs.remove(action.uid)
            case FailPod():
                await self._fail_pod(batch, action, text_of(seen.now))
            case NoteDisrupted():
                await self._note_disrupted(batch, action)
            case DeleteBatch():
                await self._delete(batch.namespace, PDFBATCHES, batch.name, action.uid)
                self._cache.batches.remove(action.uid)
            case _:
                assert_never(action)

    async def _create_owned(self, batch: ObservedBatch, resource: Resource, body: Json) -> Json:
        """The object that was made, or that we made before and did not hear of."""
        name = body["metadata"]["name"]
        try:
            return await self._api.request("create", resource, batch.namespace, body=body)
        except ApiError as error:
            if error.kind is not Kind.ALREADY_EXISTS:
                raise
            there = await self._api.request("get", resource, batch.namespace, name)
            if any(owner["uid"] == batch.uid for owner in there["metadata"].get("ownerReferences", ())):
                return there
            raise ApiError(
                Kind.ALREADY_EXISTS, error.what, f"{resource.kind} {name} is there already, and is not this batch's"
            ) from None

    def _remember_job(self, body: Json) -> None:
        seen = read_job(msgspec.json.encode(body))
        if seen is not None:
            self._cache.jobs.put(seen)

    async def _patch_job(self, batch: ObservedBatch, action: PatchJob) -> None:
        spec: Json = {}
        if action.parallelism is not None:
            spec["parallelism"] = action.parallelism
        if action.suspend is not None:
            spec["suspend"] = action.suspend
        # The uid in a patch is a precondition: of another object of that name it is a conflict.
        body = {"metadata": {"uid": action.uid}, "spec": spec}
        self._remember_job(
            await self._api.request("patch", JOBS, batch.namespace, action.name, body=body, content_type=MERGE_PATCH)
        )

    async def _fail_pod(self, batch: ObservedBatch, action: FailPod, now: str) -> None:
        known = self._cache.pods.get(action.uid)
        body: Json = {
            # Not a pod that has changed meanwhile: its node may be back, and have told how the pod ended.
            "metadata": {"uid": action.uid} | ({"resourceVersion": known.version} if known else {}),
            "status": {
                "phase": "Failed",
                "reason": "NodeLost",
                "message": action.message,
                "conditions": [
                    {
                        "type": "DisruptionTarget",
                        "status": "True",
                        "reason": "NodeLost",
                        "message": action.message,
                        "lastTransitionTime": now,
                    }
                ],
            },
        }
        try:
            answer = await self._api.request_bytes(
                "patch",
                PODS,
                batch.namespace,
                action.name,
                "status",
                body=body,
                content_type=STRATEGIC_MERGE_PATCH,
            )
        except ApiError as error:
            if error.kind is not Kind.NOT_FOUND:
                raise
            self._cache.pods.remove(action.uid)  # gone by itself, which is as good
            return
        self._metrics.recovered(batch.namespace)
        seen = read_pod(answer)
        if seen is not None:
            self._cache.pods.put(seen)

    async def _note_disrupted(self, batch: ObservedBatch, action: NoteDisrupted) -> None:
        known = self._memory.of(batch.uid)
        body = disrupted_config_map(batch, action.attempts)
        try:
            await self._api.request(
                "patch",
                CONFIG_MAPS,
                batch.namespace,
                action.name,
                body={"data": body["data"]},
                content_type=MERGE_PATCH,
            )
        except ApiError as error:
            if error.kind is not Kind.NOT_FOUND:
                raise
            await self._create_owned(batch, CONFIG_MAPS, body)
        known.disrupted = (known.disrupted or frozenset()) | action.attempts

    async def _delete(self, namespace: str, resource: Resource, name: str, uid: str) -> None:
        body = {
            "apiVersion": "v1",
            "kind": "DeleteOptions",
            "propagationPolicy": "Background",
            "preconditions": {"uid": uid},
        }
        try:
            await self._api.request("delete", resource, namespace, name, body=body)
        except ApiError as error:
            # Another of that name is as good as none: this one is gone.
            if error.kind not in (Kind.NOT_FOUND, Kind.CONFLICT):
                raise


def subject(batch: ObservedBatch) -> Subject:
    """The batch, as Events name it."""
    return Subject(PDFBATCHES, batch.namespace, batch.name, batch.uid)


def about(batch: ObservedBatch) -> dict[str, object]:
    """The batch, as log lines name it."""
    return {"namespace": batch.namespace, "batch": batch.name, "uid": batch.uid}


def _json(status: PdfBatchStatus) -> Json:
    return status.model_dump(mode="json", by_alias=True, exclude_none=True)


def _name(action: Action) -> str:
    return type(action).__name__


def _fields(action: Action) -> dict[str, Any]:
    match action:
        case CreateJob() | CreateManifest():
            return {"name": action.body["metadata"]["name"]}
        case PatchJob():
            return {"name": action.name, "parallelism": action.parallelism, "suspend": action.suspend}
        case FailPod():
            # An attempt's name is its pod's uid, as in the renderers' logs and records.
            return {"name": action.name, "attempt": action.uid, "shard": action.shard}
        case DeleteJob() | NoteDisrupted():
            return {"name": action.name}
        case DeleteBatch():
            return {}
