"""A row's values keep their kind on their way to the template."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pdfbatch_api.values import decode_row, encode_row

scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text()
    | st.binary()
    | st.decimals(allow_nan=False, allow_infinity=False)
    | st.dates()
    | st.datetimes(timezones=st.none() | st.just(dt.UTC))
    | st.times()
)
values = st.recursive(scalars, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=10)


def kinds(value: Any) -> Any:
    """The value with the type of every part beside it: 1 and True, 1.0 and Decimal("1") are equal, and not the same."""
    if isinstance(value, dict):
        return {key: kinds(item) for key, item in value.items()}
    if isinstance(value, list):
        return [kinds(item) for item in value]
    return type(value), str(value)


@given(st.dictionaries(st.text(), values))
def test_every_value_comes_back_with_its_kind(row: dict[str, Any]) -> None:
    assert kinds(decode_row(encode_row(row))) == kinds(row)


def test_an_amount_keeps_its_digits() -> None:
    assert str(decode_row(encode_row({"total": Decimal("12.50")}))["total"]) == "12.50"


def test_an_account_number_longer_than_64_bits_keeps_its_digits() -> None:
    assert decode_row(encode_row({"iban": 10**30 + 1}))["iban"] == 10**30 + 1


def test_what_a_row_cannot_hold_is_refused() -> None:
    with pytest.raises(TypeError, match="complex"):
        encode_row({"x": 1j})
