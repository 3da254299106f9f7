"""What is done to a PDF after the engine: one small file a step.

The order is fixed, whatever the order in the manifest: what changes pages comes before what describes the file,
encryption before the signature, which must be last.

pikepdf is imported where it is used: what Chromium prints is patched as bytes, and every worker of every batch would
start a tenth of a second later for a library that it never calls.
"""

import datetime as dt
from typing import Final

from pdfbatch_api.errors import NotInThisVersionError, Where
from pdfbatch_api.resource.postprocessing import PostprocessingSpec
from pdfbatch_api.values import RowData
from pdfbatch_renderer.postprocessing import metadata
from pdfbatch_renderer.postprocessing.step import Step, StepCompiler, StepSettings, TextCompiler

__all__ = ["compile_steps"]

# Name in spec.postprocessing, and the step; None where this version has none yet.
_STEPS: Final[tuple[tuple[str, StepCompiler | None], ...]] = (
    ("letterhead", None),
    ("watermark", None),
    ("attachments", None),
    ("metadata", metadata.compile_step),
    ("linearize", None),
    ("encryption", None),
    ("signature", None),
)


def compile_steps(spec: PostprocessingSpec, *, text: TextCompiler, document_date: dt.datetime, producer: str) -> Step:
    """All steps that a batch asks for, as one function of a PDF, its row and the row's number.

    Args:
        text: compiles a Jinja text of the manifest; told what it is for.
        document_date: stands in for the clock; without a zone it is UTC.
        producer: the program that names itself in the files.

    Returns:
        a function that raises DocumentError when a step cannot be done. Without steps it gives the very bytes it is
        given.

    Raises:
        NotInThisVersionError: the batch asks for a step that is not built yet.
        TemplateError: a text does not compile.
    """
    settings = StepSettings(spec=spec, text=text, document_date=document_date, producer=producer)
    steps: list[Step] = []
    for name, compiler in _STEPS:
        if compiler is None:
            if getattr(spec, name):
                raise NotInThisVersionError(
                    f"postprocessing.{name}: not in this version",
                    where=Where(key=f"spec.postprocessing.{name}"),
                    hint="Leave it out.",
                )
            continue
        step = compiler(settings)
        if step is not None:
            steps.append(step)
    if not steps:
        return _untouched
    if len(steps) == 1:
        return steps[0]
    return lambda pdf, row, number: _one_after_the_other(steps, pdf, row, number)


def _untouched(pdf: bytes, row: RowData, number: int) -> bytes:
    return pdf


def _one_after_the_other(steps: list[Step], pdf: bytes, row: RowData, number: int) -> bytes:
    for step in steps:
        pdf = step(pdf, row, number)
    return pdf
