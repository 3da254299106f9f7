"""The exceptions that people read: each says what happened, where, and what to do about it.

They are few on purpose. Which class is raised decides the exit status, and so what Kubernetes does next;
the three texts decide whether a tired person can mend it.
"""

from dataclasses import dataclass

from pdfbatch_api.exit_codes import ExitCode


@dataclass(frozen=True, slots=True)
class Where:
    """The place of a mistake; whatever is not known is left out. Rows and lines count from 1."""

    uri: str | None = None
    row: int | None = None
    line: int | None = None
    column: str | None = None
    key: str | None = None
    shard: int | None = None
    name: str | None = None

    def __str__(self) -> str:
        parts = [
            self.uri,
            f"shard {self.shard}" if self.shard is not None else None,
            f"row {self.row}" if self.row is not None else None,
            f"line {self.line}" if self.line is not None else None,
            f"column {self.column!r}" if self.column is not None else None,
            self.key,
            f"document {self.name!r}" if self.name is not None else None,
        ]
        return ", ".join(part for part in parts if part)


class PdfbatchError(Exception):
    """Base of every error that is meant to be read by the person who wrote the manifest.

    Args:
        what: what happened, one sentence without a full stop.
        where: its place.
        hint: what to do about it, one sentence.
    """

    exit_code = ExitCode.TEMPFAIL

    def __init__(self, what: str, *, where: Where | None = None, hint: str | None = None) -> None:
        self.what = what
        self.where = where or Where()
        self.hint = hint
        super().__init__(str(self))

    def __str__(self) -> str:
        place = str(self.where)
        text = f"{place}: {self.what}" if place else self.what
        return f"{text}. {self.hint}" if self.hint else text

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild, (type(self), self.what, self.where, self.hint))


def _rebuild(kind: type[PdfbatchError], what: str, where: Where, hint: str | None) -> PdfbatchError:
    return kind(what, where=where, hint=hint)


class ManifestError(PdfbatchError):
    """The manifest is wrong: a key, a value, or a combination of them."""

    exit_code = ExitCode.USAGE


class NotInThisVersionError(ManifestError):
    """The manifest asks for something that the design has and this version does not."""


class TemplateError(PdfbatchError):
    """A template does not compile, or cannot be rendered with a row."""

    exit_code = ExitCode.USAGE


class SourceError(PdfbatchError):
    """The table, a file or an item cannot be read as what it claims to be."""

    exit_code = ExitCode.USAGE


class OutputNameError(PdfbatchError):
    """An output name is impossible, or two rows ask for the same one."""

    exit_code = ExitCode.USAGE


class StoreError(PdfbatchError):
    """A store refused, or could not be reached, after all retries."""

    exit_code = ExitCode.UNAVAILABLE


class StoreFullError(StoreError):
    """The store has no room left."""

    exit_code = ExitCode.CANTCREAT


class StoreRefusedError(StoreError):
    """A store says that this will never work: no such bucket, no permission, not a folder."""

    exit_code = ExitCode.USAGE


class ObjectMissingError(StoreError):
    """An object that should be there is not."""

    exit_code = ExitCode.USAGE


class ObjectTooLargeError(StoreError):
    """An object is larger than the limit that was given for reading it."""

    exit_code = ExitCode.USAGE


class PreconditionError(StoreError):
    """A conditional write found something else under the name."""


class EngineError(PdfbatchError):
    """The engine could not print a document: it died, hung, or refused. Worth another try on a fresh engine."""

    exit_code = ExitCode.UNAVAILABLE


class EngineMissingError(EngineError):
    """The engine is not installed, or not the one the plan was made with."""

    exit_code = ExitCode.CONFIG


class DocumentError(PdfbatchError):
    """This document cannot be rendered, however often it is tried: its own content is at fault.

    Args:
        reason: a CamelCase word for counting failures by (`TemplateFailed`, `AssetRefused` …).

    Attributes:
        tries: how often it was tried before it was given up.
    """

    exit_code = ExitCode.DATA

    def __init__(self, what: str, *, reason: str, where: Where | None = None, hint: str | None = None) -> None:
        super().__init__(what, where=where, hint=hint)
        self.reason = reason
        self.tries = 1

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild_document, (self.what, self.reason, self.where, self.hint, self.tries))


def _rebuild_document(what: str, reason: str, where: Where, hint: str | None, tries: int) -> DocumentError:
    error = DocumentError(what, reason=reason, where=where, hint=hint)
    error.tries = tries
    return error


class PlanChangedError(PdfbatchError):
    """A plan exists for this batch, made from something else than what is there now."""

    exit_code = ExitCode.USAGE


class WorkFolderError(PdfbatchError):
    """Something in the work folder (the plan, an input file, a segment of records) is missing or damaged."""

    exit_code = ExitCode.DATA


class SealedError(PdfbatchError):
    """The batch was finished (or stopped) while this attempt was still writing."""

    exit_code = ExitCode.CONFIG
