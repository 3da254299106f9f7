"""A template's source with its static style sheets and pictures put in, every line still where it was."""

import re
from collections.abc import Callable
from html import escape, unescape
from html.parser import HTMLParser
from typing import Final

from pdfbatch_renderer.templates.preparation.jinja_marks import MARK, MaskedSource
from pdfbatch_renderer.templates.preparation.references import References
from pdfbatch_renderer.templates.preparation.styles import as_raw, prepared_css, sheet

_SRC: Final = re.compile(r"(?<=[\s\"'])src\s*=\s*(?:\"(?P<a>[^\"]*)\"|'(?P<b>[^']*)'|(?P<c>[^\s\"'>]+))", re.IGNORECASE)


class _Finder(HTMLParser):
    """Finds links to style sheets, style blocks and pictures, with their positions."""

    def __init__(self, text: str, references: References, file: str, repeated: Callable[[int], bool]) -> None:
        super().__init__(convert_charrefs=False)
        self._starts = [0]
        self._starts.extend(found.end() for found in re.finditer("\n", text))
        self._references = references
        self._file = file
        self._repeated = repeated
        self._style_from: int | None = None
        self.text = text
        self.edits: list[tuple[int, int, str]] = []
        self.feed(text)
        self.close()

    def _position(self) -> int:
        line, column = self.getpos()
        return self._starts[line - 1] + column

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        tag_text = self.get_starttag_text() or ""
        position = self._position()
        if tag == "style":
            self._style_from = position + len(tag_text)
        elif tag == "link":
            self._link(dict(attrs), tag_text, position)
        elif tag == "img":
            self._picture(tag_text, position)

    handle_startendtag = handle_starttag

    def handle_endtag(self, tag: str) -> None:
        if tag != "style" or self._style_from is None:
            return
        start, end = self._style_from, self._position()
        self._style_from = None
        css = self.text[start:end]
        line = self.text.count("\n", 0, start) + 1
        made = prepared_css(css, references=self._references, file=self._file, first_line=line, raw=True)
        if made != css:
            self.edits.append((start, end, made))

    def _link(self, attributes: dict[str, str | None], tag_text: str, position: int) -> None:
        kinds = (attributes.get("rel") or "").lower().split()
        if "stylesheet" not in kinds or "alternate" in kinds or MARK in (attributes.get("media") or ""):
            return
        line = self.getpos()[0]
        path = self._references.find(attributes.get("href") or "", file=self._file, line=line)
        if path is None:
            return
        media = attributes.get("media")
        opening = f'<style media="{escape(media)}">' if media else "<style>"
        css = sheet(path, references=self._references, file=self._file, line=line)
        made = opening + as_raw(css) + "</style>" + "\n" * tag_text.count("\n")
        self.edits.append((position, position + len(tag_text), made))

    def _picture(self, tag_text: str, position: int) -> None:
        found = _SRC.search(tag_text)
        if found is None:
            return
        reference = unescape(found["a"] or found["b"] or found["c"] or "")
        path = self._references.find(reference, file=self._file, line=self.getpos()[0])
        if path is None:
            return
        target = self._references.address(path, repeated=self._repeated(position))
        made = f'src="{target}"' + "\n" * found[0].count("\n")
        self.edits.append((position + found.start(), position + found.end(), made))


def prepare_source(source: str, *, references: References, file: str) -> str:
    """A template's source with style sheets, imports, fonts and pictures of its folder put in.

    Only what is written out in the source is touched, never what Jinja2 makes. A reference that is left for the
    engine begins at the template's folder.

    Raises:
        TemplateError: it refers to a file that is not there.
    """
    source = source.replace("\r\n", "\n").replace("\r", "\n")
    masked = MaskedSource(source)
    pieces: list[str] = []
    done = 0
    for start, end, made in sorted(_Finder(masked.text, references, file, masked.repeated).edits):
        pieces.append(source[done:start])
        pieces.append(_unmasked(made, source[start:end], masked.text[start:end]))
        done = end
    pieces.append(source[done:])
    return "".join(pieces)


def _unmasked(made: str, original: str, masked: str) -> str:
    """The Jinja2 back in its places: the marks of what was made stand for those of the original, in their order."""
    if MARK not in made:
        return made
    jinja = iter([was for was, mark in zip(original, masked, strict=True) if mark == MARK])
    return "".join(next(jinja) if character == MARK else character for character in made)
