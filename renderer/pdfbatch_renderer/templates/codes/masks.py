"""Which of a QR code's eight masks reads best (ISO/IEC 18004:2015, 7.8.3), found in a fraction of segno's time.

segno scores each mask module by module, six of the eight milliseconds that a code takes; a browser prints a page in
that time. Here a whole code is one long integer, one row beside the other with a gap between, and a run of five or a
block of four is found in all rows at once by shifting. Two codes of the same version and level differ, from mask to
mask, in the same modules whatever they hold: these differences are made once and kept.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import segno

MASKS: Final = 8
_LONG_RUN: Final = 5
_FINDER: Final = 0b1011101
# Light modules at both sides of every row: what is outside counts as light, and no shift reaches the next row's.
_GAP: Final = 4


@dataclass(frozen=True, slots=True)
class Modules:
    """A code's modules, dark is 1, without a border.

    Attributes:
        size: modules a side.
        by_row, by_column: all rows (columns) in one integer, each with _GAP zeros at both sides.
    """

    size: int
    by_row: int
    by_column: int

    def rows(self) -> list[str]:
        """Row by row, from the top, as texts of 0 and 1."""
        stride = self.size + 2 * _GAP
        text = f"{self.by_row:0{stride * self.size}b}"
        return [text[start + _GAP : start + _GAP + self.size] for start in range(0, len(text), stride)]

    def changed(self, other: "Modules") -> "Modules":
        """These modules, turned where the other's are dark."""
        return Modules(self.size, self.by_row ^ other.by_row, self.by_column ^ other.by_column)


def modules_of(code: segno.QRCode) -> Modules:
    """The modules of a code of segno's."""
    digits = bytes.maketrans(b"\0\1", b"01")
    rows = [bytes(row).translate(digits).decode() for row in code.matrix]
    columns = ["".join(column) for column in zip(*rows, strict=True)]
    return Modules(len(rows), _in_one(rows), _in_one(columns))


def _in_one(lines: list[str]) -> int:
    gap = "0" * _GAP
    return int("".join(f"{gap}{line}{gap}" for line in lines), 2)


@lru_cache(160)  # 40 versions of 4 levels
def mask_differences(version: int, error: str) -> tuple[Modules, ...]:
    """By mask: the modules in which it differs from mask 0."""
    masked = [
        modules_of(segno.make_qr("0", version=version, error=error, mask=mask, boost_error=False))
        for mask in range(MASKS)
    ]
    return tuple(each.changed(masked[0]) for each in masked)


def best_masked(modules: Modules, version: int, error: str) -> Modules:
    """Of a code with mask 0, the same code with the mask of the lowest penalty."""
    return min((modules.changed(change) for change in mask_differences(version, error)), key=penalty)


@lru_cache(40)
def _everywhere(size: int) -> int:
    return _in_one(["1" * size] * size)


def penalty(modules: Modules) -> int:
    """The penalty of a code (ISO/IEC 18004:2015, table 11): lower reads better."""
    size = modules.size
    full = _everywhere(size)
    score = 0
    for dark in (modules.by_row, modules.by_column):
        score += _runs(dark) + _runs(full ^ dark) + _finders(dark)
    score += _blocks(modules.by_row, size) + _blocks(full ^ modules.by_row, size)
    share = modules.by_row.bit_count() * 100 / (size * size)
    return score + 10 * int(abs(share - 50) / 5)


def _runs(colour: int) -> int:
    """Runs of five and more of a colour: 3, and 1 for each module more."""
    fives = colour
    for further in range(1, _LONG_RUN):
        fives &= colour >> further
    # A run of n holds n - 4 times five in a row, and costs n - 2.
    return fives.bit_count() + 2 * (fives & ~(fives << 1)).bit_count()


def _finders(dark: int) -> int:
    """Patterns like a finder's (1:1:3:1:1) with four light modules before or after: 40 each."""
    light = ~dark
    found = -1
    for position in range(7):
        found &= (dark if _FINDER >> position & 1 else light) >> position
    if not found:
        return 0
    # Moved up by four bits, so that the four modules right of a pattern stand where the pattern begins.
    light = ~(dark << _GAP)
    after = light & light >> 1 & light >> 2 & light >> 3
    before = after >> (7 + _GAP)
    return 40 * (found & (before | after)).bit_count()


def _blocks(colour: int, size: int) -> int:
    """Blocks of two by two of a colour: 3 each."""
    pairs = colour & colour >> 1
    return 3 * (pairs & pairs >> (size + 2 * _GAP)).bit_count()
