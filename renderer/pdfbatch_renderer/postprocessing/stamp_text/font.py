"""What a font is to a stamp's text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import pikepdf


@dataclass(frozen=True, slots=True)
class SetLines:
    """Lines of text in a font of a document.

    Attributes:
        font: the font dictionary.
        codes: what a line shows, as the font numbers its characters.
    """

    font: pikepdf.Object
    codes: Sequence[bytes]


class StampFont(Protocol):
    """A font. Lengths are shares of the text's size."""

    @property
    def ascent(self) -> float:
        """How far letters reach above the line that they stand on."""
        ...

    @property
    def descent(self) -> float:
        """How far they reach below it; not negative."""
        ...

    def knows(self, character: str) -> bool:
        """Whether it has the character."""
        ...

    def width(self, line: str) -> float:
        """How wide a line is. Every character is one that it knows."""
        ...

    def set_in(self, document: pikepdf.Pdf, lines: Sequence[str]) -> SetLines:
        """The lines in a font dictionary of the document, which says of no other text what it has."""
        ...
