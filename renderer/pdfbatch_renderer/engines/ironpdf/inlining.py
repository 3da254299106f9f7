"""A page that brings its files with it: everything that it names is put into it, as data: URIs.

The engine may be on another machine, and what it cannot load it leaves out without a word. So what a page names is
looked up here: what is not there fails the document, and what is elsewhere is refused, as with every engine.
"""

import base64
import difflib
import fnmatch
import html as html_entities
import posixpath
import re
from collections.abc import Callable, Mapping, Sequence
from html.parser import HTMLParser
from typing import Final
from urllib.parse import unquote, urlsplit

from pdfbatch_renderer.engines.child.messages import File, Refused, RefusedError

_MOST_SHOWN: Final = 200
_ELSEWHERE: Final = (
    "Put the file into the template's folder and use a relative path, or bring it by row with source.rows.images."
)
_NOTHING: Final = "data:,"
_MOST_NESTED: Final = 8

_LOADS: Final = {
    ("img", "src"), ("source", "src"), ("input", "src"), ("video", "src"), ("video", "poster"), ("audio", "src"),
    ("track", "src"), ("embed", "src"), ("iframe", "src"), ("frame", "src"), ("object", "data"),
    ("body", "background"), ("table", "background"), ("td", "background"), ("th", "background"),
    ("image", "href"), ("image", "xlink:href"), ("feimage", "href"), ("feimage", "xlink:href"),
}  # fmt: skip
_SETS: Final = {("img", "srcset"), ("source", "srcset"), ("link", "imagesrcset")}
_LINKS: Final = {"stylesheet", "icon", "preload", "prefetch", "modulepreload", "manifest", "apple-touch-icon"}
_ATTRIBUTE: Final = re.compile(r"""([^\s"'<>/=]+)(\s*=\s*)("[^"]*"|'[^']*'|[^\s"'>]+)""")
_CSS: Final = re.compile(
    r"""/\*.*?\*/ | @namespace[^;]*;? | @import\s+(?:url\(\s*)?(?P<import>"[^"]*"|'[^']*'|[^\s"');]+)\s*\)?
    | url\(\s*(?P<url>"[^"]*"|'[^']*'|[^)"']*?)\s*\) | "(?:[^"\\]|\\.)*" | '(?:[^'\\]|\\.)*'""",
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)

# The letters of url, import, src and image-set as escapes (CSS Syntax 3, 4.3.7), which would pass for none of them.
_HIDDEN: Final = re.compile(
    r"\\0{0,4}(?:[57]5|[57]2|[46]c|[46]9|[46]d|[57]0|[46]f|[57]4|[57]3|[46]3|[46]1|[46]7|[46]5)(?![0-9a-f])",
    re.IGNORECASE,
)
_SET_OF_TEXTS: Final = re.compile(r"image-set\((?:[^()\"']|\([^()]*\))*[\"']", re.IGNORECASE)


class Inliner:
    """Puts files into pages.

    Args:
        shared: path to content, for all documents.
        optional: glob patterns of paths whose absence is no mistake.
        scripts: whether the page's scripts run, and so are needed.
    """

    def __init__(self, shared: Mapping[str, File], *, optional: Sequence[str], scripts: bool) -> None:
        self._shared = shared
        self._optional = tuple(optional)
        self._scripts = scripts
        self._own: Mapping[str, File] = {}
        self._uris: dict[str, str] = {}
        self.warnings: list[str] = []

    def begin(self, own: Mapping[str, File]) -> None:
        """A new document begins, which brings these files of its own."""
        self._own = own
        self.warnings = []

    def page(self, text: str, *, folder: str = "", nested: int = 0) -> str:
        """HTML with its files in it.

        Args:
            folder: what its relative paths begin at.

        Raises:
            RefusedError: it names a file that is not there, or something elsewhere.
        """
        found = _Found(text)
        edits: list[tuple[int, int, str]] = []
        for start, raw, tag, relations in found.tags:
            if tag == "base" and re.search(r"\bhref\b", raw, re.IGNORECASE):
                raise RefusedError(
                    Refused(
                        "the page has a <base>, and its files could not be found", "RequestRefused", "Leave it out."
                    )
                )
            if tag == "meta" and re.search(r"http-equiv\s*=\s*[\"']?\s*refresh", raw, re.IGNORECASE):
                raise RefusedError(
                    Refused("the page would go elsewhere (<meta> refresh)", "RequestRefused", "Leave it out.")
                )
            replaced = self._tag(raw, tag, relations, folder, nested)
            if replaced != raw:
                edits.append((start, start + len(raw), replaced))
        edits += [(start, end, self.css(text[start:end], folder, nested)) for start, end in found.styles]
        for start, end, replacement in sorted(edits, reverse=True):
            text = text[:start] + replacement + text[end:]
        return text

    def _tag(self, raw: str, tag: str, relations: frozenset[str], folder: str, nested: int) -> str:
        def attribute(match: re.Match[str]) -> str:
            name = match[1].lower()
            value = html_entities.unescape(match[3].strip("\"'") if match[3][0] in "\"'" else match[3])
            if name == "style" or "url(" in value.lower():  # SVG has filters, masks and fills by address
                replaced = self.css(value, folder, nested)
            elif name == "srcdoc":
                replaced = self.page(value, folder=folder, nested=nested)
            elif (tag, name) in _SETS:
                replaced = self._set(value, folder, nested)
            elif (
                (tag, name) in _LOADS
                or (tag == "link" and name == "href" and relations & _LINKS)
                or (tag == "script" and name == "src" and self._scripts)
            ):
                replaced = self.uri(value, folder, nested)
            elif tag == "use" and name in ("href", "xlink:href") and not value.startswith("#"):
                raise RefusedError(
                    Refused(
                        f"the page uses {_shown(value)} of another file, which IronPDF's page cannot",
                        "RequestRefused",
                        "Put the <symbol> into the page itself.",
                    )
                )
            else:
                return match[0]
            return match[0] if replaced == value else f'{match[1]}{match[2]}"{html_entities.escape(replaced)}"'

        return _ATTRIBUTE.sub(attribute, raw)

    def css(self, text: str, folder: str, nested: int = 0) -> str:
        """A style sheet with its files in it."""

        if _HIDDEN.search(text):
            raise RefusedError(
                Refused("a style sheet writes url or import with escapes", "RequestRefused", "Write it as it is.")
            )
        if _SET_OF_TEXTS.search(text):
            raise RefusedError(
                Refused(
                    "a style sheet has addresses in image-set() as texts", "RequestRefused", "Write them as url(…)."
                )
            )

        def load(match: re.Match[str]) -> str:
            told = match["import"] or match["url"]
            if not told:
                return match[0]
            uri = self.uri(told.strip("\"'").strip(), folder, nested)
            return f'@import url("{uri}")' if match["import"] else f'url("{uri}")'

        return _CSS.sub(load, text)

    def _set(self, value: str, folder: str, nested: int) -> str:
        # HTML, 4.8.4.2.1: candidates are parted by commas; a data: URI has one of its own, and needs nothing.
        if value.lstrip().startswith("data:"):
            return value
        candidates = (candidate.split() for candidate in value.split(",") if candidate.strip())
        return ", ".join(" ".join([self.uri(words[0], folder, nested), *words[1:]]) for words in candidates)

    def uri(self, url: str, folder: str, nested: int = 0) -> str:
        """What stands in the place of an address."""
        if not url or url.startswith("#") or url.partition(":")[0].lower() in ("data", "about"):
            return url
        parts = urlsplit(url)
        if parts.scheme or parts.netloc:
            if self._is_optional(url):
                self.warnings.append(f"optional asset not there: {_shown(url)}")
                return _NOTHING
            raise RefusedError(
                Refused(
                    f"the page asks for {_shown(url)}, which is refused: pages have no network and no file access",
                    "RequestRefused",
                    _ELSEWHERE,
                )
            )
        path = posixpath.normpath(posixpath.join("/", folder, unquote(parts.path))).lstrip("/")
        fragment = f"#{parts.fragment}" if parts.fragment else ""
        if path in self._own:
            return self._encoded(path, self._own[path], nested) + fragment
        if path not in self._shared:
            return self._missing(path)
        if path not in self._uris or self._own:
            uri = self._encoded(path, self._shared[path], nested)
            if self._own:  # a shared style sheet may name a file that this row brings
                return uri + fragment
            self._uris[path] = uri
        return self._uris[path] + fragment

    def _encoded(self, path: str, file: File, nested: int) -> str:
        data, folder = file.data, posixpath.dirname(path)
        kind = file.media_type.partition(";")[0].strip()
        inner: Callable[[str], str] | None = None
        if kind == "text/css":
            inner = lambda text: self.css(text, folder, nested + 1)  # noqa: E731
        elif kind in ("text/html", "image/svg+xml", "application/xhtml+xml"):
            inner = lambda text: self.page(text, folder=folder, nested=nested + 1)  # noqa: E731
        if inner is not None:
            if nested >= _MOST_NESTED:
                raise RefusedError(Refused(f"{path} is loaded by itself, or nested too deeply", "RequestRefused"))
            data = inner(data.decode(errors="replace")).encode()
        media_type = file.media_type.replace(" ", "") or "application/octet-stream"
        return f"data:{media_type};base64,{base64.b64encode(data).decode()}"

    def _missing(self, path: str) -> str:
        if self._is_optional(path):
            self.warnings.append(f"optional asset not there: {path}")
            return _NOTHING
        near = difflib.get_close_matches(path, [*self._own, *self._shared], n=1)
        hint = (
            f"Did you mean {near[0]!r}?"
            if near
            else "Add it beside the template, or list it under spec.optionalAssets."
        )
        raise RefusedError(
            Refused(
                f"the page asks for {path!r}, and there is no such file in the template's folder", "AssetMissing", hint
            )
        )

    def _is_optional(self, path: str) -> bool:
        return any(fnmatch.fnmatchcase(path, pattern) for pattern in self._optional)


class _Found(HTMLParser):
    """Where in a page its tags and style sheets are.

    Attributes:
        tags: place, text, name and `rel` of each start tag.
        styles: from where to where the content of each <style> goes.
    """

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=False)
        self.tags: list[tuple[int, str, str, frozenset[str]]] = []
        self.styles: list[tuple[int, int]] = []
        self._begun: int | None = None
        self._lines = [0]
        for line in text.split("\n"):
            self._lines.append(self._lines[-1] + len(line) + 1)
        self._length = len(text)
        self.feed(text)
        self.close()
        if self._begun is not None:
            self.styles.append((self._begun, self._length))

    def _place(self) -> int:
        line, column = self.getpos()
        return self._lines[line - 1] + column

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        raw, place = self.get_starttag_text() or "", self._place()
        relations = next((value or "" for name, value in attrs if name == "rel"), "")
        self.tags.append((place, raw, tag, frozenset(relations.lower().split())))
        if tag == "style":
            self._begun = place + len(raw)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag == "style":
            self._begun = None  # in SVG: it has no content

    def handle_endtag(self, tag: str) -> None:
        if tag == "style" and self._begun is not None:
            self.styles.append((self._begun, self._place()))
            self._begun = None


def _shown(url: str) -> str:
    return url if len(url) <= _MOST_SHOWN else url[: _MOST_SHOWN - 1] + "…"
