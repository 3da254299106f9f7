"""Whole files as pages: HTML as it is, Markdown and text in a plain style, a picture on a sheet of its own."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable
from functools import lru_cache
from html import escape
from typing import TYPE_CHECKING, Final

from pdfbatch_api.errors import DocumentError, Where
from pdfbatch_api.protocols import PageHtml
from pdfbatch_api.resource import PageSpec
from pdfbatch_api.values import RowData
from pdfbatch_renderer.templates.assets import data_uri
from pdfbatch_renderer.templates.pictures import PictureDamagedError, PictureTooLargeError
from pdfbatch_renderer.templates.row_text import compile_text
from pdfbatch_renderer.templates.text_page import text_page
from pdfbatch_renderer.templates.tiff import printable

if TYPE_CHECKING:
    from markdown_it import MarkdownIt


_BOMS: Final = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))

# HTML, 13.2.3.2: an encoding is declared within the first 1,024 bytes.
_META: Final = re.compile(rb"<meta[^>]+charset\s*=\s*[\"']?\s*([A-Za-z0-9_.:-]+)", re.IGNORECASE)

_DECLARE: Final = 'Save it as UTF-8, or say what it is: <meta charset="windows-1252">.'
_TELL: Final = "Save it as UTF-8, or say what it is with source.files.encoding: windows-1252."

_MARKDOWN_CSS: Final = (
    "body{font:11pt/1.5 system-ui,sans-serif;color:#1a1a1a}"
    "h1,h2,h3,h4{line-height:1.25;break-after:avoid;margin:1.4em 0 .5em}h1{font-size:1.9em;margin-top:0}"
    "p,li{orphans:3;widows:3}pre,blockquote,table,img{break-inside:avoid}"
    "code,pre{font-family:ui-monospace,monospace;font-size:.9em;background:#f4f4f4}"
    "pre{padding:.8em;white-space:pre-wrap}code{padding:.1em .25em}pre code{padding:0}"
    "blockquote{margin:1em 0;padding-left:1em;border-left:3px solid #bbb;color:#555}"
    "table{border-collapse:collapse}th,td{border:1px solid #ccc;padding:.3em .6em;text-align:left}"
    "img{max-width:100%}hr{border:0;border-top:1px solid #ccc}"
)


def page_of_document(document: bytes, media_type: str, *, page: PageSpec, path: str) -> PageHtml:
    """A whole file as a page.

    Args:
        document: its bytes.
        media_type: text/html, text/markdown, text/plain (its charset counts) or image/….
        page: header and footer see one name, `path`; a picture is fitted into the room that the margins leave.
        path: the file's, for errors.

    Raises:
        DocumentError: DocumentUnreadable, ImageDamaged, ImageTooLarge, TemplateFailed (header or footer).
    """
    kind = media_type.partition(";")[0].strip().lower()
    if kind in ("text/html", "application/xhtml+xml"):
        html = html_text(document, path)
    elif kind in ("text/markdown", "text/x-markdown"):
        html = _markdown_page(_utf8(document, path), path)
    elif kind == "text/plain":
        html = text_page(_plain_text(document, media_type, path), path)
    elif kind.startswith("image/"):
        html = _picture_page(document, page, path)
    else:
        raise DocumentError(
            f"a file of type {media_type} cannot be printed",
            reason="DocumentUnreadable",
            where=Where(uri=path),
            hint="HTML, Markdown, text, PNG, JPEG, WebP, GIF, TIFF and SVG can; leave others out with "
            "source.files.exclude.",
        )
    return PageHtml(
        html, _margin(page.header, "spec.page.header", path), _margin(page.footer, "spec.page.footer", path)
    )


@lru_cache(8)
def _compiled_margin(pattern: str, what: str) -> Callable[[RowData, int], str]:
    return compile_text(pattern, spec=None, what=what, escaped=True)


def _margin(pattern: str | None, what: str, path: str) -> str:
    return _compiled_margin(pattern, what)({"path": path}, 0) if pattern else ""


def html_text(document: bytes, path: str) -> str:
    """An HTML file's text, by its byte order mark, else by what its <meta> says, else as UTF-8.

    Raises:
        DocumentError: DocumentUnreadable.
    """
    for mark, encoding in _BOMS:
        if document.startswith(mark):
            return _decoded(document[len(mark) :], encoding, path)
    declared = _META.search(document[:1024])
    name = declared[1].decode().lower() if declared else "utf-8"
    if name.startswith("utf-16"):
        name = "utf-8"  # HTML, 13.2.3.2: a meta that could be read is not in UTF-16
    if name in ("iso-8859-1", "latin1", "latin-1", "us-ascii", "ascii"):
        name = "windows-1252"  # Encoding Standard, 4.2: these labels mean windows-1252
    return _decoded(document, name, path)


def _utf8(document: bytes, path: str) -> str:
    return _decoded(document.removeprefix(codecs.BOM_UTF8), "utf-8", path)


def _plain_text(document: bytes, media_type: str, path: str) -> str:
    """A text file's text, by its byte order mark, else by the charset of its media type."""
    for mark, encoding in _BOMS:
        if document.startswith(mark):
            return _decoded(document[len(mark) :], encoding, path, _TELL)
    told = media_type.partition("charset=")[2].strip() or "utf-8"
    return _decoded(document, told, path, _TELL)


def _decoded(document: bytes, encoding: str, path: str, hint: str = _DECLARE) -> str:
    try:
        return document.decode(encoding)
    except UnicodeDecodeError as error:
        raise DocumentError(
            f"the file is not {encoding}",
            reason="DocumentUnreadable",
            where=Where(uri=path, line=document.count(b"\n", 0, error.start) + 1),
            hint=hint,
        ) from error
    except LookupError as error:
        raise DocumentError(
            f"the file says it is {encoding!r}, which is no encoding",
            reason="DocumentUnreadable",
            where=Where(uri=path),
            hint="Save it as UTF-8.",
        ) from error


@lru_cache(1)
def _markdown() -> MarkdownIt:
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark", {"html": False}).enable("table")


def _markdown_page(text: str, path: str) -> str:
    title = re.search(r"^#\s+(.+?)\s*#*$", text, re.MULTILINE)
    name = title[1] if title else path.rpartition("/")[2]
    return (
        f'<!doctype html><html><head><meta charset="utf-8"><title>{escape(name)}</title>'
        f"<style>{_MARKDOWN_CSS}</style></head><body>{_markdown().render(text)}</body></html>"
    )


def _picture_page(document: bytes, page: PageSpec, path: str) -> str:
    try:
        sheets = [data_uri(sheet, media_type) for sheet, media_type in printable(document)]
    except PictureDamagedError as error:
        raise DocumentError(str(error), reason="ImageDamaged", where=Where(uri=path)) from error
    except PictureTooLargeError as error:
        raise DocumentError(str(error), reason="ImageTooLarge", where=Where(uri=path)) from error
    width, height = page.size_points
    top, right, bottom, left = page.margin_points
    # A point less than there is room, so that rounding never makes a second, empty page.
    across, down = ((width - left - right) / page.scale - 1, (height - top - bottom) / page.scale - 1)
    boxes = "".join(f'<div><img src="{sheet}" alt=""></div>' for sheet in sheets)
    return (
        f'<!doctype html><html><head><meta charset="utf-8"><title>{escape(path.rpartition("/")[2])}</title><style>'
        f"html,body{{margin:0}}div{{width:{across:.2f}pt;height:{down:.2f}pt;display:flex;overflow:hidden}}"
        f"div+div{{break-before:page}}img{{max-width:100%;max-height:100%;margin:auto;object-fit:contain}}</style>"
        f"</head><body>{boxes}</body></html>"
    )
