"""The report's charts, as inline SVG. They hold numbers and our own words, never a row's text.

Colours are classes, so that light, dark and print are one stylesheet's affair.
"""

import math
from collections.abc import Callable, Sequence
from typing import Final

from markupsafe import Markup, escape

from pdfbatch_renderer.finishing.histogram import Spread
from pdfbatch_renderer.finishing.timeline import Throughput
from pdfbatch_renderer.report import wording

_WIDE: Final = 960
_TALL: Final = 230
_HALF: Final = 452
_LOW: Final = 150
_BARS: Final = 30


def nice_ticks(most: float, about: int) -> list[float]:
    """Round numbers from 0 to at least `most`, `about` so many steps."""
    if most <= 0:
        return [0.0, 1.0]
    rough = most / about
    power = 10 ** math.floor(math.log10(rough))
    step = next(power * factor for factor in (1, 2, 2.5, 5, 10) if power * factor >= rough * 0.999)
    return [step * index for index in range(math.ceil(most / step - 1e-9) + 1)]


def throughput_chart(throughput: Throughput, average: float) -> Markup:
    """Documents a second over the time at work; pauses are dashed lines."""
    left, right, top, bottom = 48.0, _WIDE - 84.0, 26.0, 28.0
    width, height = right - left, _TALL - top - bottom
    ticks = nice_ticks(max(throughput.points, default=0.0), 4)

    def x(seconds: float) -> float:
        return left + width * min(seconds / throughput.seconds, 1.0)

    def y(value: float) -> float:
        return top + height * (1 - min(value / ticks[-1], 1.0))

    parts = []
    for tick in ticks:
        parts.append(_line(left, y(tick), right, y(tick), "grid" if tick else "axis"))
        parts.append(_text(left - 10, y(tick) + 4, f"{tick:,g}", "end"))
    for tick in _time_ticks(throughput.seconds):
        anchor = "start" if tick == 0 else "middle"
        parts.append(_text(x(tick), _TALL - 8, wording.duration(tick) if tick else "0", anchor))
    middles = [
        (x(min((index + 0.5) * throughput.step, throughput.seconds)), y(value))
        for index, value in enumerate(throughput.points)
    ]
    curve = [(left, middles[0][1]), *middles, (right, middles[-1][1])] if middles else []
    path = " ".join(f"{px:.1f},{py:.1f}" for px, py in curve)
    parts.append(f'<polygon class="area" points="{left},{y(0):.1f} {path} {right},{y(0):.1f}"/>')
    parts.append(f'<polyline class="curve" points="{path}"/>')
    parts.append(_line(left, y(average), right, y(average), "average"))
    parts.append(_text(right + 10, y(average) + 4, f"average {wording.rate(average)}", "start"))
    for pause in throughput.pauses:
        at = x(pause.at)
        parts.append(_line(at, top - 6, at, y(0), "pause"))
        anchor = "end" if at > right - 120 else "start" if at < left + 120 else "middle"
        parts.append(_text(at, top - 12, f"paused {wording.duration(pause.seconds)}", anchor))
    return _svg(_WIDE, _TALL, parts, f"Documents a second over time, {wording.rate(average)} on average")


def _time_ticks(seconds: float) -> list[float]:
    for step in (0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 28800, 86400):
        if seconds / step <= 7:
            return [step * index for index in range(int(seconds / step) + 1)]
    return [0.0, seconds]


def histogram_chart(spread: Spread, words: Callable[[float], str], what: str) -> Markup:
    """How values are spread, on a logarithmic scale, with the median and the 95th percentile marked."""
    top, bottom = 22.0, 26.0
    height = _LOW - top - bottom
    bars = _merged(spread.bins)
    if not bars:
        return Markup("")
    # A few bars alone would be as wide as doors.
    slots = max(len(bars), 12)
    slot = _HALF / slots
    first = (slots - len(bars)) / 2
    most = max(number for _, _, number in bars)
    low, high = math.log(bars[0][0]), math.log(bars[-1][1])

    def x(value: float) -> float:
        part = (math.log(max(value, bars[0][0])) - low) / (high - low)
        return (first + min(part, 1.0) * len(bars)) * slot

    parts = []
    for index, (_, _, number) in enumerate(bars):
        tall = max(height * number / most, 1.5) if number else 0.0
        at = (first + index) * slot
        parts.append(
            f'<rect class="bar" x="{at + 1:.1f}" y="{top + height - tall:.1f}" width="{slot - 2:.1f}" '
            f'height="{tall:.1f}" rx="1.5"/>'
        )
    parts.append(_line(0, top + height, _HALF, top + height, "axis"))
    apart = x(spread.p95) - x(spread.median)
    # The two words must not lie on each other.
    marks = [(spread.median, "median", "end" if 28 <= apart < 60 else "middle"), (spread.p95, "95%", "middle")]
    for value, name, anchor in marks if apart >= 28 else marks[:1]:
        parts.append(_line(x(value), top - 6, x(value), top + height, "mark"))
        parts.append(_text(x(value) - (4 if anchor == "end" else 0), top - 10, name, anchor, "label small"))
    parts.append(_text(max(x(spread.least), 0), _LOW - 8, words(spread.least), "start" if len(bars) > 8 else "middle"))
    if spread.most > spread.least:
        right = min(x(spread.most), _HALF)
        parts.append(_text(right, _LOW - 8, words(spread.most), "end" if right > _HALF - 40 else "middle"))
    return _svg(_HALF, _LOW, parts, f"{what}: median {words(spread.median)}, 95% below {words(spread.p95)}")


def _merged(bins: Sequence[tuple[float, float, int]]) -> list[tuple[float, float, int]]:
    together = math.ceil(len(bins) / _BARS) or 1
    groups = [bins[at : at + together] for at in range(0, len(bins), together)]
    return [(group[0][0], group[-1][1], sum(number for _, _, number in group)) for group in groups]


def shares_bar(parts: Sequence[tuple[float, str]], what: str) -> Markup:
    """One bar cut into parts: (value, class)."""
    total = sum(value for value, _ in parts)
    drawn = []
    at = 0.0
    # What is there must be seen, be it one of a million.
    widths = [max(1000 * value / total, 4.0) if value else 0.0 for value, _ in parts] if total else []
    scale = 1000 / sum(widths) if widths else 0.0
    for width, (_, name) in zip(widths, parts, strict=False):
        if width:
            long = max(width * scale - 1.5, 2.0)
            drawn.append(f'<rect class="{escape(name)}" x="{at:.2f}" y="0" width="{long:.2f}" height="10"/>')
        at += width * scale
    return Markup(
        f'<svg class="shares" viewBox="0 0 1000 10" preserveAspectRatio="none" role="img" '
        f'aria-label="{escape(what)}">{"".join(drawn)}</svg>'
    )


def _svg(width: int, height: int, parts: Sequence[str], label: str) -> Markup:
    return Markup(
        f'<svg class="chart" viewBox="0 0 {width} {height}" role="img" aria-label="{escape(label)}">'
        f"{''.join(parts)}</svg>"
    )


def _line(x1: float, y1: float, x2: float, y2: float, name: str) -> str:
    return f'<line class="{name}" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'


def _text(x: float, y: float, words: str, anchor: str, name: str = "label") -> str:
    return f'<text class="{name}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(words)}</text>'
