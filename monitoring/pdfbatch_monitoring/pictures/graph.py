"""A graph over time as SVG, and a tile."""

import datetime as dt
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from itertools import cycle
from typing import TypeAlias

from pdfbatch_monitoring.dashboard import NAMED_COLOURS, Panel
from pdfbatch_monitoring.pictures.numbers import ticks, written

# Okabe and Ito's colours, told apart by everybody; their yellow is too pale for a line on white.
_COLOURS = ("#0072b2", "#e69f00", "#cc79a7", "#56b4e9", "#8a8a8a", "#5f4b9b")
_TILE_COLOURS = {"green": "#00805c", "orange": "#b86e00", "red": "#c0342b", "text": "#222"}
_HEIGHT, _LEFT, _RIGHT, _TOP, _BOTTOM = 150, 54, 8, 6, 18

Points: TypeAlias = Sequence[tuple[float, float]]
Place: TypeAlias = Callable[[float], float]


@dataclass(frozen=True)
class Line:
    """A series with its name: (moment, value) in order."""

    name: str
    points: tuple[tuple[float, float], ...]


def graph(panel: Panel, lines: list[Line], *, begin: float, end: float, step: float, width: int) -> str:
    """A panel's lines, and their names below."""
    if not lines:
        return '<div class="nothing">No data</div>'
    if panel.kind == "stacked":
        lines = _stacked(lines)
    values = [value for line in lines for _, value in line.points if math.isfinite(value)] or [0.0]
    low = min(0.0, *values)
    high = panel.most if panel.most is not None else max(*values, low)
    marks = ticks(low, high if high > low else low + 1, panel.unit)
    low, high = marks[0], marks[-1]

    def x(moment: float) -> float:
        return _LEFT + (moment - begin) / (end - begin) * (width - _LEFT - _RIGHT)

    def y(value: float) -> float:
        return _TOP + (high - value) / (high - low) * (_HEIGHT - _TOP - _BOTTOM)

    drawn = [_horizontal(mark, y(mark), written(mark, panel.unit), width) for mark in marks]
    drawn += [_vertical(moment, x(moment)) for moment in _moments(begin, end)]
    colours = _coloured(lines)
    if panel.kind == "stacked":
        below = [line.points for line in lines[1:]] + [tuple((moment, 0.0) for moment, _ in lines[-1].points)]
        for (line, colour), floor in zip(colours, below, strict=True):
            drawn.append(_area(line.points, floor, colour, x, y))
    for line, colour in colours:
        drawn += [_stroke(part, colour, x, y) for part in _parts(line.points, step)]
    names = "".join(f'<span><i style="background:{colour}"></i>{escape(line.name)}</span>' for line, colour in colours)
    return (
        f'<svg width="{width}" height="{_HEIGHT}" viewBox="0 0 {width} {_HEIGHT}">{"".join(drawn)}</svg>'
        f'<div class="names">{names}</div>'
    )


def tile(panel: Panel, values: list[tuple[str, float]]) -> str:
    """A panel's latest values, large."""
    if not values:
        return '<div class="value" style="color:#777">–</div>'
    cells = []
    for name, value in values:
        colour = next(
            (one for start, one in reversed(panel.steps) if start is None or value >= start), panel.steps[0][1]
        )
        label = f"<small>{escape(name)}</small>" if name else ""
        cells.append(
            f'<div class="value" style="color:{_TILE_COLOURS[colour]}">{written(value, panel.unit)}{label}</div>'
        )
    return f'<div class="values">{"".join(cells)}</div>'


def _coloured(lines: list[Line]) -> list[tuple[Line, str]]:
    others = cycle(_COLOURS)
    return [(line, NAMED_COLOURS.get(line.name) or next(others)) for line in lines]


def _stacked(lines: list[Line]) -> list[Line]:
    """Each on top of those after it, the topmost first."""
    moments = sorted({moment for line in lines for moment, _ in line.points})
    height = dict.fromkeys(moments, 0.0)
    found = []
    for line in reversed(lines):
        own = dict(line.points)
        for moment in moments:
            value = own.get(moment, 0.0)
            height[moment] += value if math.isfinite(value) else 0.0
        found.append(Line(line.name, tuple(height.items())))
    return found[::-1]


def _parts(points: tuple[tuple[float, float], ...], step: float) -> list[list[tuple[float, float]]]:
    """A line is broken where there is no number."""
    parts: list[list[tuple[float, float]]] = [[]]
    for moment, value in points:
        if not math.isfinite(value) or (parts[-1] and moment - parts[-1][-1][0] > 1.5 * step):
            parts.append([])
        if math.isfinite(value):
            parts[-1].append((moment, value))
    return [part for part in parts if part]


def _moments(begin: float, end: float) -> list[float]:
    span = end - begin
    apart = next((one for one in (60, 300, 600, 900, 1800, 3600) if span / one <= 6), 7200)
    first = math.ceil(begin / apart) * apart
    return [float(moment) for moment in range(first, int(end) + 1, apart)]


def _horizontal(value: float, y: float, text: str, width: int) -> str:
    shade = "#bbb" if value == 0 else "#e8e8e8"
    return (
        f'<line x1="{_LEFT}" x2="{width - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}" stroke="{shade}"/>'
        f'<text x="{_LEFT - 6}" y="{y + 3.5:.1f}" text-anchor="end">{text}</text>'
    )


def _vertical(moment: float, x: float) -> str:
    text = dt.datetime.fromtimestamp(moment, dt.UTC).strftime("%H:%M")
    return (
        f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{_TOP}" y2="{_HEIGHT - _BOTTOM}" stroke="#f2f2f2"/>'
        f'<text x="{x:.1f}" y="{_HEIGHT - 4}" text-anchor="middle">{text}</text>'
    )


def _stroke(part: Points, colour: str, x: Place, y: Place) -> str:
    if len(part) == 1:
        ((moment, value),) = part
        return f'<circle cx="{x(moment):.1f}" cy="{y(value):.1f}" r="1.6" fill="{colour}"/>'
    path = " ".join(f"{x(moment):.1f},{y(value):.1f}" for moment, value in part)
    return f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="1.5"/>'


def _area(above: Points, below: Points, colour: str, x: Place, y: Place) -> str:
    path = " ".join(f"{x(moment):.1f},{y(value):.1f}" for moment, value in [*above, *below[::-1]])
    return f'<polygon points="{path}" fill="{colour}" fill-opacity="0.3"/>'
