"""Which text of a page was not printed in a font that it asked for.

A font that is missing is the quietest of failures: the browser takes another, and says nothing. It tells when asked,
text by text, at 0.4 ms each: too much for every text of every document. So each is asked for characters that no
document before has shown to be there, in that font; of the others one list of the page's texts is enough (2 ms).
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import msgspec

from pdfbatch_renderer.engines.chromium.connection import CdpError, Connection

# A page is told of once or twice: a record is read by people.
_MOST: Final = 10
_SHOWN: Final = 40
_STYLES: Final = ("font-family", "font-weight", "font-style", "-webkit-locale")
_GENERIC: Final = frozenset(
    {"serif", "sans-serif", "monospace", "cursive", "fantasy", "system-ui", "ui-serif", "ui-sans-serif", "ui-monospace"}
    | {"ui-rounded", "math", "emoji", "fangsong", "-webkit-body", "-webkit-standard"}
)
_FAMILY: Final = re.compile(r"\"((?:[^\"\\]|\\.)*)\"|'((?:[^'\\]|\\.)*)'|([^,\"']+)")
_FONT_FACE: Final = re.compile(r"@font-face\s*\{[^}]*\}", re.IGNORECASE)

_DECLARED: Final = re.compile(r"font-family\s*:\s*([^;}]+)", re.IGNORECASE)
_LOCAL: Final = re.compile(r"\blocal\(\s*([^)]+?)\s*\)", re.IGNORECASE)


class _Layout(msgspec.Struct):
    node: list[int] = msgspec.field(name="nodeIndex")
    styles: list[list[int]]
    text: list[int]


class _Nodes(msgspec.Struct):
    backend: list[int] = msgspec.field(name="backendNodeId")


class _Document(msgspec.Struct):
    layout: _Layout
    nodes: _Nodes


class _Snapshot(msgspec.Struct):
    documents: list[_Document]
    strings: list[str]


class _Font(msgspec.Struct):
    family: str = msgspec.field(name="familyName")
    glyphs: float = msgspec.field(name="glyphCount")
    script_name: str = msgspec.field(name="postScriptName", default="")
    custom: bool = msgspec.field(name="isCustomFont", default=False)


class _Fonts(msgspec.Struct):
    fonts: list[_Font]


_snapshot = msgspec.json.Decoder(_Snapshot)
_fonts = msgspec.json.Decoder(_Fonts)


class Wish(NamedTuple):
    """What a text asks for: its font's families, weight and style, its language, and the fonts the document brings."""

    families: str
    weight: str
    style: str
    language: str
    brought: str


@dataclass(frozen=True, slots=True)
class _Text:
    wish: Wish
    text: str
    node: int


def families(wished: str) -> tuple[str, ...]:
    """The families of a computed font-family that are names. None where a generic one comes first: any font will do."""
    names: list[str] = []
    for found in _FAMILY.finditer(wished):
        quoted = found[1] if found[1] is not None else found[2]
        name = quoted if quoted is not None else found[3].strip()
        if quoted is None and (not name or name in _GENERIC):
            if name and not names:
                return ()
            continue
        names.append(re.sub(r"\\(.)", r"\1", name))
    return tuple(names)


def _plain(name: str) -> str:
    return re.sub(r"[\s_-]+", "", name).casefold()


class FontFallback:
    """Finds the texts of one batch's documents that are printed in another font.

    Args:
        media: page.media, which decides what is shown.
    """

    def __init__(self, media: str) -> None:
        self._media = media
        self._session = ""
        self._proven: dict[Wish, set[str]] = {}
        self._missing: dict[Wish, str] = {}

    async def found(self, connection: Connection, session: str, html: str) -> tuple[str, ...]:
        """A sentence for each font that stood in for another on the page that the tab has just printed.

        Raises:
            EngineError: the browser does not answer.
        """
        if session != self._session:
            # The page as it is printed, not as it is shown: a text for paper alone would not be seen.
            await connection.call("Emulation.setEmulatedMedia", {"media": self._media}, session)
            self._session = session
        asked = {"computedStyles": list(_STYLES)}
        snapshot = _snapshot.decode(await connection.send("DOMSnapshot.captureSnapshot", asked, session))
        brought = "".join(_FONT_FACE.findall(html)) if "@font-face" in html else ""
        told: dict[tuple[str, str], str] = {}
        unknown = []
        for text in _texts(snapshot, brought):
            if text.wish in self._missing:
                self._tell(told, text, self._missing[text.wish])
            elif not self._proven.setdefault(text.wish, set(" \n\t")).issuperset(text.text):
                unknown.append(text)
        if unknown:
            await self._ask(connection, session, unknown, told)
        return tuple(told.values())

    async def _ask(
        self, connection: Connection, session: str, texts: Sequence[_Text], told: dict[tuple[str, str], str]
    ) -> None:
        await connection.call("DOM.enable", {}, session)
        await connection.call("CSS.enable", {}, session)
        await connection.call("DOM.getDocument", {"depth": 0}, session)
        pushed = await connection.call(
            "DOM.pushNodesByBackendIdsToFrontend", {"backendNodeIds": [text.node for text in texts]}, session
        )
        doubtful: dict[Wish, set[str]] = {}
        for text, node in zip(texts, pushed["nodeIds"], strict=True):
            characters = set(text.text)
            proven = self._proven[text.wish]
            if text.wish in self._missing or characters <= proven | doubtful.get(text.wish, set()):
                continue
            try:
                answer = await connection.send("CSS.getPlatformFontsForNode", {"nodeId": node}, session)
            except CdpError:
                continue  # a script took it away meanwhile
            fonts = _fonts.decode(answer).fonts
            others = [font for font in fonts if not _wished(font, text.wish)]
            if not others:
                proven |= characters
                continue
            doubtful.setdefault(text.wish, set()).update(characters)
            name = others[0].family
            if len(others) == len(fonts):
                self._missing[text.wish] = name
                self._tell(told, text, name)
            else:
                self._tell(told, text, name, glyphs=int(sum(font.glyphs for font in others)))
        # Until the next document with something new: a browser that is watched is slower.
        await connection.call("CSS.disable", {}, session)
        await connection.call("DOM.disable", {}, session)

    def _tell(self, told: dict[tuple[str, str], str], text: _Text, got: str, *, glyphs: int = 0) -> None:
        wished = ", ".join(families(text.wish.families))
        key = (wished, got)
        if key in told or len(told) == _MOST:
            return
        shown = " ".join(text.text.split())
        shown = shown if len(shown) <= _SHOWN else shown[: _SHOWN - 1] + "…"
        part = f"{glyphs} glyphs of it are" if glyphs > 1 else "a glyph of it is" if glyphs else "it is"
        told[key] = f"font missing: the text {shown!r} asks for {wished}, and {part} printed in {got}"


def _wished(font: _Font, wish: Wish) -> bool:
    names = families(wish.families)
    if not names or font.custom:
        return True
    given = {_plain(font.family), _plain(font.script_name)}
    return not given.isdisjoint(map(_plain, (*names, *_local_names(wish.brought, names))))


def _local_names(brought: str, names: Sequence[str]) -> Iterator[str]:
    """The machine's fonts that @font-face puts behind a name: @font-face { font-family: Own; src: local("Lato") }."""
    for block in _FONT_FACE.findall(brought):
        family = _DECLARED.search(block)
        if family is not None and families(family[1])[:1] and families(family[1])[0] in names:
            for local in _LOCAL.findall(block):
                yield from families(local)


def _texts(snapshot: _Snapshot, brought: str) -> Iterator[_Text]:
    strings = snapshot.strings
    known: dict[tuple[int, ...], Wish] = {}
    for document in snapshot.documents:
        layout = document.layout
        for node, styles, text in zip(layout.node, layout.styles, layout.text, strict=True):
            if text < 0 or not strings[text].strip():
                continue
            key = tuple(styles)
            wish = known.get(key)
            if wish is None:
                families, weight, style, language = (strings[each] for each in styles)
                wish = known[key] = Wish(families, weight, style, language, brought)
            yield _Text(wish, strings[text], document.nodes.backend[node])
