"""Whether an SVG that a row brings is a picture and nothing more: no scripts, nothing from elsewhere."""

import re
from typing import Final
from xml.parsers import expat

# Entities that multiply themselves, or read files (CWE-776, CWE-611), have no business in a picture.
_REFUSED_ELEMENTS: Final = frozenset({"script", "foreignobject", "iframe", "object", "embed", "audio", "video"})
_CSS_REFERENCE: Final = re.compile(r"url\(\s*[\"']?\s*([^\"')]*)|(@import)", re.IGNORECASE)
_INSIDE: Final = ("#", "data:image/")


class SvgRefusedError(Exception):
    """The SVG is broken, or more than a picture; the message says which."""


def check_svg(data: bytes) -> None:
    """Checks that an SVG is well-formed, and that it neither runs nor loads anything.

    Raises:
        SvgRefusedError.
    """
    check = _Check()
    parser = expat.ParserCreate(namespace_separator="}")
    parser.StartElementHandler = check.start
    parser.EndElementHandler = check.end
    parser.CharacterDataHandler = check.text
    parser.EntityDeclHandler = check.entity
    parser.ProcessingInstructionHandler = check.instruction
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise SvgRefusedError(f"it is not well-formed XML ({error})") from error
    if not check.is_svg:
        raise SvgRefusedError("its root is not <svg>")


class _Check:
    def __init__(self) -> None:
        self.is_svg = False
        self._depth = 0
        self._style: list[str] | None = None

    def start(self, name: str, attributes: dict[str, str]) -> None:
        element = name.rpartition("}")[2].lower()
        if self._depth == 0:
            self.is_svg = element == "svg"
        self._depth += 1
        if element in _REFUSED_ELEMENTS:
            raise SvgRefusedError(f"it has a <{element}>")
        if element == "style":
            self._style = []
        for key, value in attributes.items():
            attribute = key.rpartition("}")[2].lower()
            if attribute.startswith("on"):
                raise SvgRefusedError(f"it has a script in {attribute}=")
            if attribute in ("href", "src") and element != "a":
                _check_reference(value)
            else:
                _check_css(value)

    def text(self, text: str) -> None:
        if self._style is not None:
            self._style.append(text)

    def end(self, name: str) -> None:
        self._depth -= 1
        if self._style is not None and name.rpartition("}")[2].lower() == "style":
            _check_css("".join(self._style))
            self._style = None

    def entity(self, *declaration: object) -> None:
        raise SvgRefusedError("it declares entities")

    def instruction(self, target: str, data: str) -> None:
        if target.lower() == "xml-stylesheet":
            raise SvgRefusedError("it loads a style sheet")


def _check_reference(value: str) -> None:
    if not value.strip().lower().startswith(_INSIDE):
        raise SvgRefusedError(f"it refers to something outside: {value.strip()[:60]!r}")


def _check_css(text: str) -> None:
    if "\\" in text and _CSS_REFERENCE.search(text.replace("\\", "")):
        raise SvgRefusedError("it hides a reference behind escapes")
    for found in _CSS_REFERENCE.finditer(text):
        if found[2]:
            raise SvgRefusedError("it imports a style sheet")
        _check_reference(found[1])
