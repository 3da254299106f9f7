"""QR codes, payment codes and barcodes: the modules that the libraries make, drawn small and quickly."""

import re
from decimal import Decimal
from typing import Any

import pytest
import segno
from barcode import Code128
from hypothesis import given, settings
from hypothesis import strategies as st
from segno import helpers

from pdfbatch_renderer.templates.codes import barcode, epc_qr, qr
from pdfbatch_renderer.templates.codes.masks import Modules, mask_differences, modules_of, penalty
from pdfbatch_renderer.templates.refusals import RefusedError
from tests.unit.templates.a_template import a_template

PAYMENT: dict[str, Any] = {"name": "Halm & Feder", "iban": "DE89 3704 0044 0532 0130 00", "amount": "12.30"}


def drawn(svg: str, size: int, border: int) -> list[str]:
    """The modules of a drawing, as rows of 0 and 1."""
    rows = [["0"] * size for _ in range(size)]
    for x, y, length in re.findall(r"M(\d+) (\d+)\.5h(\d+)", svg):
        for column in range(int(x), int(x) + int(length)):
            rows[int(y) - border][column - border] = "1"
    return ["".join(row) for row in rows]


def masked(text: str | bytes, mask: int | None) -> list[str]:
    code = segno.make_qr(text, error="M", mask=mask, boost_error=False)
    return ["".join(map(str, row)) for row in code.matrix]


def plain_penalty(rows: list[str]) -> int:
    """The standard's table 11, module by module."""
    size = len(rows)
    columns = ["".join(column) for column in zip(*rows, strict=True)]
    score = 0
    for line in [*rows, *columns]:
        score += sum(len(run) - 2 for run in re.findall("0{5,}|1{5,}", line))
        wide = f"0000{line}0000"
        for start in range(4, 4 + size - 6):
            if wide[start : start + 7] == "1011101":
                score += 40 * ("0000" in (wide[start - 4 : start], wide[start + 7 : start + 11]))
    for y in range(size - 1):
        for x in range(size - 1):
            score += 3 * (len({rows[y][x], rows[y][x + 1], rows[y + 1][x], rows[y + 1][x + 1]}) == 1)
    share = "".join(rows).count("1") * 100 / size**2
    return score + 10 * int(abs(share - 50) / 5)


@given(st.text(st.characters(codec="utf-8"), min_size=1, max_size=300))
@settings(max_examples=25, deadline=None)
def test_a_code_is_segnos_under_one_of_its_masks(text: str) -> None:
    masks = [masked(text, mask) for mask in range(8)]

    rows = drawn(qr(text), len(masks[0]), 4)

    assert rows in masks
    assert plain_penalty(rows) == min(map(plain_penalty, masks))


@given(st.text(st.characters(codec="ascii"), min_size=1, max_size=60), st.integers(0, 7))
@settings(max_examples=25, deadline=None)
def test_the_penalty_is_the_standards(text: str, mask: int) -> None:
    code = segno.make_qr(text, error="M", mask=mask, boost_error=False)

    modules = modules_of(code)

    assert modules.rows() == masked(text, mask)
    assert penalty(modules) == plain_penalty(masked(text, mask))


def test_masks_differ_in_the_same_modules_whatever_the_text() -> None:
    one = modules_of(segno.make_qr("some text", version=3, error="M", mask=0, boost_error=False))

    for mask, change in enumerate(mask_differences(3, "M")):
        code = segno.make_qr("some text", version=3, error="M", mask=mask, boost_error=False)
        assert isinstance(change, Modules)
        assert one.changed(change) == modules_of(code)


def test_a_code_has_its_quiet_zone_and_the_size_that_was_asked_for() -> None:
    assert 'viewBox="0 0 29 29"' in qr("x")
    assert "width" not in qr("x").partition("viewBox")[0]
    assert 'width="58" height="58"' in qr("x", scale=2)


def test_nothing_makes_no_code() -> None:
    assert (qr(None), qr(""), barcode(None), barcode("")) == ("", "", "", "")


def test_codes_stand_in_a_page_unescaped() -> None:
    assert a_template("{{ 'x' | qr }}{{ 'x' | barcode }}").html().count("<svg") == 2


@pytest.mark.parametrize(
    ("changes", "raised"),
    [({"text": "Invoice 17"}, {}), ({"reference": "RF18539007547034"}, {}), ({"text": "Ä", "bic": "COBADEFFXXX"}, {})],
)
def test_a_payment_code_holds_what_segno_would_put_into_it(changes: dict[str, str], raised: dict[str, str]) -> None:
    library = helpers.make_epc_qr(
        name="Halm & Feder", iban="DE89370400440532013000", amount=Decimal("12.30"), encoding=1, **changes
    )
    candidates = []
    # segno writes EUR12.3 where the guideline's examples have EUR12.30: compared by what is in ours.
    data = "\n".join(
        ["BCD", "002", "1", "SCT", changes.get("bic", ""), "Halm & Feder", "DE89370400440532013000", "EUR12.30", "",
         changes.get("reference", ""), changes.get("text", "")]
    ).rstrip("\n")  # fmt: skip
    candidates = [masked(data.encode(), mask) for mask in range(8)]

    svg = epc_qr(**PAYMENT, **changes, **raised)

    assert drawn(svg, len(candidates[0]), 4) in candidates
    assert library.version == segno.make_qr(data.encode(), error="M", boost_error=False).version


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"iban": "DE88 3704 0044 0532 0130 00"}, "check digits"),
        ({"iban": "hello"}, "not an IBAN"),
        ({"amount": 0}, "0.01 to"),
        ({"amount": None}, "0.01 to"),
        ({"amount": "1.234"}, "whole cents"),
        ({"amount": Decimal("1E+9")}, "0.01 to"),
        ({"name": ""}, "payee's name"),
        ({"name": "x" * 71}, "at most 70"),
        ({"name": "a\nb"}, "one line"),
        ({"text": "x" * 141}, "at most 140"),
        ({"text": ""}, "either text or reference"),
        ({"reference": "RF18"}, "either text or reference"),
        ({"bic": "COBA"}, "not a BIC"),
        ({"text": "€" * 140, "name": "€" * 70}, "331"),
    ],
)
def test_a_payment_that_no_bank_would_take_is_refused(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(RefusedError, match=said):
        epc_qr(**{**PAYMENT, "text": "Invoice 17", **changes})


def test_a_barcode_has_the_librarys_bars() -> None:
    svg = barcode("INV-0001")

    bars = ["0"] * 400
    for x, length in re.findall(r"M(\d+) 20h(\d+)", svg):
        bars[int(x) : int(x) + int(length)] = "1" * int(length)
    assert "".join(bars).strip("0") == Code128("INV-0001").build()[0].strip("0")
    assert ">INV-0001</text>" in svg


def test_a_check_digit_is_added_and_shown() -> None:
    assert ">4006381333931</text>" in barcode("400638133393", "ean13")
    assert "<text" not in barcode("400638133393", "ean13", label=False)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: qr("x" * 5000), "do not fit"),
        (lambda: qr("x", "X"), "level of error correction"),
        (lambda: qr("x", scale=1000), "scale"),
        (lambda: barcode("x", "code182"), "no barcode of kind"),
        (lambda: barcode("abc", "ean13"), "cannot be a barcode of kind ean13"),
        (lambda: barcode("x" * 300), "too many"),
        (lambda: barcode("日本"), "cannot be a barcode"),
    ],
)
def test_a_code_that_cannot_be_is_refused(call: Any, said: str) -> None:
    with pytest.raises(RefusedError, match=said):
        call()
