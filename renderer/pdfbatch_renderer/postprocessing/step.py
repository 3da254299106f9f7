"""What a post-processing step is, and what it is given when a batch's steps are compiled."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from pdfbatch_api.resource.postprocessing import PostprocessingSpec
from pdfbatch_api.values import RowData

Step: TypeAlias = Callable[[bytes, RowData, int], bytes]
"""A PDF, its row and the row's number, as the PDF after the step. The same input gives the same bytes."""

TextCompiler: TypeAlias = Callable[[str, str], Callable[[RowData, int], str]]
"""A Jinja text and what it is for (for its errors), as a function of a row and its number."""


@dataclass(frozen=True, slots=True)
class StepSettings:
    """What a batch says about its steps.

    Attributes:
        document_date: stands in for the clock.
        producer: the program that names itself in the file.
    """

    spec: PostprocessingSpec
    text: TextCompiler
    document_date: dt.datetime
    producer: str


StepCompiler: TypeAlias = Callable[[StepSettings], Step | None]
"""Makes the step of a batch, or None when the batch does not ask for it."""
