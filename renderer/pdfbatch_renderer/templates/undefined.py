"""A name that is not there is an error that says which one, and what was there instead."""

from functools import partial
from typing import Any

from jinja2 import StrictUndefined
from jinja2.exceptions import TemplateRuntimeError, UndefinedError
from jinja2.utils import missing


class MissingNameError(UndefinedError):
    """A template used a name, or a field of an object, that is not there.

    Attributes:
        name: which.
        owner: the object whose field it would be; `missing` of jinja2 for a variable.
    """

    def __init__(self, name: object, owner: Any, message: str | None = None) -> None:
        super().__init__(message)
        self.name = name
        self.owner = owner


class RowUndefined(StrictUndefined):
    """What Jinja2 puts in the place of a name that is not there: any use of it but a test is an error."""

    __slots__ = ()

    def __init__(
        self,
        hint: str | None = None,
        obj: Any = missing,
        name: str | None = None,
        exc: type[TemplateRuntimeError] = UndefinedError,
    ) -> None:
        # The base class calls it with a message and raises what it gets.
        raised: Any = partial(MissingNameError, name, obj) if exc is UndefinedError else exc
        super().__init__(hint, obj, name, raised)
