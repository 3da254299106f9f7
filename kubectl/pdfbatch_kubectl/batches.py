"""Finds batches, and what belongs to them."""

from typing import Final

from pdfbatch_api.labels import BATCH_UID, COMPONENT
from pdfbatch_api.nearest import nearest
from pdfbatch_kubectl.cluster.api import Api
from pdfbatch_kubectl.cluster.problems import Cause, ClusterError
from pdfbatch_kubectl.cluster.resources import EVENTS, PDFBATCHES, PODS
from pdfbatch_kubectl.resource import Batch, Event, Pod

_LISTED: Final = 5


async def find_batch(api: Api, name: str) -> Batch:
    """The batch of that name.

    Raises:
        ClusterError: there is none, and which was probably meant; or the API server's refusal.
    """
    try:
        return await api.get(Batch, PDFBATCHES, name)
    except ClusterError as error:
        if error.cause is not Cause.NOT_FOUND:
            raise
        hint = await _meant(api, name)
        raise ClusterError(
            Cause.NOT_FOUND, f"there is no batch {name!r} in namespace {api.namespace}", hint=hint
        ) from error


async def _meant(api: Api, name: str) -> str:
    elsewhere = "`kubectl get pdfbatch --all-namespaces` lists those of other namespaces."
    try:
        names = sorted(one.metadata.name for one in await api.list(Batch, PDFBATCHES))
    except ClusterError:  # whoever may get a batch may still not list them
        return elsewhere
    close = nearest(name, names)
    if close is not None:
        return f"Did you mean {close}?"
    if not names:
        return f"There is none at all: another namespace? {elsewhere}"
    more = f" and {len(names) - _LISTED} more" if len(names) > _LISTED else ""
    return f"There are {', '.join(names[:_LISTED])}{more}."


async def pods_of(api: Api, batch: Batch | None, *, component: str | None = None) -> list[Pod]:
    """A batch's pods, or those of all batches of the namespace.

    Args:
        component: only those that plan, render or finish.
    """
    selector = f"{BATCH_UID}={batch.metadata.uid}" if batch else BATCH_UID
    if component is not None:
        selector += f",{COMPONENT}={component}"
    where = batch.metadata.namespace if batch else None
    return await api.list(Pod, PODS, namespace=where, parameters={"labelSelector": selector})


async def events_of(api: Api, batch: Batch) -> list[Event]:
    """A batch's Events, the latest last."""
    about = f"involvedObject.uid={batch.metadata.uid}"
    events = await api.list(Event, EVENTS, namespace=batch.metadata.namespace, parameters={"fieldSelector": about})
    return sorted(events, key=lambda event: (event.at, event.metadata.name))
