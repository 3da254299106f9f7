"""What the process that prints with WeasyPrint is told."""

import msgspec


class WeasySettings(msgspec.Struct, frozen=True):
    """The same for all documents of a batch. Lengths in points.

    Attributes:
        css_size: whether the template's @page size wins.
        media: the CSS media type.
        date: the PDF's, as PDF has it: D:20261105000000Z.
        epoch: the same, seconds since the epoch.
        optional: glob patterns of assets whose absence is no mistake.
    """

    width: float
    height: float
    top: float
    right: float
    bottom: float
    left: float
    css_size: bool
    media: str
    tagged: bool
    outline: bool
    date: str
    epoch: int
    optional: tuple[str, ...] = ()
