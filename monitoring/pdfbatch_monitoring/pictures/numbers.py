"""Numbers as Grafana writes them: short, with their unit."""

import math

from pdfbatch_monitoring.dashboard import Unit

_SECONDS = ((86400.0, "days"), (3600.0, "hours"), (60.0, "min"), (1.0, "s"), (0.001, "ms"), (0.000001, "µs"))


def written(value: float, unit: Unit) -> str:
    """Three digits or so."""
    if math.isnan(value):
        return "–"
    if value == 0:
        return {"percentunit": "0 %", "s": "0 s", "decbytes": "0 B"}.get(unit, "0")
    sign, size = ("−", -value) if value < 0 else ("", value)
    match unit:
        case "percentunit":
            return f"{sign}{_digits(100 * size)} %"
        case "s":
            factor, name = next((one for one in _SECONDS if size >= one[0]), _SECONDS[-1])
            return f"{sign}{_digits(size / factor)} {name}"
        case "decbytes":
            return f"{sign}{_scaled(size, ('B', 'kB', 'MB', 'GB', 'TB'))}"
        case "short":
            return f"{sign}{_scaled(size, ('', 'K', 'M', 'G'))}"


def _scaled(size: float, names: tuple[str, ...]) -> str:
    power = min(len(names) - 1, max(0, int(math.log10(size) // 3)))
    return f"{_digits(size / 1000**power)} {names[power]}".strip()


def _digits(value: float) -> str:
    """Not more digits than say something: 1234, 123, 12.3, 1.23, 0.12."""
    places = 0 if value >= 100 else 1 if value >= 10 else 2
    text = f"{value:.{places}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def ticks(low: float, high: float, unit: Unit, most: int = 4) -> list[float]:
    """Round numbers from below `low` to above `high`."""
    span = high - low or 1.0
    # Round in time is 15 minutes, not 1,000 seconds.
    steps = (60, 300, 600, 900, 1800, 3600, 7200, 14400, 43200) if unit == "s" and span > 120 else ()
    rough = span / most
    step = next((one for one in steps if one >= rough), 0.0) or _round_above(rough)
    first = math.floor(low / step)
    last = math.ceil(high / step - 1e-9)
    return [number * step for number in range(first, last + 1)]


def _round_above(rough: float) -> float:
    power: float = 10.0 ** math.floor(math.log10(rough))
    return next(factor * power for factor in (1, 2, 2.5, 5, 10) if factor * power >= rough * 0.999)
