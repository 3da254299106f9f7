"""A row as JSON for engines with templates of their own: exact, and in its language."""

import datetime as dt
import json
from decimal import Decimal

import pytest

from pdfbatch_api.errors import DocumentError, TemplateError
from pdfbatch_api.resource import TemplateSpec
from pdfbatch_renderer.templates import Bundle, compile_data_template
from pdfbatch_renderer.templates.row_data import DataTemplate

BUNDLE = Bundle({"a.typ": b"", "b.typ": b""}, "a.typ", "0" * 64)


def a_template(limit: int = 1_000_000, **spec: str) -> DataTemplate:
    return compile_data_template(BUNDLE, spec=TemplateSpec.model_validate({"uri": "t/", **spec}), limit=limit)


def data_of(template: DataTemplate, row: dict[str, object], entry: str | None = None) -> dict[str, object]:
    page = template.render(row, number=7, entry=entry, context={})
    return dict(json.loads(page.data))


def test_decimals_dates_and_long_integers_are_texts_and_the_rest_is_as_it_is() -> None:
    row = {
        "money": Decimal("90071992547409.93"),
        "day": dt.date(2026, 11, 30),
        "moment": dt.datetime(2026, 11, 30, 14, 5, tzinfo=dt.UTC),
        "long": 2**63,
        "whole": 2**63 - 1,
        "share": 0.5,
        "none": None,
        "list": [{"x": True, "y": -(2**63) - 1}],
        "digits": "1234567890123456789012345",
    }
    assert data_of(a_template(), row)["row"] == {
        "money": "90071992547409.93",
        "day": "2026-11-30",
        "moment": "2026-11-30T14:05:00Z",
        "long": "9223372036854775808",
        "whole": 9223372036854775807,
        "share": 0.5,
        "none": None,
        "list": [{"x": True, "y": "-9223372036854775809"}],
        "digits": "1234567890123456789012345",
    }


def test_entry_number_and_language_come_with_the_row() -> None:
    template = a_template(locale="de_CH", localeColumn="speaks")
    told = data_of(template, {"speaks": None})
    assert (told["entry"], told["number"], told["lang"], told["region"]) == ("a.typ", 7, "de", "CH")
    told = data_of(template, {"speaks": "zh_Hant_TW"}, "b.typ")
    assert (told["entry"], told["lang"], told["region"]) == ("b.typ", "zh", "TW")


def test_what_cannot_be_is_said() -> None:
    with pytest.raises(TemplateError, match=r"spec\.template\.locale: 'german' is no locale\. Write it as de or de_DE"):
        a_template(locale="german")
    with pytest.raises(DocumentError, match="row 7, column 'speaks': 'x y' is no locale"):
        data_of(a_template(localeColumn="speaks"), {"speaks": "x y"})
    with pytest.raises(DocumentError, match=r"row 7: there is no template 'c\.typ'"):
        data_of(a_template(), {}, "c.typ")
    with pytest.raises(DocumentError, match="more than 50 bytes") as caught:
        data_of(a_template(limit=50), {"x": "y" * 60})
    assert caught.value.reason == "HtmlTooLarge"
