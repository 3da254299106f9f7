"""kopf, as we use it: watches PdfBatches, and tells the cache. It writes nothing on them.

Only `on.event` handlers: others keep their state in annotations, and timers, daemons and deletion handlers force a
finalizer, which makes deletion hang while no operator runs.
"""

import asyncio
from collections.abc import Collection
from typing import Any

import kopf
from kubernetes.aio.client.configuration import Configuration

from pdfbatch_operator.cache import Cache
from pdfbatch_operator.cluster.connection import for_kopf
from pdfbatch_operator.cluster.resources import PDFBATCHES


async def watch_batches(
    configuration: Configuration, namespaces: Collection[str], cache: Cache, stop: asyncio.Event
) -> None:
    """Run kopf until `stop` is set.

    Args:
        namespaces: none: all.
    """
    registry = kopf.OperatorRegistry()

    @kopf.on.event(PDFBATCHES.group, PDFBATCHES.version, PDFBATCHES.plural, registry=registry)
    async def _seen(event: kopf.RawEvent, **_: object) -> None:
        body: dict[str, Any] = dict(event["object"])
        if event["type"] == "DELETED":
            cache.batches.remove(body["metadata"]["uid"])
        else:
            cache.put_batch(body)

    @kopf.on.login(registry=registry)
    async def _login(**_: object) -> kopf.ConnectionInfo:
        return await for_kopf(configuration)

    await kopf.operator(
        registry=registry,
        settings=_settings(),
        standalone=True,
        clusterwide=not namespaces,
        namespaces=list(namespaces),
        stop_flag=stop,
    )


def _settings() -> kopf.OperatorSettings:
    settings = kopf.OperatorSettings()
    settings.posting.enabled = False  # our Events are told after the status is written, by ourselves
    settings.scanning.disabled = True  # else it watches all namespaces and custom resource definitions
    settings.peering.standalone = True  # the Lease says who leads
    settings.watching.connect_timeout = 10
    settings.networking.connect_timeout = 10
    settings.networking.request_timeout = 30
    return settings
