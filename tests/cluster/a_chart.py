"""Lines over time as an SVG that stands by itself, on light and on dark pages."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

Points = Sequence[tuple[float, float]]

_WIDTH, _LEFT, _RIGHT = 880, 60, 24
_PANEL, _GAP, _TOP, _BOTTOM = 150, 58, 64, 52
_INK, _FAINT, _PAPER = "#24292f", "#d0d7de", "#ffffff"


@dataclass(frozen=True)
class Line:
    """One line of a panel.

    Attributes:
        points: (seconds, value), in order.
        steps: a value holds until the next.
        filled: down to zero.
        dashed: what should be, beside what is.
    """

    label: str
    colour: str
    points: Points
    steps: bool = False
    filled: bool = False
    dashed: bool = False


@dataclass(frozen=True)
class Panel:
    """Lines that share an axis from zero up."""

    title: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Mark:
    """A moment, in all panels."""

    at: float
    label: str
    colour: str


def draw(title: str, panels: Sequence[Panel], *, seconds: float, marks: Sequence[Mark] = ()) -> str:
    """The picture; the axis is from 0 to that many seconds."""
    height = _TOP + len(panels) * (_PANEL + _GAP) - _GAP + _BOTTOM
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{height}" viewBox="0 0 {_WIDTH} {height}" '
        f'font-family="system-ui, sans-serif" font-size="12" fill="{_INK}">',
        f'<rect width="100%" height="100%" fill="{_PAPER}"/>',
        f'<text x="{_LEFT}" y="26" font-size="15" font-weight="600">{escape(title)}</text>',
    ]
    for number, panel in enumerate(panels):
        parts += _panel(panel, _TOP + number * (_PANEL + _GAP), seconds)
    bottom = height - _BOTTOM
    for mark in marks:
        x = _x(mark.at, seconds)
        parts.append(
            f'<line x1="{x:.1f}" y1="{_TOP}" x2="{x:.1f}" y2="{bottom}" stroke="{mark.colour}" stroke-dasharray="5 3"/>'
        )
        # Beside the line, on the side where there is room.
        anchor, shift = ("end", -5) if mark.at > seconds / 2 else ("start", 5)
        parts.append(
            f'<text x="{x + shift:.1f}" y="{bottom + 34}" text-anchor="{anchor}" fill="{mark.colour}">'
            f"{escape(mark.label)}</text>"
        )
    step = _step(seconds, 8)
    for tick in range(int(seconds // step) + 1):
        x = _x(tick * step, seconds)
        parts.append(f'<text x="{x:.1f}" y="{bottom + 16}" text-anchor="middle">{tick * step:g} s</text>')
    return "\n".join([*parts, "</svg>", ""])


def _panel(panel: Panel, top: float, seconds: float) -> list[str]:
    most = max([1.0, *(value for line in panel.lines for _, value in line.points)])
    step = _step(most, 4)
    ceiling = math.ceil(most / step) * step
    parts = []
    for tick in range(round(ceiling / step) + 1):
        y = top + _PANEL * (1 - tick * step / ceiling)
        parts.append(f'<line x1="{_LEFT}" y1="{y:.1f}" x2="{_WIDTH - _RIGHT}" y2="{y:.1f}" stroke="{_FAINT}"/>')
        parts.append(f'<text x="{_LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{tick * step:g}</text>')
    parts.append(f'<text x="{_LEFT}" y="{top - 12}" font-weight="600">{escape(panel.title)}</text>')
    right = _WIDTH - _RIGHT
    for line in reversed(panel.lines):
        # About as wide as such a font is.
        right -= 7 * len(line.label) + 34
        dash = ' stroke-dasharray="4 3"' if line.dashed else ""
        parts.append(
            f'<line x1="{right}" y1="{top - 16}" x2="{right + 20}" y2="{top - 16}" stroke="{line.colour}" '
            f'stroke-width="2.5"{dash}/><text x="{right + 25}" y="{top - 12}">{escape(line.label)}</text>'
        )
    for line in panel.lines:
        shown = [
            (_x(at, seconds), top + _PANEL * (1 - value / ceiling)) for at, value in _walked(line) if 0 <= at <= seconds
        ]
        if not shown:
            continue
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in shown)
        if line.filled:
            base = top + _PANEL
            parts.append(
                f'<polygon points="{shown[0][0]:.1f},{base} {path} {shown[-1][0]:.1f},{base}" fill="{line.colour}" '
                'fill-opacity="0.18"/>'
            )
        dash = ' stroke-dasharray="4 3"' if line.dashed else ""
        parts.append(f'<polyline points="{path}" fill="none" stroke="{line.colour}" stroke-width="2"{dash}/>')
    return parts


def _walked(line: Line) -> list[tuple[float, float]]:
    if not line.steps:
        return list(line.points)
    corners: list[tuple[float, float]] = []
    for at, value in line.points:
        if corners:
            corners.append((at, corners[-1][1]))
        corners.append((at, value))
    return corners


def _x(at: float, seconds: float) -> float:
    return _LEFT + (_WIDTH - _LEFT - _RIGHT) * at / seconds


def _step(most: float, at_most: int) -> float:
    """A round distance of ticks, so that there are so many at most."""
    rough = most / at_most
    power = 10 ** math.floor(math.log10(rough))
    return float(next(power * factor for factor in (1, 2, 2.5, 5, 10) if power * factor >= rough))
