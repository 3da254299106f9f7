"""What a page's scripts complain of, in the words of a record: exceptions that nobody caught, and console.error()."""

import json
from typing import Any, Final

import msgspec

# A page that complains in a loop is told of once or twice: a record is read by people.
MOST: Final = 10
_LONGEST: Final = 300


class _Value(msgspec.Struct):
    description: str = ""
    value: Any = None
    type: str = ""


class _Frame(msgspec.Struct):
    url: str = ""
    line: int = msgspec.field(default=-1, name="lineNumber")


class _Stack(msgspec.Struct):
    frames: list[_Frame] = msgspec.field(default_factory=list, name="callFrames")


class Details(msgspec.Struct):
    """An exception, as the DevTools protocol tells of it."""

    text: str = ""
    url: str = ""
    line: int = msgspec.field(default=-1, name="lineNumber")
    exception: _Value | None = None
    stack: _Stack | None = msgspec.field(default=None, name="stackTrace")


class _Thrown(msgspec.Struct):
    details: Details = msgspec.field(name="exceptionDetails")


class _Called(msgspec.Struct):
    type: str
    args: list[_Value] = msgspec.field(default_factory=list)
    stack: _Stack | None = msgspec.field(default=None, name="stackTrace")


_thrown = msgspec.json.Decoder(_Thrown)
_called = msgspec.json.Decoder(_Called)


class ScriptErrors:
    """The complaints of one document.

    Args:
        base: the page's address, which is left out of what is told.
    """

    def __init__(self, base: str) -> None:
        self._base = base
        self.told: list[str] = []

    def on_exception(self, params: msgspec.Raw) -> None:
        """Takes Runtime.exceptionThrown."""
        self._add(self.of_details(_thrown.decode(params).details))

    def on_console(self, params: msgspec.Raw) -> None:
        """Takes Runtime.consoleAPICalled; what is no error is not told."""
        called = _called.decode(params)
        if called.type in ("error", "assert"):
            self._add(" ".join(_text(each) for each in called.args) + self._place(called.stack, "", -1))

    def of_details(self, details: Details) -> str:
        """An exception in words, with its place."""
        said = _text(details.exception) if details.exception is not None else ""
        return (said or details.text) + self._place(details.stack, details.url, details.line)

    def _place(self, stack: _Stack | None, url: str, line: int) -> str:
        if stack is not None and stack.frames:
            url, line = stack.frames[0].url, stack.frames[0].line
        if line < 0 or not url.startswith(self._base):
            return ""
        return f" ({url.removeprefix(self._base) or 'the page'}, line {line + 1})"

    def _add(self, text: str) -> None:
        shown = text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
        if shown not in self.told and len(self.told) < MOST:
            self.told.append(shown)


def _text(value: _Value) -> str:
    if value.description:
        # An error's description is its whole stack, with the addresses of the page.
        return value.description.partition("\n")[0]
    return value.value if isinstance(value.value, str) else json.dumps(value.value, ensure_ascii=False)
