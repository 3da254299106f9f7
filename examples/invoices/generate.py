"""Makes invoices.jsonl.gz: a thousand invoices of an invented paper merchant, the same ones every time.

A person who changes the catalogue runs it again:

    python examples/invoices/generate.py

The rows are what a billing system would hand over: amounts are rounded and summed there, in decimal, and the
template prints what it is given. A number such as 24.90 is written with the digits that its currency has.
"""

import argparse
import datetime as dt
import gzip
import json
import random
from collections.abc import Iterator, Sequence
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any, Final, TypeVar

import yaml

HERE: Final = Path(__file__).parent
SEED: Final = 20261101
FIRST_DAY: Final = dt.date(2026, 11, 2)
WHOLE_UNITS: Final = frozenset({"JPY"})  # currencies without a minor unit (ISO 4217)

_T = TypeVar("_T")


def pick(rng: random.Random, items: Sequence[_T]) -> _T:
    """One of `items`. Only `random()` is promised to give the same numbers in every Python version."""
    return items[int(rng.random() * len(items))]


def between(rng: random.Random, low: int, high: int) -> int:
    """A whole number from `low` to `high`, both included."""
    return low + int(rng.random() * (high - low + 1))


def cents(amount: Decimal, currency: str) -> Decimal:
    """`amount` rounded half up to what the currency can pay."""
    return amount.quantize(Decimal(1) if currency in WHOLE_UNITS else Decimal("0.01"), ROUND_HALF_UP)


def line_items(rng: random.Random, catalogue: dict[str, Any], market: dict[str, Any], count: int) -> list[Any]:
    """The lines of one invoice; `amount` is net, after the line's discount."""
    items = []
    for position in range(1, count + 1):
        article = pick(rng, catalogue["goods"])
        unit = article["unit"]
        if unit == "hour":
            quantity = Decimal(between(rng, 2, 90)) / 4
        elif Decimal(article["price"]) < 5:
            quantity = Decimal(between(rng, 1, 80) * 25)
        else:
            quantity = Decimal(between(rng, 1, 24))
        price = cents(Decimal(article["price"]) * Decimal(market["factor"]), market["currency"])
        discount = Decimal(pick(rng, ["0", "0", "0", "0", "0", "3", "5", "7.5", "10"]))
        items.append(
            {
                "position": position,
                "sku": article["sku"],
                "name": article[market["language"]],
                "note": pick(rng, catalogue["notes"][market["language"]]) if rng.random() < 0.12 else None,
                "quantity": quantity,
                "unit": unit,
                "price": price,
                "discount": discount,
                "rate": Decimal(market["rates"][1 if article["reduced"] else 0]),
                "amount": cents(quantity * price * (100 - discount) / 100, market["currency"]),
            }
        )
    return items


def totals(items: list[Any], currency: str) -> dict[str, Any]:
    """Net, tax by rate, and gross. Tax is worked out once a rate, on the sum (EN 16931, BR-CO-17)."""
    taxes = []
    for rate in sorted({item["rate"] for item in items}, reverse=True):
        net = sum((item["amount"] for item in items if item["rate"] == rate), Decimal(0))
        taxes.append({"rate": rate, "net": net, "tax": cents(net * rate / 100, currency)})
    net = sum((item["amount"] for item in items), Decimal(0))
    return {"net": net, "taxes": taxes, "gross": net + sum((tax["tax"] for tax in taxes), Decimal(0))}


def lines_on_invoice(rng: random.Random) -> int:
    """How many lines: most invoices are short, one in eight runs over several pages."""
    chance = rng.random()
    if chance < 0.62:
        return between(rng, 1, 8)
    return between(rng, 9, 17) if chance < 0.88 else between(rng, 18, 60)


def invoices(count: int = 1000, seed: int = SEED) -> Iterator[dict[str, Any]]:
    """The rows, in order of their numbers."""
    catalogue = yaml.safe_load((HERE / "catalogue.yaml").read_text(encoding="utf-8"))
    rng = random.Random(seed)
    markets = [market for market in catalogue["markets"] for _ in range(market["weight"])]
    for serial in range(1, count + 1):
        market = pick(rng, markets)
        company, person, street, city = pick(rng, catalogue["customers"][market["country"]])
        items = line_items(rng, catalogue, market, lines_on_invoice(rng))
        issued = FIRST_DAY + dt.timedelta(days=between(rng, 0, 27))
        customer_number = between(rng, 10_000, 99_999)
        yield {
            "number": f"2026-{serial:05d}",
            "issued": issued.isoformat(),
            "delivered": (issued - dt.timedelta(days=between(rng, 1, 9))).isoformat(),
            "due": (issued + dt.timedelta(days=pick(rng, [14, 30, 30, 60]))).isoformat(),
            "locale": market["locale"],
            "language": market["language"],
            "currency": market["currency"],
            "customer": {
                "number": f"C-{customer_number}",
                "company": company,
                "person": person,
                "street": street.format(between(rng, 1, 180)),
                "city": city,
                "country": market["country"],
                "country_name": market["name"],
                "vat": market["vat"].format(customer_number),
            },
            "order": f"PO {between(rng, 1000, 9999)}/{pick(rng, 'ABCDEFGH')}" if rng.random() < 0.7 else None,
            "items": items,
            "totals": totals(items, market["currency"]),
        }


def as_json(value: Any) -> str:
    """JSON whose decimals are numbers with all their digits: 24.90, where json.dumps knows only floats."""
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{as_json(key)}: {as_json(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(as_json, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def main() -> None:
    """Writes the file."""
    parser = argparse.ArgumentParser(description="Make the example's invoices.")
    parser.add_argument("--count", type=int, default=1000, help="how many invoices (default: 1000)")
    parser.add_argument("--seed", type=int, default=SEED, help="another seed gives other invoices")
    parser.add_argument("--output", type=Path, default=HERE / "invoices.jsonl.gz")
    options = parser.parse_args()
    text = "".join(as_json(row) + "\n" for row in invoices(options.count, options.seed))
    # No time stamp: the same rows give the same file.
    options.output.write_bytes(gzip.compress(text.encode(), mtime=0))


if __name__ == "__main__":
    main()
