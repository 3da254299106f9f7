"""What is done to a PDF after the engine: one small file a step.

The order is fixed, whatever the order in the manifest: what changes pages comes before what describes the file, then
how it is laid out; encryption comes last, but for the signature.

pikepdf and the steps that call it are imported where they are used: what Chromium prints is patched as bytes, and
every worker of every batch would start a tenth of a second later for what it never calls.
"""

import datetime as dt
from collections.abc import Mapping

from pdfbatch_api.errors import NotInThisVersionError, Where
from pdfbatch_api.resource.postprocessing import PostprocessingSpec
from pdfbatch_api.values import RowData
from pdfbatch_renderer.postprocessing import metadata
from pdfbatch_renderer.postprocessing.opening import opened, saved
from pdfbatch_renderer.postprocessing.step import (
    NO_FILES,
    OpenStep,
    RowFile,
    Step,
    StepCompiler,
    StepSettings,
    Subject,
    TextCompiler,
)

__all__ = ["RowFile", "Step", "compile_steps"]


def _steps() -> tuple[StepCompiler, ...]:
    """In the order in which they are done, all to one PDF that is opened and written once. Linearizing and encryption
    are how it is written.
    """
    from pdfbatch_renderer.postprocessing import attachments, letterhead, watermark

    return letterhead.compile_step, watermark.compile_step, attachments.compile_step, metadata.compile_step


def compile_steps(
    spec: PostprocessingSpec,
    *,
    text: TextCompiler,
    document_date: dt.datetime,
    producer: str,
    files: Mapping[str, bytes] | None = None,
    secret: bytes | None = None,
    environment: Mapping[str, str] | None = None,
) -> Step:
    """All steps that a batch asks for, as one function of a PDF, its row and the row's number.

    Args:
        text: compiles a Jinja text of the manifest; told what it is for.
        document_date: stands in for the clock; without a zone it is UTC.
        producer: the program that names itself in the files.
        files: what the steps' files hold, by the URI that the manifest gives (`files.freeze`).
        secret: the batch's (`encryption.new_secret`); only the plan and validate go without.
        environment: where Secrets' values are.

    Returns:
        a function that raises DocumentError when a step cannot be done. Without steps it gives the very bytes it is
        given.

    Raises:
        NotInThisVersionError: the batch asks for a step that is not built yet.
        ManifestError: a file cannot be used, or a password is missing.
        TemplateError: a text does not compile.
    """
    if spec.signature is not None:
        raise NotInThisVersionError(
            "postprocessing.signature: not in this version",
            where=Where(key="spec.postprocessing.signature"),
            hint="Leave it out.",
        )
    settings = StepSettings(
        spec=spec,
        text=text,
        document_date=document_date,
        producer=producer,
        files=files or {},
        secret=secret,
        environment=environment or {},
    )
    if spec == PostprocessingSpec():
        return _untouched
    if spec == PostprocessingSpec(metadata=spec.metadata):
        return metadata.compile_alone(settings)
    steps = [step for compiler in _steps() if (step := compiler(settings)) is not None]
    return _in_one_opening(steps, settings)


def _untouched(pdf: bytes, row: RowData, number: int, files: Mapping[str, RowFile] = NO_FILES) -> bytes:
    return pdf


def _in_one_opening(steps: list[OpenStep], settings: StepSettings) -> Step:
    from pdfbatch_renderer.postprocessing.encryption import compile_seal

    seal = compile_seal(settings)
    linearize = settings.spec.linearize

    def step(pdf: bytes, row: RowData, number: int, files: Mapping[str, RowFile] = NO_FILES) -> bytes:
        subject = Subject(row, number, files)
        with opened(pdf) as document:
            for one in steps:
                one(document, subject)
            if seal is not None:
                return seal(document, subject, pdf)
            return saved(document, linearize=linearize)

    return step
