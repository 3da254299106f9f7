"""A page of somebody's PDF as a drawing: parsed once a batch, and copied into each document."""

from __future__ import annotations

import zlib
from io import BytesIO
from typing import TYPE_CHECKING, Final

from pdfbatch_api.errors import ManifestError, Where
from pdfbatch_renderer.postprocessing.drawing import Drawing
from pdfbatch_renderer.postprocessing.visible_page import Matrix, bounds, box_of

if TYPE_CHECKING:
    import pikepdf

# Of what a page draws, unpacked. It is in every document.
MOST_CONTENT: Final = 32 * 2**20


def drawn_page(data: bytes, *, key: str, uri: str) -> Drawing:
    """The first page of a PDF.

    Args:
        key, uri: for errors.

    Raises:
        ManifestError: it is encrypted, damaged, no PDF, without a page, or draws too much.
    """
    import pikepdf

    where = Where(uri=uri, key=key)
    try:
        file = pikepdf.open(BytesIO(data))
        if file.is_encrypted:
            raise _encrypted(where)
        if not len(file.pages):
            raise ManifestError("this PDF has no pages", where=where, hint="Give one with a page: the first is used.")
        page = file.pages[0]
        _bounded(page, where)
        form = page.as_form_xobject()
        content = form.read_bytes()
        # What it was made of is parsed to its end: only then does a damaged file say so.
        pikepdf.parse_content_stream(page)
        warnings = file.get_warnings()
    except pikepdf.PasswordError as error:
        raise _encrypted(where) from error
    except (pikepdf.PdfError, ValueError, zlib.error) as error:
        raise _damaged(where, str(error)) from error
    if warnings:
        raise _damaged(where, str(warnings[0]))
    form.write(zlib.compress(content), filter=pikepdf.Name.FlateDecode)
    if "/Group" not in form:
        # As one picture: where it is half transparent, its own parts do not shine through each other.
        form["/Group"] = pikepdf.Dictionary(Type=pikepdf.Name.Group, S=pikepdf.Name.Transparency)
    return Drawing(file, form, bounds(box_of(form["/BBox"]), _matrix(form)))


def _matrix(form: pikepdf.Object) -> Matrix:
    if "/Matrix" not in form:
        return (1, 0, 0, 1, 0, 0)
    a, b, c, d, e, f = (float(value) for value in form["/Matrix"])
    return (a, b, c, d, e, f)


def _bounded(page: pikepdf.Page, where: Where) -> None:
    import pikepdf

    contents = page.obj.get("/Contents")
    streams = [] if contents is None else list(contents) if isinstance(contents, pikepdf.Array) else [contents]
    left = MOST_CONTENT
    for stream in streams:
        raw = stream.read_raw_bytes()
        filters = stream.get("/Filter")
        if filters is not None and filters == pikepdf.Name.FlateDecode:
            left -= len(zlib.decompressobj().decompress(raw, left + 1))
        elif filters is None:
            left -= len(raw)
        else:
            left -= len(raw) * 4  # LZW, ASCII85 and chains: what they unpack to is not known before
        if left < 0:
            raise ManifestError(
                f"its page draws more than {MOST_CONTENT // 2**20} MiB", where=where, hint="Make it simpler."
            )


def _encrypted(where: Where) -> ManifestError:
    return ManifestError(
        "this PDF is encrypted", where=where, hint="Save it without a password: qpdf --decrypt IN.pdf OUT.pdf."
    )


def _damaged(where: Where, why: str) -> ManifestError:
    return ManifestError(
        f"this cannot be read as a whole PDF ({why[:300]})",
        where=where,
        hint="Save it anew from the program that made it; qpdf --check says what is wrong.",
    )
