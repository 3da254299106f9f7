"""Rows written in the manifest itself."""

import math
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import msgspec

from pdfbatch_api.errors import ManifestError, SourceError, Where
from pdfbatch_api.protocols import SourceRow
from pdfbatch_api.resource import ItemsSource
from pdfbatch_api.values import encode_row
from pdfbatch_renderer.sources.value_kinds import is_plain


class ItemsOfManifest:
    """The items, in their order.

    Args:
        spec: the manifest's source.items.
        row_limit: bytes that one item may have.
    """

    warnings: tuple[str, ...] = ()

    def __init__(self, spec: ItemsSource, row_limit: int) -> None:
        self._values = spec.values
        self._limit = row_limit

    @property
    def columns(self) -> tuple[str, ...] | None:
        """The items' keys, if all have the same."""
        first = self._values[0]
        return tuple(first) if all(item.keys() == first.keys() for item in self._values) else None

    def rows(self) -> Iterator[SourceRow]:
        """All items.

        Raises:
            ManifestError: a value is of a kind that rows do not have.
            SourceError: an item is over the limit.
        """
        for number, item in enumerate(self._values, 1):
            data = {key: _exact(value, number, key) for key, value in item.items()}
            try:
                size = len(encode_row(data))
            except (TypeError, msgspec.MsgspecError, UnicodeError, RecursionError) as error:
                raise ManifestError(
                    f"item {number} holds a value that rows cannot have: {error}",
                    where=Where(row=number, key="source.items.values"),
                    hint="Use text, numbers, true, false, null, lists and objects.",
                ) from error
            if size > self._limit:
                raise SourceError(
                    f"the item has {size:,} bytes; the limit is {self._limit:,}",
                    where=Where(row=number, key="source.items.values"),
                    hint="If it is meant to be that long, raise limits.row.",
                )
            yield SourceRow(number, data, all(map(is_plain, data.values())))


def _exact(value: Any, row: int, column: str) -> Any:
    """The value with its fractions as decimals: YAML and JSON have made floats of them, and money is never one.
    The shortest text that gives the float is what was written (Python's repr, since 3.1).
    """
    if isinstance(value, float):
        if not math.isfinite(value):
            raise ManifestError(
                f"{value} is not a number to print",
                where=Where(row=row, column=column, key="source.items.values"),
                hint="Give a number, or null.",
            )
        return Decimal(repr(value))
    if isinstance(value, dict):
        return {key: _exact(item, row, column) for key, item in value.items()}
    if isinstance(value, list):
        return [_exact(item, row, column) for item in value]
    return value
