"""Collects the logs of many pods: of all that there are, sorted; or as they come, of pods that begin meanwhile too."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable
from dataclasses import dataclass
from typing import Final

from pdfbatch_kubectl.batches import pods_of
from pdfbatch_kubectl.cluster.api import Api
from pdfbatch_kubectl.cluster.problems import Cause, ClusterError
from pdfbatch_kubectl.cluster.resources import PDFBATCHES, PODS
from pdfbatch_kubectl.logs.line import Line, read_line
from pdfbatch_kubectl.resource import Batch, Pod

# Each is a request that the API server passes on to a kubelet.
_AT_ONCE: Final = 16
_LOOK_SECONDS: Final = 2.0
_GATHER_SECONDS: Final = 0.2
# A reader that is slower than the pods write holds the streams up, and not the memory.
_WAITING_LINES: Final = 10_000


@dataclass(frozen=True, slots=True)
class Choice:
    """Which pods and what of their logs.

    Attributes:
        shard: of this shard's pods alone.
        failed: of pods that failed alone.
        container: renderer or engine.
        tail: the last so many lines of each pod; None: all.
    """

    shard: int | None = None
    failed: bool = False
    container: str = "renderer"
    tail: int | None = None

    def takes(self, pod: Pod) -> bool:
        """Whether the pod is among them. One that has no node yet has no log."""
        if not pod.spec.node_name or (self.failed and not pod.failed):
            return False
        return self.shard is None or pod.shard == self.shard


@dataclass(frozen=True, slots=True)
class Collected:
    """What was found.

    Attributes:
        lines: in the order of time.
        pods: how many logs they are of.
        lost: why a pod's log could not be had, a sentence each.
    """

    lines: tuple[Line, ...]
    pods: int
    lost: tuple[str, ...]


async def collect(api: Api, batch: Batch, choice: Choice) -> Collected:
    """The logs as they are.

    Raises:
        ClusterError: the pods or all logs may not be looked at.
    """
    pods = [pod for pod in await pods_of(api, batch) if choice.takes(pod)]
    limit = asyncio.Semaphore(_AT_ONCE)
    lost: list[str] = []

    async def of_one(pod: Pod) -> list[Line]:
        async with limit:
            try:
                return [line async for line in _lines(api, pod, choice, follow=False)]
            except ClusterError as error:
                if error.cause is Cause.FORBIDDEN:
                    raise
                if error.cause is Cause.NOT_READY:
                    return []  # it has not begun
                # A pod that was removed, or whose node is gone: the others' logs are there.
                lost.append(f"the log of {pod.metadata.name} ({pod.work}) cannot be had: {error.what}")
                return []

    found = await asyncio.gather(*(of_one(pod) for pod in pods))
    # Stable, so that lines of one pod stay in its order.
    lines = sorted((line for lines in found for line in lines), key=lambda line: line.at)
    return Collected(tuple(lines), len(pods), tuple(lost))


async def follow(api: Api, batch: Batch, choice: Choice, *, lost: Callable[[str], None]) -> AsyncIterator[Line]:
    """The logs as they come, until the batch has ended and so have its pods.

    Args:
        lost: told why a pod's log broke off.

    Raises:
        ClusterError: the pods or their logs may not be looked at.
    """
    queue: asyncio.Queue[Line] = asyncio.Queue(_WAITING_LINES)
    streams: dict[str, asyncio.Task[None]] = {}

    async def pump(pod: Pod) -> None:
        try:
            async for line in _lines(api, pod, choice, follow=True):
                await queue.put(line)
        except ClusterError as error:
            if error.cause is Cause.NOT_READY:
                streams.pop(pod.metadata.uid, None)  # its container begins soon: looked for again
            elif error.cause is Cause.FORBIDDEN:
                raise
            else:
                lost(f"the log of {pod.metadata.name} ({pod.work}) broke off: {error.what}")

    watching = asyncio.create_task(_begin_streams(api, batch, choice, streams, pump))
    try:
        while not (watching.done() and queue.empty() and all(task.done() for task in streams.values())):
            try:
                lines = [await asyncio.wait_for(queue.get(), 0.2)]
            except TimeoutError:
                _raise_from([watching, *streams.values()])
                continue
            # What many pods said at about the same time arrives pod by pod.
            await asyncio.sleep(_GATHER_SECONDS)
            while not queue.empty():
                lines.append(queue.get_nowait())
            for line in sorted(lines, key=lambda line: line.at):
                yield line
        _raise_from([watching, *streams.values()])
    finally:
        for task in (watching, *streams.values()):
            task.cancel()


async def _begin_streams(
    api: Api,
    batch: Batch,
    choice: Choice,
    streams: dict[str, asyncio.Task[None]],
    pump: Callable[[Pod], Coroutine[None, None, None]],
) -> None:
    """Begins a stream for each pod that there comes to be, until the batch has ended."""
    over = False
    while True:
        for pod in await pods_of(api, batch):
            if choice.takes(pod) and pod.metadata.uid not in streams:
                streams[pod.metadata.uid] = asyncio.create_task(pump(pod))
        if over:
            return
        # Looked at after the pods, and the pods once more after its end: none is missed.
        over = await _is_over(api, batch)
        if not over:
            await asyncio.sleep(_LOOK_SECONDS)


async def _is_over(api: Api, batch: Batch) -> bool:
    try:
        return (await api.get(Batch, PDFBATCHES, batch.metadata.name, namespace=batch.metadata.namespace)).over
    except ClusterError as error:
        if error.cause is Cause.NOT_FOUND:
            return True
        raise


def _raise_from(tasks: Iterable[asyncio.Task[None]]) -> None:
    for task in tasks:
        if task.done() and not task.cancelled() and (error := task.exception()) is not None:
            raise error


async def _lines(api: Api, pod: Pod, choice: Choice, *, follow: bool) -> AsyncIterator[Line]:
    parameters = {"container": choice.container, "timestamps": "true"}
    if follow:
        parameters["follow"] = "true"
    if choice.tail is not None:
        parameters["tailLines"] = str(choice.tail)
    about = pod.metadata
    async for data in api.lines(PODS, about.name, "log", namespace=about.namespace, parameters=parameters):
        yield read_line(data, work=pod.work, pod=about.name)
