"""Looks again and again until there is nothing more to see.

It asks every two seconds, rather than watching: what it shows changes about as often, and a person who leaves it open
costs the API server half a request a second, and nothing to keep.
"""

import asyncio
import datetime as dt
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from rich.console import Console, RenderableType
from rich.live import Live
from rich.text import Text

from pdfbatch_kubectl.batches import events_of, find_batch
from pdfbatch_kubectl.cluster.api import Api
from pdfbatch_kubectl.cluster.problems import Cause, ClusterError
from pdfbatch_kubectl.cluster.resources import PDFBATCHES
from pdfbatch_kubectl.resource import Batch, Event
from pdfbatch_kubectl.screen import BAD
from pdfbatch_kubectl.status.view import many_batches, one_batch, one_line

SUCCEEDED: Final = 0
FAILED: Final = 1

_LOOK_SECONDS: Final = 2.0
_EVENTS_SECONDS: Final = 6.0
_LINE_SECONDS: Final = 10.0
# A server that fails or is away comes back; what is forbidden or gone does not.
_PASSING: Final = frozenset({Cause.UNREACHABLE, Cause.SERVER})


def here_and_now() -> dt.datetime:
    """Now, in the time zone of this machine."""
    return dt.datetime.now().astimezone()


def outcome(batch: Batch) -> int:
    """The exit status that a batch's end, if it has one, comes to."""
    return FAILED if batch.status.phase == "Failed" else SUCCEEDED


@dataclass(slots=True)
class _Look:
    """What was seen of a batch last."""

    batch: Batch
    events: list[Event] = field(default_factory=list)
    note: str = ""
    events_at: float = -_EVENTS_SECONDS


async def show_one(api: Api, name: str, console: Console, *, clock: Callable[[], dt.datetime] = here_and_now) -> int:
    """Shows a batch as it is.

    Raises:
        ClusterError.
    """
    look = _Look(await find_batch(api, name))
    await _see_events(api, look)
    console.print(one_batch(look.batch, look.events, clock(), note=look.note))
    return outcome(look.batch)


async def show_many(
    api: Api, console: Console, *, everywhere: bool, clock: Callable[[], dt.datetime] = here_and_now
) -> int:
    """Shows all batches as they are.

    Raises:
        ClusterError.
    """
    console.print(_table(api, await _all(api, everywhere), clock(), everywhere, console.width))
    return SUCCEEDED


async def follow_one(api: Api, name: str, console: Console, *, clock: Callable[[], dt.datetime] = here_and_now) -> int:
    """Shows a batch until it ends: drawn anew on a terminal, a line now and then elsewhere.

    Returns:
        0 when it has succeeded, 1 when it has failed or was deleted.

    Raises:
        ClusterError: there is no such batch, or it may not be looked at.
    """
    look = _Look(await find_batch(api, name))
    if not console.is_terminal:
        return await _follow_in_lines(api, look, console, clock)
    await _see_events(api, look)

    def drawn() -> RenderableType:
        return one_batch(look.batch, look.events, clock(), note=look.note)

    with Live(get_renderable=drawn, console=console, refresh_per_second=4) as live:
        while not look.batch.over:
            await asyncio.sleep(_LOOK_SECONDS)
            if not await _see(api, look):
                live.update(_deleted(look.batch))
                return FAILED
            await _see_events(api, look)
        # The last Events are written just after the last status.
        await asyncio.sleep(0.5)
        look.events_at = -_EVENTS_SECONDS
        await _see_events(api, look)
    return outcome(look.batch)


async def follow_many(
    api: Api, console: Console, *, everywhere: bool, clock: Callable[[], dt.datetime] = here_and_now
) -> int:
    """Shows all batches until none is at work any more.

    Raises:
        ClusterError: they may not be looked at.
    """
    batches = await _all(api, everywhere)
    note = ""

    def drawn() -> RenderableType:
        return _table(api, batches, clock(), everywhere, console.width, note=note)

    with Live(get_renderable=drawn, console=console, refresh_per_second=4):
        while any(not batch.over for batch in batches):
            await asyncio.sleep(_LOOK_SECONDS)
            try:
                batches, note = await _all(api, everywhere), ""
            except ClusterError as error:
                if error.cause not in _PASSING:
                    raise
                note = error.what
    return SUCCEEDED


async def _follow_in_lines(api: Api, look: _Look, console: Console, clock: Callable[[], dt.datetime]) -> int:
    said, said_at = "", 0.0
    while True:
        line = one_line(look.batch, clock())
        phase_is_new = line.partition(",")[0] != said.partition(",")[0]
        if line != said and (phase_is_new or time.monotonic() - said_at >= _LINE_SECONDS):
            console.print(Text(f"{look.batch.metadata.name}: {line}"), soft_wrap=True)
            said, said_at = line, time.monotonic()
        if look.batch.over:
            await _see_events(api, look)
            console.print(one_batch(look.batch, look.events, clock(), note=look.note))
            return outcome(look.batch)
        await asyncio.sleep(_LOOK_SECONDS)
        if not await _see(api, look):
            console.print(_deleted(look.batch))
            return FAILED


async def _see(api: Api, look: _Look) -> bool:
    """Looks again; whether the batch is still there."""
    try:
        batch = await api.get(Batch, PDFBATCHES, look.batch.metadata.name, namespace=look.batch.metadata.namespace)
    except ClusterError as error:
        if error.cause is Cause.NOT_FOUND:
            return False
        if error.cause not in _PASSING:
            raise
        look.note = error.what
        return True
    if batch.metadata.uid != look.batch.metadata.uid:
        return False  # a namesake was made meanwhile
    look.batch, look.note = batch, ""
    return True


async def _see_events(api: Api, look: _Look) -> None:
    """Looks for Events, now and then: the batch is what matters, so whoever may not see them sees the rest."""
    if look.note or time.monotonic() - look.events_at < _EVENTS_SECONDS:
        return
    look.events_at = time.monotonic()
    try:
        look.events = await events_of(api, look.batch)
    except ClusterError as error:
        look.note = f"{error.what}: no Events are shown" if error.cause is Cause.FORBIDDEN else error.what


def _deleted(batch: Batch) -> Text:
    return Text.assemble((batch.metadata.name, "bold"), (" was deleted", BAD))


async def _all(api: Api, everywhere: bool) -> list[Batch]:
    batches = await api.list(Batch, PDFBATCHES, everywhere=everywhere)
    # Those at work first, then the latest.
    batches.sort(key=lambda batch: batch.metadata.creation_timestamp or "", reverse=True)
    return sorted(batches, key=lambda batch: batch.over)


def _table(
    api: Api, batches: list[Batch], now: dt.datetime, everywhere: bool, width: int, *, note: str = ""
) -> RenderableType:
    if not batches:
        return Text(f"There is no batch {'at all' if everywhere else f'in namespace {api.namespace}'}.")
    return many_batches(batches, now, namespaces=everywhere, width=width, note=note)
