"""Files that rows bring to be attached: fetched before the row is rendered, while its neighbours print."""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

from pdfbatch_api.errors import (
    DocumentError,
    ManifestError,
    ObjectMissingError,
    ObjectTooLargeError,
    StoreRefusedError,
    Where,
)
from pdfbatch_api.resource.postprocessing import AttachmentSpec, PostprocessingSpec
from pdfbatch_api.resource.quantities import size_bytes
from pdfbatch_api.values import RowData
from pdfbatch_renderer.postprocessing.files import file_name
from pdfbatch_renderer.postprocessing.step import RowFile

Fetch: TypeAlias = Callable[[str, int], bytes]
"""An object's bytes by URI and the most bytes it may have."""


def row_columns(spec: PostprocessingSpec) -> list[tuple[str, str]]:
    """The columns that the steps read by name, each with the manifest's key."""
    prefix = "spec.postprocessing"
    found = [
        (f"{prefix}.attachments[{place}].column", attachment.column)
        for place, attachment in enumerate(spec.attachments)
        if attachment.column is not None
    ]
    encryption = spec.encryption
    if encryption is not None:
        for who in ("user", "owner"):
            column = getattr(encryption, f"{who}_password_column")
            if column is not None:
                found.append((f"{prefix}.encryption.{who}PasswordColumn", column))
    return found


def row_files(spec: PostprocessingSpec, fetch: Fetch) -> Callable[[RowData], Mapping[str, RowFile]] | None:
    """What fetches a row's own files, by column; None where no step takes any.

    It raises DocumentError (AttachmentMissing, AttachmentTooLarge, AttachmentUnavailable), and StoreError where the
    store could not be asked.
    """
    own = [attachment for attachment in spec.attachments if attachment.column is not None]
    return (lambda row: _fetched(own, row, fetch)) if own else None


def _fetched(attachments: Sequence[AttachmentSpec], row: RowData, fetch: Fetch) -> Mapping[str, RowFile]:
    files: dict[str, RowFile] = {}
    for attachment in attachments:
        column = attachment.column
        assert column is not None
        uri = row.get(column)
        # An empty one is the step's own affair: it knows whether it may be left out.
        if uri is not None and uri != "":
            files[column] = _file(column, uri, size_bytes(attachment.max_bytes), fetch)
    return files


def _file(column: str, uri: object, limit: int, fetch: Fetch) -> RowFile:
    if not isinstance(uri, str):
        raise _error(column, f"an attachment's URI is a text, and not {uri!r}", "AttachmentMissing", "Correct the row.")
    try:
        return RowFile(file_name(uri), fetch(uri, limit))
    except ObjectMissingError as error:
        raise _error(column, f"the attachment is not there: {uri}", "AttachmentMissing", "Correct the row.") from error
    except ObjectTooLargeError as error:
        what = f"the attachment is larger than {limit:,} bytes: {uri}"
        raise _error(column, what, "AttachmentTooLarge", "Raise maxBytes of the attachment.") from error
    except (ManifestError, StoreRefusedError) as error:
        # The URI is the row's and not the manifest's: it must not end the whole batch.
        what, hint = f"{error.what}: {uri!r}", error.hint or "Correct the row."
        raise _error(column, what, "AttachmentUnavailable", hint) from error


def _error(column: str, what: str, reason: str, hint: str) -> DocumentError:
    return DocumentError(what, reason=reason, where=Where(column=column), hint=hint)
