"""What `kubectl cp` leaves on the claim of examples/invoices, or the first of them."""

import gzip
import shutil
from pathlib import Path

from tests.cluster.a_place import Place

_INVOICES = Path(__file__).parents[2] / "examples" / "invoices"


def lay(place: Place, *, most: int) -> None:
    """Lays them on the place's claim; examples are a thousand, which takes minutes."""
    folder = place.folder / "invoices"
    shutil.copytree(_INVOICES, folder)
    rows = folder / "invoices.jsonl.gz"
    lines = gzip.decompress(rows.read_bytes()).splitlines(keepends=True)
    rows.write_bytes(gzip.compress(b"".join(lines[:most])))
