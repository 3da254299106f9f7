"""What may be done without the owner's password, as the bits of /P (ISO 32000-2, table 22)."""

from collections.abc import Iterable
from typing import Final

from pdfbatch_api.resource.postprocessing import Permission

# Bits count from 1. Printing is allowed whole: 3 alone would be a poor picture of the page.
_BITS: Final[dict[Permission, tuple[int, ...]]] = {
    "print": (3, 12),
    "modify": (4,),
    "copy": (5,),
    "annotate": (6,),
    "fillForms": (9,),
    "accessibility": (10,),
    "assemble": (11,),
}
# 1 and 2 are 0; 7, 8 and all from 13 on are 1.
_ALWAYS: Final = 0xFFFFF0C0


def permission_bits(allowed: Iterable[Permission]) -> int:
    """/P as a signed number of 32 bits."""
    bits = _ALWAYS
    for permission in allowed:
        for bit in _BITS[permission]:
            bits |= 1 << (bit - 1)
    return bits - (1 << 32)
