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


def saved(document: pikepdf.Pdf) -> bytes:
    """The file's bytes: the same for the same content, nothing recompressed."""
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
        object_stream_mode=pikepdf.ObjectStreamMode.preserve,
        linearize=False,
    )
    return out.getvalue()
