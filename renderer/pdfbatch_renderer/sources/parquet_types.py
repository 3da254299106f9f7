"""Which of Arrow's types rows can hold, and what they become."""

import pyarrow as pa
import pyarrow.types as kinds

from pdfbatch_api.errors import SourceError, Where


def check_type(type_: pa.DataType, *, column: str, uri: str) -> None:
    """Refuses a column of a type that rows do not have.

    Raises:
        SourceError: durations, intervals, unions, maps whose keys are not text, extensions except UUID.
    """
    if isinstance(type_, pa.UuidType) or _holds(type_):
        return
    raise SourceError(
        f"the column's type {type_} cannot be in a row",
        where=Where(uri=uri, column=column),
        hint="Leave the column out when you write the file, or make text or a number of it.",
    )


def _holds(type_: pa.DataType) -> bool:
    if kinds.is_dictionary(type_):
        return _holds(type_.value_type)
    if kinds.is_map(type_):
        return (kinds.is_string(type_.key_type) or kinds.is_large_string(type_.key_type)) and _holds(type_.item_type)
    if kinds.is_struct(type_):
        return all(_holds(field.type) for field in type_)
    if kinds.is_list(type_) or kinds.is_large_list(type_) or kinds.is_fixed_size_list(type_):
        return _holds(type_.value_type)
    return bool(
        kinds.is_null(type_)
        or kinds.is_boolean(type_)
        or kinds.is_integer(type_)
        or kinds.is_floating(type_)
        or kinds.is_decimal(type_)
        or kinds.is_date(type_)
        or kinds.is_time(type_)
        or kinds.is_timestamp(type_)
        or kinds.is_string(type_)
        or kinds.is_large_string(type_)
        or kinds.is_string_view(type_)
        or kinds.is_binary(type_)
        or kinds.is_large_binary(type_)
        or kinds.is_binary_view(type_)
        or kinds.is_fixed_size_binary(type_)
    )


def as_python(type_: pa.DataType) -> pa.DataType:
    """The type with nanoseconds as microseconds, at every level: Python's datetime has no more."""
    if kinds.is_timestamp(type_) and type_.unit == "ns":
        return pa.timestamp("us", type_.tz)
    if kinds.is_time64(type_) and type_.unit == "ns":
        return pa.time64("us")
    if kinds.is_struct(type_):
        return pa.struct([field.with_type(as_python(field.type)) for field in type_])
    if kinds.is_list(type_):
        return pa.list_(type_.value_field.with_type(as_python(type_.value_type)))
    if kinds.is_large_list(type_):
        return pa.large_list(type_.value_field.with_type(as_python(type_.value_type)))
    if kinds.is_map(type_):
        return pa.map_(type_.key_field, type_.item_field.with_type(as_python(type_.item_type)))
    return type_


def as_plain(type_: pa.DataType) -> bool:
    """Whether every value is a str, None, bool, float or integer of 64 bits (see values.encode_row)."""
    if kinds.is_dictionary(type_):
        return as_plain(type_.value_type)
    return bool(
        kinds.is_string(type_)
        or kinds.is_large_string(type_)
        or kinds.is_string_view(type_)
        or kinds.is_null(type_)
        or kinds.is_boolean(type_)
        or kinds.is_integer(type_)
        or kinds.is_floating(type_)
        or isinstance(type_, pa.UuidType)
    )
