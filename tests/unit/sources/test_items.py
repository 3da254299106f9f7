"""Rows written in the manifest."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from pdfbatch_api.errors import ManifestError, PdfbatchError, SourceError
from pdfbatch_api.protocols import RowSource
from pdfbatch_api.resource import SourceSpec
from pdfbatch_renderer.sources import open_source
from tests.unit.sources.memory_reader import MemoryReader


def _source(*items: dict[str, Any], row_limit: int = 1000) -> RowSource:
    spec = SourceSpec.model_validate({"items": {"values": list(items)}})
    return open_source(spec, MemoryReader({}), row_limit=row_limit)


def test_items_are_rows_in_their_order() -> None:
    rows = list(_source({"id": 1, "name": "Ada"}, {"id": 2, "name": "Grace"}).rows())

    assert [(row.number, row.data, row.plain) for row in rows] == [
        (1, {"id": 1, "name": "Ada"}, True),
        (2, {"id": 2, "name": "Grace"}, True),
    ]


def test_fractions_become_decimals_at_every_level_as_in_json_lines() -> None:
    (row,) = _source({"total": 19.9, "lines": [{"net": 0.1}], "day": dt.date(2026, 1, 1)}).rows()

    assert row.data == {"total": Decimal("19.9"), "lines": [{"net": Decimal("0.1")}], "day": dt.date(2026, 1, 1)}
    assert not row.plain


def test_columns_are_known_when_all_items_have_the_same() -> None:
    assert _source({"a": 1, "b": 2}, {"b": 1, "a": 2}).columns == ("a", "b")
    assert _source({"a": 1}, {"b": 1}).columns is None


@pytest.mark.parametrize("value", [float("nan"), float("inf"), {1, 2}, "\ud800"], ids=["nan", "inf", "a set", "half"])
def test_a_value_that_cannot_be_printed_is_named_by_its_item(value: Any) -> None:
    with pytest.raises(ManifestError) as raised:
        list(_source({"a": 1}, {"a": value}).rows())
    assert raised.value.where.row == 2
    assert raised.value.hint


def test_an_item_over_the_limit_is_named() -> None:
    with pytest.raises(SourceError) as raised:
        list(_source({"a": 1}, {"a": "x" * 2000}).rows())
    assert raised.value.where.row == 2


def test_urls_are_refused_by_name() -> None:
    spec = SourceSpec.model_validate({"urls": {"uri": "pages.csv"}})

    with pytest.raises(PdfbatchError, match="source urls: not in this version"):
        open_source(spec, MemoryReader({}), row_limit=1000)
