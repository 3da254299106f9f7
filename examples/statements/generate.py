"""Makes statements.parquet: quarterly statements of an invented savings club, the same ones every time.

    python examples/statements/generate.py

Parquet keeps what CSV loses: amounts are decimals, dates are dates, and a row holds its list of movements.
"""

import argparse
import datetime as dt
import random
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

HERE: Final = Path(__file__).parent
REGIONS: Final = ("Coast", "Hills", "Town")
NAMES: Final = ("Ansgar Möller", "Brigid O'Shea", "Célestine Noël", "Dagný Björnsdóttir", "Ewa Żak", "Florian Groß")
TEXTS: Final = ("Standing order", "Market stall", "Cash at the counter", "Interest", "Boat repair", "Seed potatoes")
QUARTER: Final = dt.date(2026, 7, 1)
MONEY: Final = pa.decimal128(12, 2)
SCHEMA: Final = pa.schema(
    [
        ("account", pa.string()),
        ("holder", pa.string()),
        ("region", pa.string()),
        ("opening", MONEY),
        ("closing", MONEY),
        (
            "movements",
            pa.list_(pa.struct([("booked", pa.date32()), ("text", pa.string()), ("amount", MONEY)])),
        ),
    ]
)


def statement(rng: random.Random, serial: int) -> dict[str, Any]:
    """One account's quarter; what it closes with is what it opened with and all movements."""
    opening = Decimal(int(rng.random() * 900_000)) / 100
    movements: list[dict[str, Any]] = []
    for day in sorted(int(rng.random() * 92) for _ in range(3 + int(rng.random() * 30))):
        amount = Decimal(int(rng.random() * 80_000) - 40_000) / 100
        text = TEXTS[int(rng.random() * len(TEXTS))]
        movements.append({"booked": QUARTER + dt.timedelta(days=day), "text": text, "amount": amount})
    return {
        "account": f"A-{serial:04d}",
        "holder": NAMES[serial % len(NAMES)],
        "region": REGIONS[serial % len(REGIONS)],
        "opening": opening,
        "closing": opening + sum((movement["amount"] for movement in movements), Decimal(0)),
        "movements": movements,
    }


def main() -> None:
    """Writes the file."""
    parser = argparse.ArgumentParser(description="Make the example's statements.")
    parser.add_argument("--count", type=int, default=60)
    parser.add_argument("--output", type=Path, default=HERE / "statements.parquet")
    options = parser.parse_args()
    rng = random.Random(2026)
    rows = [statement(rng, serial) for serial in range(1, options.count + 1)]
    pq.write_table(pa.Table.from_pylist(rows, SCHEMA), options.output, compression="zstd")


if __name__ == "__main__":
    main()
