"""Opening and saving through pikepdf, for files that are not Skia's: the same settings everywhere."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import TYPE_CHECKING

from pdfbatch_api.errors import DocumentError

if TYPE_CHECKING:
    import pikepdf


@contextmanager
def opened(pdf: bytes) -> Iterator[pikepdf.Pdf]:
    """The file, open.

    Raises:
        DocumentError: it is no PDF, damaged beyond repair, or needs a password.
    """
    import pikepdf

    try:
        with pikepdf.open(BytesIO(pdf)) as document:
            yield document
    except (pikepdf.PdfError, pikepdf.PasswordError) as error:
        raise DocumentError(
            f"what the engine printed cannot be read as a PDF ({error})",
            reason="PdfBroken",
            hint="Print this row alone with pdfbatch preview; if it happens again, the engine is at fault.",
        ) from error


def saved(document: pikepdf.Pdf, *, linearize: bool = False, encrypted: bool = False) -> bytes:
    """The file's bytes: the same for the same content, nothing recompressed.

    Args:
        linearize: laid out so that a reader shows the first page before it has the rest (ISO 32000-2, annex F).
        encrypted: its strings and streams are, so no object may move into a stream.

    Linearized files have no object streams either: the hints that qpdf 12 writes for an outline within one are wrong
    in the eyes of its own check.
    """
    # qpdf keeps the first half of an /ID that is there, which other engines make at random.
    import pikepdf

    if "/ID" in document.trailer:
        del document.trailer["/ID"]
    out = BytesIO()
    document.save(
        out,
        deterministic_id=True,
        compress_streams=False,
        recompress_flate=False,
        stream_decode_level=pikepdf.StreamDecodeLevel.none,
        object_stream_mode=pikepdf.ObjectStreamMode.disable
        if encrypted or linearize
        else pikepdf.ObjectStreamMode.preserve,
        # What brought AES-256 (ISO 32000-2, 7.6.4) before it was PDF 2.0.
        min_version=("1.7", 8) if encrypted else "",
        linearize=linearize,
        fix_metadata_version=False,  # it would parse the XMP, which says no version, and may be encrypted by now
    )
    return out.getvalue()
