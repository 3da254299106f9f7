"""Figures in messages, rounded so that they do not change at every look: a message that follows the clock would be a
write to the API server for its own sake.
"""

from typing import Final

from pdfbatch_operator.moments import duration_text

_MINUTE: Final = 60
_HOUR: Final = 3600
_STEPS: Final = (
    *(10, 20, 30, 45),
    *(minutes * _MINUTE for minutes in (1, 2, 3, 5, 7, 10, 15, 20, 30, 45)),
    *(hours * _HOUR for hours in (1, 1.5, 2, 3, 4, 6, 8, 12, 16, 24)),
)


def about(number: float) -> str:
    """The number to two digits: 36,000; 410; 3.4; 0.0012."""
    digits = f"{number:.2g}"
    value = float(digits)
    return f"{value:,.0f}" if value >= 10 else f"{value:g}"


def about_long(seconds: float) -> str:
    """A duration, the nearest of a few dozen: 45s, 7m, 1h30m, 3d."""
    if seconds > _STEPS[-1]:
        return f"{round(seconds / _STEPS[-1])}d"
    return duration_text(min(_STEPS, key=lambda step: abs(step - seconds)))
