"""The invoices of the example are right to the cent, and are what their generator makes."""

import datetime as dt
import gzip
import json
import re
import subprocess
import sys
from collections import Counter
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import pytest
from fontTools.ttLib import TTFont  # type: ignore[import-untyped]

EXAMPLE = Path(__file__).parents[3] / "examples" / "invoices"


@pytest.fixture(scope="module")
def text() -> str:
    return gzip.decompress((EXAMPLE / "invoices.jsonl.gz").read_bytes()).decode()


@pytest.fixture(scope="module")
def invoices(text: str) -> list[dict[str, Any]]:
    return [json.loads(line, parse_float=Decimal, parse_int=Decimal) for line in text.splitlines()]


def rounded(amount: Decimal, currency: str) -> Decimal:
    return amount.quantize(Decimal(1 if currency == "JPY" else "0.01"), ROUND_HALF_UP)


def test_the_generator_makes_exactly_the_committed_rows(text: str, tmp_path: Path) -> None:
    # given the committed file; when the generator runs again
    output = tmp_path / "again.jsonl.gz"
    subprocess.run([sys.executable, str(EXAMPLE / "generate.py"), "--output", str(output)], check=True, timeout=60)
    # then its rows are the same, character for character
    assert gzip.decompress(output.read_bytes()).decode() == text


def test_another_seed_gives_other_rows(text: str, tmp_path: Path) -> None:
    output = tmp_path / "other.jsonl.gz"
    command = [sys.executable, str(EXAMPLE / "generate.py"), "--seed", "7", "--count", "5", "--output", str(output)]
    subprocess.run(command, check=True, timeout=60)
    other = gzip.decompress(output.read_bytes()).decode().splitlines()
    assert len(other) == 5
    assert other != text.splitlines()[:5]


def test_each_line_is_quantity_times_price_less_discount(invoices: list[dict[str, Any]]) -> None:
    for invoice in invoices:
        for item in invoice["items"]:
            exact = item["quantity"] * item["price"] * (100 - item["discount"]) / 100
            assert item["amount"] == rounded(exact, invoice["currency"]), (invoice["number"], item["position"])


def test_net_tax_by_rate_and_gross_add_up_to_the_cent(invoices: list[dict[str, Any]]) -> None:
    for invoice in invoices:
        items, totals, currency = invoice["items"], invoice["totals"], invoice["currency"]
        assert totals["net"] == sum(item["amount"] for item in items), invoice["number"]
        assert [tax["rate"] for tax in totals["taxes"]] == sorted({item["rate"] for item in items}, reverse=True)
        for tax in totals["taxes"]:
            assert tax["net"] == sum(item["amount"] for item in items if item["rate"] == tax["rate"])
            assert tax["tax"] == rounded(tax["net"] * tax["rate"] / 100, currency)
        assert totals["gross"] == totals["net"] + sum(tax["tax"] for tax in totals["taxes"]), invoice["number"]


def test_amounts_are_written_with_the_digits_of_their_currency(text: str) -> None:
    for line in text.splitlines():
        row = json.loads(line, parse_float=str, parse_int=str)
        amounts = [row["totals"]["gross"], *(item["amount"] for item in row["items"])]
        for amount in amounts:
            digits = len(amount.partition(".")[2])
            assert digits == (0 if row["currency"] == "JPY" else 2), (row["number"], amount)


def test_the_batch_has_short_and_long_invoices_of_several_countries(invoices: list[dict[str, Any]]) -> None:
    lines = [len(invoice["items"]) for invoice in invoices]
    countries = Counter(invoice["customer"]["country"] for invoice in invoices)
    assert len(invoices) == 1000
    assert len({invoice["number"] for invoice in invoices}) == 1000
    assert (min(lines), max(lines)) == (1, 60)
    assert sum(count > 17 for count in lines) > 80
    assert set(countries) == {"DE", "AT", "FR", "IE", "GB", "US", "JP", "IL"}


def test_dates_are_in_order(invoices: list[dict[str, Any]]) -> None:
    for invoice in invoices:
        dates = [dt.date.fromisoformat(invoice[key]) for key in ("delivered", "issued", "due")]
        assert dates == sorted(dates), invoice["number"]


def test_every_address_is_plainly_invented(text: str) -> None:
    # Web and mail addresses only under .example (RFC 2606), also in the template.
    template = (EXAMPLE / "template" / "invoice.html").read_text(encoding="utf-8")
    for word in (text + template).replace('"', " ").replace("<", " ").split():
        if re.search(r"\w@|://", word):
            assert ".example" in word, word


def test_the_japanese_font_has_every_character_that_is_printed_in_japanese() -> None:
    font = TTFont(EXAMPLE / "template" / "fonts" / "noto-sans-jp-invoice-400.woff2")
    words = "".join((EXAMPLE / name).read_text(encoding="utf-8") for name in ("catalogue.yaml", "template/texts.jinja"))
    needed = {
        character for character in words if "\u3000" <= character <= "\u9fff" or "\uff00" <= character <= "\uffef"
    }
    assert {hex(code) for code in map(ord, needed)} - {hex(code) for code in font.getBestCmap()} == set()
