"""What a post-processing step is, and what it is given when a batch's steps are compiled."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Protocol, TypeAlias

from pdfbatch_api.resource.postprocessing import PostprocessingSpec
from pdfbatch_api.values import RowData

if TYPE_CHECKING:
    import pikepdf


@dataclass(frozen=True, slots=True)
class RowFile:
    """A file that a row brings.

    Attributes:
        name: the last part of its URI.
    """

    name: str
    data: bytes = field(repr=False)


NO_FILES: Final[Mapping[str, RowFile]] = {}


class Step(Protocol):
    """All that a batch does to a PDF. The same input gives the same bytes."""

    def __call__(self, pdf: bytes, row: RowData, number: int, files: Mapping[str, RowFile] = NO_FILES) -> bytes:
        """The finished PDF.

        Args:
            number: the row's.
            files: what the row's own columns brought, by column.

        Raises:
            DocumentError: a step cannot be done to this document.
        """
        ...


@dataclass(frozen=True, slots=True)
class Subject:
    """The document that a step works on.

    Attributes:
        number: the row's.
        files: what the row's own columns brought, by column.
    """

    row: RowData
    number: int
    files: Mapping[str, RowFile] = field(default_factory=dict, repr=False)


OpenStep: TypeAlias = Callable[["pikepdf.Pdf", Subject], None]
"""A step on a PDF that is open: it is parsed and written once, however many steps a batch has."""

TextCompiler: TypeAlias = Callable[[str, str], Callable[[RowData, int], str]]
"""A Jinja text and what it is for (for its errors), as a function of a row and its number."""


@dataclass(frozen=True, slots=True)
class StepSettings:
    """What a batch says about its steps.

    Attributes:
        document_date: stands in for the clock.
        producer: the program that names itself in the file.
        files: what the steps' files hold, by the URI that the manifest gives.
        secret: the batch's own, 32 random bytes; None where nothing is encrypted.
        environment: where Secrets' values are.
    """

    spec: PostprocessingSpec
    text: TextCompiler
    document_date: dt.datetime
    producer: str
    files: Mapping[str, bytes] = field(default_factory=dict)
    secret: bytes | None = field(default=None, repr=False)
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)


StepCompiler: TypeAlias = Callable[[StepSettings], OpenStep | None]
"""Makes the step of a batch, or None when the batch does not ask for it."""
