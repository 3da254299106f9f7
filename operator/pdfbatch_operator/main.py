"""The operator's life: connect, wait for the Lease, fill the cache, give batches their turns, and end as it should.

It ends with 0 when it is told to (the Lease is released first), and with 1 at once when the Lease is lost: what another
replica has begun by then must not be done a second time.
"""

import asyncio
import datetime as dt
import logging
import os
import random
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, Final

from kubernetes.aio.client.configuration import Configuration

from pdfbatch_api.labels import BATCH_UID
from pdfbatch_operator import termination
from pdfbatch_operator.apply import Applier
from pdfbatch_operator.batch_watch import watch_batches
from pdfbatch_operator.cache import Cache, read_job, read_node, read_pod
from pdfbatch_operator.cluster import connection
from pdfbatch_operator.cluster.api import ApiServer
from pdfbatch_operator.cluster.errors import ApiError, Kind
from pdfbatch_operator.cluster.events import EventRecorder
from pdfbatch_operator.cluster.informer import Informer
from pdfbatch_operator.cluster.lease import Lease
from pdfbatch_operator.cluster.resources import JOBS, NODES, PDFBATCHES, PODS
from pdfbatch_operator.controller import Controller, Decide
from pdfbatch_operator.fleet import Fleet
from pdfbatch_operator.memory import Memory
from pdfbatch_operator.metrics import OperatorMetrics
from pdfbatch_operator.observe import Observer
from pdfbatch_operator.probes import Heart, ProbeServer
from pdfbatch_operator.prometheus.client import PrometheusClient
from pdfbatch_operator.prometheus.poller import Poller
from pdfbatch_operator.prometheus.signals import Signals
from pdfbatch_operator.queue import WorkQueue
from pdfbatch_operator.settings import OperatorSettings

_log = logging.getLogger(__name__)

_ALL: Final = (None,)
# Turns that are under way when the operator is told to end may come to their end.
_GRACE_SECONDS: Final = 5.0
_RETRY_SECONDS: Final = 5.0


class Operator:
    """One replica.

    Args:
        decide: the policies.
    """

    def __init__(self, settings: OperatorSettings, configuration: Configuration, decide: Decide) -> None:
        self._settings = settings
        self._configuration = configuration
        self._decide = decide
        self._namespaces: tuple[str | None, ...] = settings.watch_namespaces or _ALL
        self._metrics = OperatorMetrics()
        self._heart = Heart()
        self._stop = asyncio.Event()
        self._waiting_for = "the Lease"
        # The Lease's own connection: its renewal must never wait behind a thousand other requests.
        self._lease_api = ApiServer(configuration, observed=self._metrics.request)
        self._lease = Lease(self._lease_api, settings.lease_namespace, settings.lease_name, holder=settings.pod_name)
        self._api = ApiServer(configuration, observed=self._metrics.request, may_write=lambda: self._lease.held)
        self._queue = WorkQueue()
        self._cache = Cache(lambda uid, edited: self._queue.add(uid, impatient=edited))
        self._memory = Memory()
        self._signals = Signals(
            self._memory, asked=settings.prometheus is not None, custom=settings.prometheus_custom_queries
        )
        self._fleet = Fleet(settings.maximum_renderers_together, self._metrics, self._queue.add)
        for resource, store in (
            (PDFBATCHES, self._cache.batches),
            (JOBS, self._cache.jobs),
            (PODS, self._cache.pods),
            (NODES, self._cache.nodes),
        ):
            self._metrics.cached(resource.plural, store)

    async def run(self) -> int:
        """The exit status."""
        termination.listen(self._stop.set)
        probes = ProbeServer(
            self._settings.http_address, self._settings.http_port, self._metrics.registry, self._heart, self._unready
        )
        _log.info("the operator is up", extra={"fields": {"port": probes.port, "namespaces": self._watched()}})
        try:
            async with _running(self._heart.beat()):
                if not await self._or_stop(self._lease.acquire()):
                    return 0
                return await self._lead()
        finally:
            probes.close()
            await self._api.close()
            await self._lease_api.close()

    async def _lead(self) -> int:
        self._metrics.leads(True)
        async with _running(self._lease.keep()) as keeping:
            working = asyncio.create_task(self._work(), name="work")
            stopping = asyncio.create_task(self._stop.wait(), name="stop")
            await asyncio.wait([keeping, working, stopping], return_when=asyncio.FIRST_COMPLETED)
            if keeping.done() or not self._lease.held:
                if keeping.done() and keeping.exception() is not None:
                    _log.critical("the Lease's keeping broke off", exc_info=keeping.exception())
                # Not one await more: whoever leads now must find nothing half done by us from here on.
                _log.critical("this replica no longer leads, and ends")
                logging.shutdown()
                os._exit(1)
            self._stop.set()
            failed = False
            try:
                await working
            except Exception:  # noqa: BLE001 (whatever it was: the Lease is released, so that another may try)
                _log.critical("the operator ends", exc_info=True)
                failed = True
            stopping.cancel()
        self._metrics.leads(False)
        await self._lease.release()
        _log.info("the operator ends; the Lease is released")
        return 1 if failed else 0

    async def _work(self) -> None:
        if not await self._or_stop(self._list_batches_at_last()):
            return
        settings = self._settings
        informers: list[Informer[Any]] = []
        for namespace in self._namespaces:
            for resource, store, read in (
                (JOBS, self._cache.jobs, read_job),
                (PODS, self._cache.pods, read_pod),
            ):
                informers.append(
                    Informer(
                        self._api,
                        resource,
                        namespace,
                        store,
                        read,
                        # On the server's side: a cluster may have fifty thousand other pods.
                        label_selector=BATCH_UID,
                        restarted=self._metrics.watch_restarted,
                    )
                )
        nodes = Informer(self._api, NODES, None, self._cache.nodes, read_node, restarted=self._metrics.watch_restarted)
        recorder = EventRecorder(self._api, settings.pod_name)
        controller = Controller(
            self._api,
            self._cache,
            self._memory,
            self._queue,
            Observer(
                self._api,
                self._cache,
                self._memory,
                settings.for_batches(),
                signals=self._signals.of,
                fleet=self._fleet,
                # Nodes may be forbidden (a Role in one namespace): then none is ever thought lost.
                nodes_known=nodes.synced.is_set,
                now=lambda: dt.datetime.now(dt.UTC),
            ),
            Applier(self._api, self._cache, self._memory, recorder, self._metrics),
            recorder,
            self._metrics,
            self._fleet,
            self._decide,
        )
        following = [informer.run() for informer in informers]
        if settings.recover_lost_nodes:
            following.append(nodes.run())
        async with _running(*following) as followed, self._polling():
            self._waiting_for = "the first listing of Jobs and pods"
            for informer in informers:
                if not await self._or_stop(informer.synced.wait()):
                    return
            self._waiting_for = ""
            self._fleet.begin(self._cache)
            # All tasks begin before kopf, which takes every later one for its own and ends it when it ends.
            turns = [asyncio.create_task(controller.work(), name="turns") for _ in range(settings.concurrent_turns)]
            resync = asyncio.create_task(self._resync(), name="resync")
            stop = asyncio.create_task(self._stop.wait(), name="stop")
            stop_kopf = asyncio.Event()
            watching = asyncio.create_task(
                watch_batches(self._configuration, settings.watch_namespaces, self._cache, stop_kopf), name="kopf"
            )
            try:
                done, _ = await asyncio.wait(
                    [stop, watching, resync, *turns, *([followed] if followed else [])],
                    return_when=asyncio.FIRST_COMPLETED,
                )
                self._queue.close()
                await asyncio.wait(turns, timeout=_GRACE_SECONDS)
                for task in done:
                    task.result()
            finally:
                stop_kopf.set()
                for task in (*turns, resync, stop):
                    task.cancel()
                with suppress(asyncio.CancelledError):
                    await watching

    @asynccontextmanager
    async def _polling(self) -> AsyncIterator[None]:
        """Prometheus is asked as long as the block runs."""
        source = self._settings.prometheus
        if source is None:
            yield
            return
        client = PrometheusClient(source, observed=self._metrics.queried)
        poller = Poller(client, self._signals, self._cache, self._memory, self._metrics, self._queue.add)
        try:
            async with _running(poller.run()):
                yield
        finally:
            await client.close()

    async def _list_batches_at_last(self) -> None:
        """All batches, before anything else: kopf would not wait for a definition that is not installed yet."""
        self._waiting_for = "the first listing of PdfBatches"
        said = ""
        while True:
            try:
                await self._list_batches()
            except ApiError as error:
                text = str(error)
                if error.kind is Kind.NOT_FOUND:
                    text = "there is no custom resource definition of PdfBatch yet: install the chart, or apply crds/"
                if text != said:
                    _log.warning("%s; trying again", text)
                said = text
                await asyncio.sleep(error.retry_after or random.uniform(_RETRY_SECONDS / 2, _RETRY_SECONDS))
            else:
                return

    async def _list_batches(self) -> None:
        for namespace in self._namespaces:
            answer = await self._api.request("list", PDFBATCHES, namespace, seconds=60)
            self._cache.replace_batches(namespace, answer["items"], answer["metadata"]["resourceVersion"])

    async def _resync(self) -> None:
        """Every so often look at all batches though nothing happened, and see which have gone: kopf's watch does not
        tell of those that were deleted while it was cut off."""
        while True:
            await asyncio.sleep(self._settings.resync_seconds)
            try:
                await self._list_batches()
            except ApiError as error:
                _log.warning("%s; at the next resync", error)
            self._memory.refresh()
            spread = min(self._settings.resync_seconds / 5, 60.0)
            for batch in self._cache.batches:
                self._queue.add(batch.uid, random.uniform(0, spread))

    async def _or_stop(self, waiting: Coroutine[Any, Any, object]) -> bool:
        """Whether it came to its end before the operator was told to."""
        task = asyncio.create_task(waiting)
        stop = asyncio.create_task(self._stop.wait())
        try:
            await asyncio.wait([task, stop], return_when=asyncio.FIRST_COMPLETED)
            if task.done():
                task.result()
            return task.done()
        finally:
            task.cancel()
            stop.cancel()

    def _unready(self) -> str:
        """What a leader still waits for. A replica that stands by is ready: to take over."""
        return f"waiting for {self._waiting_for}" if self._lease.held and self._waiting_for else ""

    def _watched(self) -> str:
        return ", ".join(self._settings.watch_namespaces) or "all"


@asynccontextmanager
async def _running(*coroutines: Coroutine[Any, Any, object]) -> AsyncIterator[asyncio.Future[Any]]:
    """They run as long as the block does. Yields what is done when the first of them is."""
    tasks = [asyncio.create_task(coroutine) for coroutine in coroutines]
    first = asyncio.create_task(_first(tasks))
    try:
        yield first
    finally:
        for task in (first, *tasks):
            task.cancel()
        await asyncio.gather(first, *tasks, return_exceptions=True)


async def _first(tasks: list[asyncio.Task[Any]]) -> None:
    done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in done:
        task.result()


async def run(settings: OperatorSettings, kubeconfig: Path | None, context: str | None, decide: Decide) -> int:
    """The exit status of one replica.

    Raises:
        NoClusterError: there is no way to a cluster.
    """
    configuration, refreshing = await connection.load(kubeconfig, context)
    try:
        return await Operator(settings, configuration, decide).run()
    finally:
        if refreshing is not None:
            refreshing.cancel()
