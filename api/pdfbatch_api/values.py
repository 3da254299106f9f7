"""A row's values on their way from the source to the template: their kinds survive.

JSON has no decimals, dates or times, and its numbers become floats in most hands. Rows are therefore frozen
as MessagePack with four extension types. Money is never a float.
"""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final, TypeAlias

import msgspec

Scalar: TypeAlias = bool | int | float | str | bytes | Decimal | dt.date | dt.datetime | dt.time | None
Value: TypeAlias = Scalar | list["Value"] | dict[str, "Value"]
RowData: TypeAlias = dict[str, Any]  # column -> Value; Any, because templates take whatever is there

_DECIMAL: Final = 1
_DATE: Final = 2
_DATETIME: Final = 3
_TIME: Final = 4
_BIGINT: Final = 5

# MessagePack's integers end at 64 bits (specification, "int format family").
_INT_MIN: Final = -(2**63)
_INT_MAX: Final = 2**64 - 1


def freeze(value: Any) -> Any:
    """`value` with every decimal, date, datetime, time and over-long integer as a MessagePack extension."""
    kind = type(value)
    if kind is str or value is None or kind is bool or kind is float or kind is bytes:
        return value
    if kind is int:
        return value if _INT_MIN <= value <= _INT_MAX else msgspec.msgpack.Ext(_BIGINT, str(value).encode())
    if kind is dict:
        return {key: freeze(item) for key, item in value.items()}
    if kind is list or kind is tuple:
        return [freeze(item) for item in value]
    if isinstance(value, Decimal):
        return msgspec.msgpack.Ext(_DECIMAL, str(value).encode())
    if isinstance(value, dt.datetime):
        return msgspec.msgpack.Ext(_DATETIME, value.isoformat().encode())
    if isinstance(value, dt.date):
        return msgspec.msgpack.Ext(_DATE, value.isoformat().encode())
    if isinstance(value, dt.time):
        return msgspec.msgpack.Ext(_TIME, value.isoformat().encode())
    raise TypeError(f"a row cannot hold a value of type {kind.__name__}")


def _thaw(code: int, data: memoryview) -> Any:
    text = bytes(data).decode()
    if code == _DECIMAL:
        return Decimal(text)
    if code == _DATE:
        return dt.date.fromisoformat(text)
    if code == _DATETIME:
        return dt.datetime.fromisoformat(text)
    if code == _TIME:
        return dt.time.fromisoformat(text)
    if code == _BIGINT:
        return int(text)
    raise ValueError(f"unknown extension type {code} in a frozen row")


_encoder = msgspec.msgpack.Encoder()
_decoder: msgspec.msgpack.Decoder[dict[str, Any]] = msgspec.msgpack.Decoder(dict[str, Any], ext_hook=_thaw)


def encode_row(row: Mapping[str, Any], *, plain: bool = False) -> bytes:
    """The frozen bytes of a row.

    Args:
        row: column name to value.
        plain: the caller knows that every value is a str, None, bool, float or 64-bit int (a CSV without
            `columns:`), so the walk over the values can be left out.

    Raises:
        TypeError: a value has a kind that rows cannot hold.
    """
    return _encoder.encode(row if plain else freeze(row))


def decode_row(data: bytes) -> RowData:
    """The row that `encode_row` froze.

    Raises:
        msgspec.DecodeError: the bytes are not a frozen row.
    """
    return _decoder.decode(data)
