"""What a template may not do, or a filter cannot make of a value: raised inside, told to a person by failures.py."""


class RefusedError(Exception):
    """A template asked for something that it cannot have.

    Args:
        what: what happened, one sentence without a full stop; values are cut short by `shown`.
        hint: what to do about it.
        reason: the document's reason, as in DocumentError.
    """

    def __init__(self, what: str, *, hint: str | None = None, reason: str = "TemplateFailed") -> None:
        super().__init__(what)
        self.what = what
        self.hint = hint
        self.reason = reason


_KINDS = {
    "str": "text",
    "Markup": "text",
    "Decimal": "decimal",
    "int": "integer",
    "float": "float",
    "bool": "boolean",
    "NoneType": "null",
    "dict": "object",
    "list": "list",
    "tuple": "list",
    "date": "date",
    "datetime": "datetime",
    "time": "time",
    "bytes": "bytes",
}


def kind_of(value: object) -> str:
    """What a value is, in the words of the manifest: text, decimal, integer …"""
    name = type(value).__name__
    return _KINDS.get(name, name)


def shown(value: object) -> str:
    """A value as an error may show it: its repr, at most 60 characters."""
    text = repr(str(value)) if isinstance(value, str) else str(value)
    return text if len(text) <= 60 else f"{text[:59]}…"
