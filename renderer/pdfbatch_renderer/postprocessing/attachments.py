"""The step `attachments`: files that travel inside the PDF, listed by name (ISO 32000-2, 7.11.4)."""

from __future__ import annotations

import hashlib
import mimetypes
import re
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pdfbatch_api.errors import DocumentError, Where
from pdfbatch_api.resource.postprocessing import AttachmentSpec
from pdfbatch_api.values import RowData
from pdfbatch_renderer.postprocessing.files import file_name
from pdfbatch_renderer.postprocessing.pdf_strings import pdf_date
from pdfbatch_renderer.postprocessing.properties import one_line
from pdfbatch_renderer.postprocessing.step import OpenStep, StepSettings, Subject

if TYPE_CHECKING:
    import pikepdf

_NOT_IN_A_NAME: Final = re.compile(r'[/\\:*?"<>|\x00-\x1f]')
_MOST_NAME: Final = 255
# The machine's own tables differ from machine to machine.
_TYPES: Final = mimetypes.MimeTypes(filenames=())


@dataclass(frozen=True, slots=True)
class _File:
    """A file as it is embedded: packed once a batch."""

    packed: bytes
    size: int
    checksum: bytes


def packed_file(data: bytes) -> _File:
    """The file, packed."""
    # The checksum is what the format asks for (table 45); nothing relies on it.
    return _File(zlib.compress(data), len(data), hashlib.md5(data, usedforsecurity=False).digest())


_Text = Callable[[RowData, int], str]


@dataclass(frozen=True, slots=True)
class _Attachment:
    """What the manifest says of one. `file` is None where each row brings its own, in `column`."""

    key: str
    file: _File | None
    default_name: str
    column: str
    optional: bool
    name: _Text | None
    description: _Text | None


def compile_step(settings: StepSettings) -> OpenStep | None:
    """The step, or None when the batch attaches nothing.

    Raises:
        TemplateError: a name or description does not compile.
    """
    attachments = [
        _compiled(spec, f"postprocessing.attachments[{place}]", settings)
        for place, spec in enumerate(settings.spec.attachments)
    ]
    if not attachments:
        return None
    date = pdf_date(settings.document_date)

    def step(document: pikepdf.Pdf, subject: Subject) -> None:
        taken: set[str] = set()
        for attachment in attachments:
            file, name = attachment.file, attachment.default_name
            if file is None:
                own = subject.files.get(attachment.column)
                if own is None:
                    if attachment.optional:
                        continue
                    raise _missing(attachment)
                file, name = packed_file(own.data), own.name
            if attachment.name is not None:
                name = attachment.name(subject.row, subject.number).strip()
            _refuse(name, attachment.key, taken)
            taken.add(name)
            said = attachment.description
            description = one_line(said(subject.row, subject.number)) if said is not None else None
            _embed(document, file, name, description, date)

    return step


def _compiled(spec: AttachmentSpec, key: str, settings: StepSettings) -> _Attachment:
    return _Attachment(
        key,
        packed_file(settings.files[spec.uri]) if spec.uri is not None else None,
        file_name(spec.uri) if spec.uri is not None else "",
        spec.column or "",
        spec.optional,
        settings.text(spec.name, f"{key}.name") if spec.name is not None else None,
        settings.text(spec.description, f"{key}.description") if spec.description is not None else None,
    )


def _missing(attachment: _Attachment) -> DocumentError:
    return DocumentError(
        "the column that holds an attachment's URI is empty",
        reason="AttachmentMissing",
        where=Where(column=attachment.column),
        hint="Correct the row, or say optional: true for this attachment.",
    )


def _refuse(name: str, key: str, taken: set[str]) -> None:
    if not name or len(name) > _MOST_NAME or _NOT_IN_A_NAME.search(name) or name in (".", ".."):
        raise DocumentError(
            f"{key}.name gives {name[:60]!r}, which is no name of a file",
            reason="AttachmentName",
            hint='Give 1 to 255 characters, none of them / \\ : * ? " < > | or a control character.',
        )
    if name in taken:
        raise DocumentError(
            f"{key} has the name {name!r}, and so has another attachment",
            reason="AttachmentName",
            hint="Give each a name of its own: name.",
        )


def _embed(document: pikepdf.Pdf, file: _File, name: str, description: str | None, date: str) -> None:
    import pikepdf

    stream = document.make_stream(file.packed)
    stream.Type = pikepdf.Name.EmbeddedFile
    stream.Filter = pikepdf.Name.FlateDecode
    kind = _TYPES.guess_type(name)[0]
    stream.Subtype = pikepdf.Name(f"/{kind or 'application/octet-stream'}")
    stream.Params = pikepdf.Dictionary(
        Size=file.size,
        CheckSum=pikepdf.String(file.checksum),
        CreationDate=pikepdf.String(date),
        ModDate=pikepdf.String(date),
    )
    text = pikepdf.String(name)
    specification = pikepdf.Dictionary(
        Type=pikepdf.Name.Filespec,
        F=text,
        UF=text,
        EF=pikepdf.Dictionary(F=stream, UF=stream),
        AFRelationship=pikepdf.Name.Unspecified,
    )
    if description is not None:
        specification.Desc = pikepdf.String(description)
    placed = document.make_indirect(specification)
    root = document.Root
    if "/Names" not in root:
        root.Names = document.make_indirect(pikepdf.Dictionary())
    if "/EmbeddedFiles" not in root.Names:
        root.Names.EmbeddedFiles = pikepdf.NameTree.new(document).obj
    pikepdf.NameTree(root.Names.EmbeddedFiles)[name] = placed
    if "/AF" not in root:
        root.AF = pikepdf.Array()
    root.AF.append(placed)
