"""A picture a scenario for docs/scaling.md: renderers wanted, at work and waiting, and documents against the target."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from xml.sax.saxutils import escape

from bench.scaling.running import Look, Outcome, by_policy
from bench.scaling.scenarios import SCENARIOS, Day, drawn

FOLDER: Final = Path(__file__).parents[2] / "docs" / "pictures"

_WIDTH, _LEFT, _RIGHT = 760, 64, 20
_TOP, _UPPER, _BETWEEN, _LOWER, _BOTTOM = 62, 150, 34, 110, 46
_HEIGHT = _TOP + _UPPER + _BETWEEN + _LOWER + _BOTTOM
_INK, _FAINT, _GRID = "#1f2933", "#66727f", "#e4e8ec"
_WANTED, _RUNNING, _WAITING, _DONE, _TARGET = "#0b6e99", "#9fd0e6", "#f4c77b", "#2e7d4f", "#c2413b"


@dataclass(frozen=True, slots=True)
class Picture:
    """Which day is drawn.

    Attributes:
        name: of the file, docs/pictures/scaling-NAME.svg.
        scenario, seed: the day.
        title: what is to be seen on it.
    """

    name: str
    scenario: str
    seed: int
    title: str


PICTURES: Final = (
    Picture("ordinary", "ordinary", 2, "An ordinary batch: half of a guess, then what the first shards show"),
    Picture("heavy", "heavy", 11, "Heavy tails: time is kept for the longest of the last shards"),
    Picture("late", "late", 5, "Nodes that come late: those that wait are left for the cluster autoscaler"),
    Picture("full", "full", 161, "A full cluster: after ten minutes it settles for those that have room"),
    Picture("loss", "loss", 7, "Nodes are lost: more renderers make good for it"),
    Picture("away", "away", 6, "Prometheus away, then lying: it goes on by the shards that are done"),
    Picture("throttled", "throttled", 6, "The store throttles: shards take longer, and more renderers come"),
    Picture("large", "large", 7, "100 million documents"),
    Picture("impossible", "impossible", 2, "A target that cannot be kept: the maximum at once, and it is said"),
)


def draw(picture: Picture, folder: Path = FOLDER) -> Path:
    """Writes the picture."""
    scenario = next(one for one in SCENARIOS if one.key == picture.scenario)
    day = drawn(scenario, picture.seed)
    path = folder / f"scaling-{picture.name}.svg"
    path.write_text(svg(picture.title, day, by_policy(day.trace)), encoding="utf-8")
    return path


def svg(title: str, day: Day, outcome: Outcome) -> str:
    """The picture itself."""
    trace, looks = day.trace, outcome.looks
    assert trace.target is not None
    rendered = looks[-1].at
    span = max(trace.target, outcome.seconds) * 1.03
    top = _nice(max(max(look.wanted for look in looks), day.renderers) * 1.08)

    def x(seconds: float) -> float:
        return _LEFT + (_WIDTH - _LEFT - _RIGHT) * seconds / span

    def upper(renderers: float) -> float:
        return _TOP + _UPPER * (1 - renderers / top)

    def lower(share: float) -> float:
        return _TOP + _UPPER + _BETWEEN + _LOWER * (1 - share)

    ended = outcome.seconds / trace.target
    parts = [
        _text(_LEFT, 22, title, size=15, weight=600),
        _text(
            _LEFT,
            41,
            f"{trace.documents:,} documents in {len(trace.shards):,} shards; target {_clock(trace.target)}, ended at "
            f"{ended:.0%} of it; changed {_times(outcome.patches)}",
            colour=_FAINT,
        ),
    ]
    spans = [(one, "away") for one in trace.metrics.away] + [(one, "lying") for one in trace.metrics.lying]
    parts += [_band(x(window.begin), x(min(window.end, span)), name) for window, name in spans]
    parts += _grid(span, top, x, upper, lower)
    placed = [(look.at, look.running, look.running + look.waiting) for look in looks]
    parts.append(_area(x, upper, [(at, both) for at, _, both in placed], _WAITING))
    parts.append(_area(x, upper, [(at, running) for at, running, _ in placed], _RUNNING))
    parts.append(
        _line(
            [(x(0), upper(day.renderers)), (x(day.oracle.seconds - trace.finish), upper(day.renderers))],
            _FAINT,
            1.2,
            "5 4",
        )
    )
    parts.append(_line(_steps(x, upper, [(look.at, look.wanted) for look in looks]), _WANTED, 2))
    parts.append(_line([(x(0), lower(0)), (x(trace.target - trace.finish), lower(1))], _FAINT, 1.2, "5 4"))
    marks = [(at, "node lost") for at in trace.nodes.losses if at < rendered]
    if trace.slower > 1:
        marks.append((trace.slower_from, f"from here shards take {trace.slower:.1f} times as long"))
    parts += [_mark(x(at), upper(top) + 10, text) for at, text in marks]
    parts.append(_line([(x(look.at), lower(look.documents / trace.documents)) for look in _thinned(looks)], _DONE, 2))
    parts.append(_line([(x(trace.target), _TOP - 4), (x(trace.target), lower(0))], _TARGET, 1.4))
    parts.append(_text(x(trace.target) - 4, _TOP + 8, "target", colour=_TARGET, anchor="end"))
    parts.append(_line([(x(rendered), lower(1)), (x(outcome.seconds), lower(1))], _DONE, 2, "2 3"))
    parts.append(f'<circle cx="{x(outcome.seconds):.1f}" cy="{lower(1):.1f}" r="3.5" fill="{_DONE}"/>')
    if outcome.missed_at is not None and outcome.missed_by is not None and outcome.seconds > trace.target:
        said = f"said at {_clock(outcome.missed_at)}: misses by {_clock(outcome.missed_by)}"
        parts.append(_text(x(outcome.missed_at) + 6, lower(0.86), said, colour=_TARGET))
    parts += _legend(bool(max(look.waiting for look in looks)))
    body = "\n".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" width="{_WIDTH}" height="{_HEIGHT}" '
        f'font-family="system-ui, -apple-system, \'Segoe UI\', sans-serif" role="img" aria-label="{escape(title)}">\n'
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#ffffff"/>\n{body}\n</svg>\n'
    )


def _grid(
    span: float,
    top: float,
    x: Callable[[float], float],
    upper: Callable[[float], float],
    lower: Callable[[float], float],
) -> list[str]:
    parts = []
    for step in range(5):
        renderers = top * step / 4
        if renderers == int(renderers):
            parts.append(_rule(upper(renderers)))
            parts.append(_text(_LEFT - 8, upper(renderers) + 4, f"{int(renderers):,}", colour=_FAINT, anchor="end"))
    for step in range(3):
        parts.append(_rule(lower(step / 2)))
        parts.append(_text(_LEFT - 8, lower(step / 2) + 4, f"{step * 50} %", colour=_FAINT, anchor="end"))
    every = next(one for one in (30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 86400) if span / one <= 8)
    moments = [number * every for number in range(int(span / every) + 1)]
    parts += [_text(x(at), lower(0) + 18, _clock(at), colour=_FAINT, anchor="middle") for at in moments]
    return parts


def _legend(waiting: bool) -> list[str]:
    y, parts, place = _HEIGHT - 10, [], float(_LEFT)
    entries = [
        ("line", _WANTED, "renderers wanted"),
        ("box", _RUNNING, "on nodes"),
        *([("box", _WAITING, "waiting for room")] if waiting else []),
        ("dash", _FAINT, "oracle, even pace"),
        ("line", _DONE, "documents done"),
    ]
    for kind, colour, text in entries:
        if kind == "box":
            parts.append(f'<rect x="{place}" y="{y - 9}" width="18" height="9" fill="{colour}"/>')
        else:
            parts.append(_line([(place, y - 4), (place + 18, y - 4)], colour, 2, "5 4" if kind == "dash" else ""))
        parts.append(_text(place + 24, y, text, colour=_INK))
        place += 24 + 6.6 * len(text) + 20
    return parts


def _steps(
    x: Callable[[float], float], y: Callable[[float], float], values: Sequence[tuple[float, float]]
) -> list[tuple[float, float]]:
    points: list[tuple[float, float]] = []
    for at, value in values:
        if points and points[-1][1] != y(value):
            points.append((x(at), points[-1][1]))
        if not points or points[-1][1] != y(value):
            points.append((x(at), y(value)))
    return [*points, (x(values[-1][0]), points[-1][1])]


def _area(
    x: Callable[[float], float], y: Callable[[float], float], values: Sequence[tuple[float, float]], colour: str
) -> str:
    every = max(len(values) // 240, 1)
    kept = [*values[::every], values[-1]]
    points = [(x(kept[0][0]), y(0)), *((x(at), y(value)) for at, value in kept), (x(kept[-1][0]), y(0))]
    return f'<polygon points="{_points(points)}" fill="{colour}"/>'


def _thinned(looks: Sequence[Look]) -> list[Look]:
    every = max(len(looks) // 240, 1)
    return [*looks[::every], looks[-1]]


def _line(points: Sequence[tuple[float, float]], colour: str, width: float, dashes: str = "") -> str:
    dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
    return (
        f'<polyline points="{_points(points)}" fill="none" stroke="{colour}" stroke-width="{width}" '
        f'stroke-linejoin="round"{dashed}/>'
    )


def _points(points: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{a:.1f},{b:.1f}" for a, b in points)


def _rule(y: float) -> str:
    return f'<line x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}" stroke="{_GRID}"/>'


def _band(begin: float, end: float, name: str) -> str:
    height = _UPPER + _BETWEEN + _LOWER
    return (
        f'<rect x="{begin:.1f}" y="{_TOP}" width="{max(end - begin, 0):.1f}" height="{height}" fill="#f3e3e2"/>'
        + _text((begin + end) / 2, _TOP + _UPPER + _BETWEEN / 2 + 4, name, colour=_TARGET, anchor="middle")
    )


def _mark(x: float, y: float, text: str) -> str:
    return _line([(x, y - 8), (x, y + 2)], _TARGET, 1.4) + _text(x + 4, y, text, size=11, colour=_TARGET)


def _text(
    x: float, y: float, text: str, *, size: int = 12, weight: int = 400, colour: str = _INK, anchor: str = "start"
) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" font-weight="{weight}" fill="{colour}" '
        f'text-anchor="{anchor}">{escape(text)}</text>'
    )


def _times(number: int) -> str:
    return {0: "never", 1: "once", 2: "twice"}.get(number, f"{number} times")


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def _nice(number: float) -> int:
    """A multiple of four that reaches it, of few digits."""
    step = 4
    while step * 10 < number:
        step *= 10
    for factor in (1, 2, 3, 4, 5, 6, 8, 10):
        if step * factor >= number:
            return step * factor
    return step * 10
