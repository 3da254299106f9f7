"""The step `metadata`: the document's properties in the information dictionary, the catalog and XMP.

What the manifest does not say stays as the engine wrote it (the title of the page, for one), and XMP repeats it:
readers and archives that compare the two find no difference.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from hashlib import blake2b
from typing import TYPE_CHECKING, Final

from pdfbatch_api.resource.postprocessing import MetadataSpec
from pdfbatch_api.values import RowData
from pdfbatch_renderer.postprocessing.opening import opened, saved
from pdfbatch_renderer.postprocessing.pdf_strings import decode_text, encode_text, pdf_date
from pdfbatch_renderer.postprocessing.properties import Properties, checked_language, one_line
from pdfbatch_renderer.postprocessing.skia_file import read
from pdfbatch_renderer.postprocessing.step import NO_FILES, OpenStep, RowFile, Step, StepSettings, Subject
from pdfbatch_renderer.postprocessing.xmp import packet

if TYPE_CHECKING:
    import pikepdf

_FIELDS: Final = ("title", "author", "subject", "keywords", "creator")
_STRING: Final = rb"(?:\((?:[^()\\]|\\.)*\)|<[0-9A-Fa-f]*>)"
_INFO: Final = re.compile(rb"<<(?:/[A-Za-z]+ " + _STRING + rb"\s?)*>>\Z", re.DOTALL)
_INFO_ENTRY: Final = re.compile(rb"/([A-Za-z]+) (" + _STRING + rb")", re.DOTALL)
_INFO_KEYS: Final = frozenset((b"Title", b"Author", b"Subject", b"Keywords", b"Creator", b"Producer"))
_INFO_DATES: Final = frozenset((b"CreationDate", b"ModDate"))
# The catalog as Skia writes it: references, then the two that are set here.
_CATALOG: Final = re.compile(
    rb"<</Type /Catalog((?:\n/[A-Za-z]+ \d+ 0 R|\n/MarkInfo <</Type /MarkInfo\n/Marked true>>)*)"
    rb"(\n/ViewerPreferences <</Type /ViewerPreferences\n/DisplayDocTitle true>>)?"
    rb"(\n/Lang (" + _STRING + rb"))?>>\Z",
    re.DOTALL,
)
_DISPLAY_TITLE: Final = b"\n/ViewerPreferences <</Type /ViewerPreferences\n/DisplayDocTitle true>>"


_Merge = Callable[[dict[str, str], str | None], Properties]


def compile_step(settings: StepSettings) -> OpenStep | None:
    """The step, or None when the batch sets no metadata."""
    spec = settings.spec.metadata
    if spec is None:
        return None
    merge_of = _merges(spec, settings)
    xmp = spec.xmp

    def step(document: pikepdf.Pdf, subject: Subject) -> None:
        _describe(document, merge_of(subject.row, subject.number), xmp=xmp)

    return step


def compile_alone(settings: StepSettings) -> Step:
    """The step for a batch that has no other: a file of Skia's is patched as bytes, and never parsed."""
    spec = settings.spec.metadata
    assert spec is not None
    merge_of = _merges(spec, settings)
    xmp = spec.xmp

    def step(pdf: bytes, row: RowData, number: int, files: Mapping[str, RowFile] = NO_FILES) -> bytes:
        merged = merge_of(row, number)
        return _as_bytes(pdf, merged, xmp=xmp) or _through_pikepdf(pdf, merged, xmp=xmp)

    return step


def _merges(spec: MetadataSpec, settings: StepSettings) -> Callable[[RowData, int], _Merge]:
    """What merges a row's properties with those that the engine wrote."""
    texts: list[tuple[str, Callable[[RowData, int], str]]] = []
    for field in (*_FIELDS, "language"):
        pattern = getattr(spec, field)
        if pattern is not None:
            texts.append((field, settings.text(pattern, f"postprocessing.metadata.{field}")))
    date, producer = settings.document_date, settings.producer

    def merge_of(row: RowData, number: int) -> _Merge:
        given: dict[str, str | None] = {}
        for field, render in texts:
            text = render(row, number)
            given[field] = checked_language(text) if field == "language" else one_line(text)

        def merged(engine: dict[str, str], language: str | None) -> Properties:
            values = {field: given.get(field) or one_line(engine.get(field, "")) for field in _FIELDS}
            printed_by = one_line(engine.get("producer", ""))
            return Properties(
                **values,
                producer=f"{printed_by}; {producer}" if printed_by else producer,
                language=given.get("language") or language,
                created=date,
                title_given=given.get("title") is not None,
            )

        return merged

    return merge_of


def _as_bytes(pdf: bytes, merged: _Merge, *, xmp: bool) -> bytes | None:
    """The file with its properties; None when it is not laid out as expected."""
    file = read(pdf)
    if file is None or file.info is None:
        return None
    catalog = _CATALOG.match(file.text(file.root) or b"")
    info = file.text(file.info)
    if catalog is None or b"\n/Metadata " in catalog[1] or info is None or _INFO.match(info) is None:
        return None
    engine: dict[str, str] = {}
    for key, written in _INFO_ENTRY.findall(info):
        if key in _INFO_KEYS:
            text = decode_text(written)
            if text is None:
                return None
            engine[key.decode().lower()] = text
        elif key not in _INFO_DATES:
            return None
    language = decode_text(catalog[4]) if catalog[4] else None
    properties = merged(engine, language)
    objects = {file.info: _information(properties), file.root: b""}
    entries = [b"<</Type /Catalog", catalog[1]]
    if xmp:
        content = packet(properties)
        objects[file.size] = b"<</Type /Metadata\n/Subtype /XML\n/Length %d>> stream\n%b\nendstream" % (
            len(content),
            content,
        )
        entries.append(b"\n/Metadata %d 0 R" % file.size)
    if catalog[2] or properties.title_given:
        entries.append(_DISPLAY_TITLE)
    if properties.language is not None:
        entries.append(b"\n/Lang " + encode_text(properties.language))
    objects[file.root] = b"".join((*entries, b">>"))
    mark = blake2b(pdf, digest_size=16)
    for content in objects.values():
        mark.update(content)
    return file.with_objects(objects, info=file.info, identifier=mark.digest())


def _information(properties: Properties) -> bytes:
    date = pdf_date(properties.created).encode()
    entries = [
        b"/%b %b\n" % (field.capitalize().encode(), encode_text(value))
        for field in _FIELDS
        if (value := getattr(properties, field)) is not None
    ]
    return b"<<%b/Producer %b\n/CreationDate (%b)\n/ModDate (%b)>>" % (
        b"".join(entries),
        encode_text(properties.producer),
        date,
        date,
    )


def _through_pikepdf(pdf: bytes, merged: _Merge, *, xmp: bool) -> bytes:
    with opened(pdf) as document:
        _describe(document, merged, xmp=xmp)
        return saved(document)


def _describe(document: pikepdf.Pdf, merged: _Merge, *, xmp: bool) -> None:
    import pikepdf

    engine = {key[1:].lower(): str(value) for key, value in document.docinfo.items()}
    root = document.Root
    said = root.get("/Lang")
    properties = merged(engine, None if said is None else str(said))
    for field in (*_FIELDS, "producer"):
        value = getattr(properties, field)
        if value is not None:
            document.docinfo[f"/{field.capitalize()}"] = pikepdf.String(value)
    for key in ("/CreationDate", "/ModDate"):
        document.docinfo[key] = pikepdf.String(pdf_date(properties.created))
    if properties.language is not None:
        root.Lang = pikepdf.String(properties.language)
    if properties.title_given:
        if "/ViewerPreferences" not in root:
            root.ViewerPreferences = pikepdf.Dictionary()
        root.ViewerPreferences.DisplayDocTitle = True
    if xmp:
        stream = document.make_stream(packet(properties))
        stream.Type, stream.Subtype = pikepdf.Name.Metadata, pikepdf.Name.XML
        root.Metadata = stream
