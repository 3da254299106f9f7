"""The document that everybody prints: an invoice of one A4 page, a table of 20 rows, 100 cells, no two the same.

It exists twice: as finished HTML, which all contestants get, and as rows for template/invoice.html, from which
pdfbatch makes the very same HTML (tests/unit/bench holds them together).
"""

import hashlib
import html
import re
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, Final

LINES: Final = 20
TEMPLATE: Final = Path(__file__).parent / "template"
_TOKEN: Final = re.compile(r"N\d{7}K[0-9a-f]{8}")
_GOODS: Final = (
    "Bookbinding thread, waxed",
    "Cotton rag paper",
    "Bone folder",
    "Letterpress ink",
    "Composing stick",
    "Deckle-edge envelopes",
    "Brass rule, 2 point",
)


def token(number: int) -> str:
    """What stands in document `number` and in no other; letters and digits only, so that text extraction keeps it."""
    return f"N{number:07d}K{hashlib.sha256(str(number).encode()).hexdigest()[:8]}"


def tokens_in(text: str) -> set[str]:
    """Every token in a text."""
    return set(_TOKEN.findall(text))


def row(number: int) -> dict[str, Any]:
    """The data of document `number`, from 1: a token, and lines whose amounts are decimals."""
    lines: list[dict[str, Any]] = []
    for position in range(1, LINES + 1):
        quantity = (number * 7 + position * 13) % 97 + 1
        price = Decimal((number * 7919 + position * 104729) % 90_000 + 99) / 100
        lines.append(
            {
                "position": position,
                "name": f"{_GOODS[(number + position) % len(_GOODS)]} {number % 1000}-{position}",
                "quantity": quantity,
                "price": price.quantize(Decimal("0.01")),
                "amount": (price * quantity).quantize(Decimal("0.01")),
            }
        )
    return {
        "number": number,
        "token": token(number),
        "customer": f"Customer {number:07d}",
        "lines": lines,
        "total": sum((line["amount"] for line in lines), Decimal(0)),
    }


def _money(amount: Decimal) -> str:
    return f"€{amount:,.2f}"


@cache
def _style() -> str:
    return (TEMPLATE / "style.html").read_text(encoding="utf-8")


def page(data: dict[str, Any]) -> str:
    """The finished HTML of a row."""
    lines = "".join(
        f"<tr><td>{line['position']}</td><td>{html.escape(line['name'])}</td><td>{line['quantity']}</td>"
        f"<td>{_money(line['price'])}</td><td>{_money(line['amount'])}</td></tr>\n"
        for line in data["lines"]
    )
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>Invoice {data["number"]}</title>\n'
        f"{_style()}</head><body>\n"
        f"<h1>Invoice {data['number']}</h1>\n<p>{html.escape(data['customer'])}<br>{data['token']}</p>\n"
        "<table><thead><tr><th>No.</th><th>Article</th><th>Quantity</th><th>Price</th><th>Amount</th></tr></thead>"
        f"<tbody>\n{lines}</tbody></table>\n"
        f"<p><strong>Total {_money(data['total'])}</strong></p>\n</body></html>\n"
    )
