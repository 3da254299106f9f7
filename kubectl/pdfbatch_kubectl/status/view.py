"""Draws batches: one with all that matters of it, or many, a line each."""

import datetime as dt
from collections.abc import Sequence
from typing import Final

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from pdfbatch_api.amounts import counted
from pdfbatch_kubectl.resource import Batch, Condition, Event
from pdfbatch_kubectl.screen import BAD, FAINT, GOOD, ODD
from pdfbatch_kubectl.status.figures import Figures, Goal, figures
from pdfbatch_kubectl.wording import clock, duration, moment

_EVENTS: Final = 5
_BAR: Final = 40
_SMALL_BAR: Final = 16
_WIDE: Final = 100
_WIDE_WITH_NAMESPACES: Final = 115
_STYLES: Final = {"Succeeded": GOOD, "Failed": BAD, "Suspended": ODD, "Pending": FAINT}


def one_batch(batch: Batch, events: Sequence[Event], now: dt.datetime, *, note: str = "") -> RenderableType:
    """All that matters of a batch.

    Args:
        events: its Events, the latest last.
        now: in the time zone that times are shown in.
        note: what stands in the way of looking, if anything does.
    """
    known = figures(batch, now)
    lines = Table.grid(padding=(0, 2))
    lines.add_column(style=FAINT, no_wrap=True)
    lines.add_column(overflow="fold")
    for label, value in (*_work(batch, known), *_goals(batch, known, now), *_conditions(batch)):
        lines.add_row(label, value)
    parts: list[RenderableType] = [_headline(batch, known), lines]
    if events:
        parts.append(_told(events[-_EVENTS:], now))
    if note:
        parts.append(Text(f"note: {note}", style=ODD))
    return Group(*parts)


def many_batches(
    batches: Sequence[Batch], now: dt.datetime, *, namespaces: bool, width: int = 120, note: str = ""
) -> RenderableType:
    """A line a batch.

    Args:
        namespaces: whether they are of several.
        width: of the terminal, in characters: a narrow one has no room for bars.
    """
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style=FAINT)
    if namespaces:
        table.add_column("NAMESPACE", overflow="ellipsis")
    # Names give way where there is little room, figures never.
    table.add_column("NAME", overflow="ellipsis", min_width=6)
    table.add_column("PHASE", no_wrap=True)
    bars = width >= (_WIDE_WITH_NAMESPACES if namespaces else _WIDE)
    if bars:
        table.add_column("", width=_SMALL_BAR)
    for heading in ("DONE", "FAILED", "DOCS/S", "LEFT", "READY", "AGE"):
        table.add_column(heading, justify="right", no_wrap=True)
    for batch in batches:
        where = [batch.metadata.namespace] if namespaces else []
        table.add_row(*where, *_row(batch, figures(batch, now), now, bars=bars))
    return Group(table, Text(f"note: {note}", style=ODD)) if note else table


def one_line(batch: Batch, now: dt.datetime) -> str:
    """How far a batch is, for where there is no terminal."""
    known = figures(batch, now)
    status = batch.status
    parts = [status.phase]
    if status.documents.total:
        parts.append(f"{status.documents.done:,}/{status.documents.total:,} documents")
    if status.documents.failed:
        parts.append(f"{status.documents.failed:,} failed")
    if known.per_second is not None and not batch.over:
        parts.append(f"{known.per_second:,.0f} documents/s")
    if known.left is not None:
        parts.append(f"{duration(known.left)} left")
    stalled = batch.condition("Stalled")
    if stalled is not None:
        parts.append(f"{stalled.reason}: {stalled.message}")
    return ", ".join(parts)


def _headline(batch: Batch, known: Figures) -> Text:
    line = Text.assemble((batch.metadata.name, "bold"), (f" in {batch.metadata.namespace}: ", FAINT), _phase(batch))
    if known.elapsed is not None:
        line.append(f" {'after' if batch.over else 'for'} {duration(known.elapsed)}", style=FAINT)
    return line


def _phase(batch: Batch) -> Text:
    stalled = " (stalled)" if batch.condition("Stalled") and not batch.over else ""
    style = BAD if stalled else _STYLES.get(batch.status.phase, "bold")
    return Text(batch.status.phase + stalled, style=style)


def _work(batch: Batch, known: Figures) -> list[tuple[str, RenderableType]]:
    documents, shards, renderers = batch.status.documents, batch.status.shards, batch.status.renderers
    if known.share is None:
        rows: list[tuple[str, RenderableType]] = [("documents", Text("not counted yet", style=FAINT))]
        return rows
    bar = Table.grid(padding=(0, 2))
    bar.add_row(
        _bar(batch, _BAR),
        f"{known.share:.0%}",
        Text(f"{documents.done:,}/{documents.total:,}"),
        _failed(documents.failed, "failed"),
    )
    rows = [("documents", bar)]
    if shards.total:
        told = [f"{shards.succeeded:,}/{shards.total:,} done"]
        told += [f"{shards.active:,} at work"] if shards.active else []
        told += [f"{shards.failed:,} given up"] if shards.failed else []
        rows.append(("shards", Text(", ".join(told))))
    retry = batch.status.retries
    if retry.shards is not None and not batch.over:
        what = f"{retry.generation}: {counted(retry.documents or 0, 'document')} in {counted(retry.shards, 'shard')}"
        rows.append(("retry", Text(what)))
    if known.per_second is not None:
        rows.append(("speed", Text(_speed(known))))
    if not batch.over and (renderers.desired or renderers.active):
        rows.append(
            ("renderers", Text(f"{renderers.desired} wanted, {renderers.active} there, {renderers.ready} ready"))
        )
    return rows


def _speed(known: Figures) -> str:
    assert known.per_second is not None
    # Below ten, a tenth is news.
    speed = f"{known.per_second:,.0f}" if known.per_second >= 10 else f"{known.per_second:.1f}"
    left = f", {duration(known.left)} left" if known.left is not None else ""
    return f"{speed} documents/s{left}"


def _goals(batch: Batch, known: Figures, now: dt.datetime) -> list[tuple[str, RenderableType]]:
    rows: list[tuple[str, RenderableType]] = []
    if known.end is not None and not batch.over:
        rows.append(("done about", Text(clock(known.end, now))))
    rows += [(goal.kind, _goal(goal, now, over=batch.over)) for goal in known.goals]
    return rows


def _goal(goal: Goal, now: dt.datetime, *, over: bool) -> Text:
    line = Text(f"{duration(goal.seconds)}: {clock(goal.at, now)}")
    if goal.spare is None:
        return line
    if goal.spare >= 0:
        return line.append(f", {'was ' if over else ''}in time by {duration(goal.spare)}", style=GOOD)
    return line.append(f", {'was ' if over else ''}late by {duration(-goal.spare)}", style=BAD)


def _conditions(batch: Batch) -> list[tuple[str, RenderableType]]:
    rows: list[tuple[str, RenderableType]] = []
    scaling = batch.told("ScalingActive")
    if scaling is not None and scaling.message and batch.status.phase == "Rendering":
        rows.append(("scaling", Text(scaling.message)))
    for kind, style in (("Stalled", BAD), ("Suspended", ODD), ("Failed", BAD), ("Complete", GOOD)):
        found = batch.condition(kind)
        # What is over is no longer stalled or held, whatever was left standing.
        if found is not None and not (batch.over and kind in ("Stalled", "Suspended")):
            rows.append((kind.lower(), _condition(found, style)))
    if batch.status.documents.failed:
        rows.append(("failures", Text(f"kubectl pdfbatch failures {batch.metadata.name}", style=FAINT)))
    return rows


def _condition(found: Condition, style: str) -> Text:
    return Text.assemble((found.reason, style), f": {found.message}" if found.message else "")


def _told(events: Sequence[Event], now: dt.datetime) -> RenderableType:
    table = Table.grid(padding=(0, 2))
    for event in events:
        at = moment(event.at)
        again = f" ({counted(event.count, 'time')})" if event.count is not None and event.count > 1 else ""
        table.add_row(
            Text(clock(at, now) if at else "", style=FAINT),
            Text(event.reason, style=ODD if event.type == "Warning" else ""),
            Text(event.message + again, style=FAINT),
        )
    return Padding(table, (1, 0, 0, 0))


def _row(batch: Batch, known: Figures, now: dt.datetime, *, bars: bool) -> list[RenderableType]:
    documents, renderers = batch.status.documents, batch.status.renderers
    born = moment(batch.metadata.creation_timestamp)
    at_work = not batch.over
    return [
        batch.metadata.name,
        _phase(batch),
        *([_bar(batch, _SMALL_BAR) if documents.total else ""] if bars else []),
        f"{documents.done:,}/{documents.total:,}" if documents.total else "",
        _failed(documents.failed),
        f"{known.per_second:,.0f}" if known.per_second is not None else "",
        duration(known.left) if known.left is not None else "",
        f"{renderers.ready}/{renderers.desired}" if at_work and renderers.desired else "",
        duration((now - born).total_seconds()) if born else "",
    ]


def _bar(batch: Batch, width: int) -> ProgressBar:
    documents = batch.status.documents
    style = BAD if batch.status.phase == "Failed" or batch.condition("Stalled") else GOOD
    return ProgressBar(
        total=documents.total, completed=documents.done, width=width, complete_style=style, finished_style=style
    )


def _failed(number: int, word: str = "") -> Text:
    return Text(f"{number:,} {word}".strip(), style=BAD) if number else Text("")
