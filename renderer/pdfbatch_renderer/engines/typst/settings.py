"""What the process that prints with Typst is told."""

import msgspec


class TypstSettings(msgspec.Struct, frozen=True):
    """The same for all documents of a batch. Lengths in points.

    Attributes:
        date: stands in for the clock, seconds since the epoch.
        tagged: whether the PDF carries its structure.
    """

    width: float
    height: float
    top: float
    right: float
    bottom: float
    left: float
    date: int
    tagged: bool
