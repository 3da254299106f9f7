"""What a name pattern is made of, and whether it needs Jinja2 at all."""

import re
from typing import Final, NamedTuple, TypeAlias

from jinja2 import nodes

ROW: Final = "row"
# Wider padding would make a name that is too long anyway.
_INTEGER: Final = re.compile(r"%(0?\d{0,2})d")


class Literal(NamedTuple):
    """Text that the author wrote: its slashes make folders."""

    text: str


class RowNumber(NamedTuple):
    """{{ row }} or {{ '%06d' % row }}: `form` is Python's format specification."""

    form: str


class Column(NamedTuple):
    """{{ customer }} or {{ customer.country }}: keys from the row inwards."""

    keys: tuple[str, ...]

    @property
    def label(self) -> str:
        """As it is written."""
        return ".".join(self.keys)


Part: TypeAlias = Literal | RowNumber | Column

# {{ customer.items }} is the method, not the key, to Jinja2: left to it, and to its error.
_METHODS: Final = frozenset(dir(dict))


def simple_parts(template: nodes.Template) -> list[Part] | None:
    """The pattern as text, columns and the row's number; None if it is more than that."""
    parts: list[Part] = []
    for statement in template.body:
        if not isinstance(statement, nodes.Output):
            return None
        for node in statement.nodes:
            part = _part(node)
            if part is None:
                return None
            parts.append(part)
    return parts


def _part(node: nodes.Expr) -> Part | None:
    if isinstance(node, nodes.TemplateData):
        return Literal(node.data)
    if isinstance(node, nodes.Mod) and isinstance(node.left, nodes.Const) and _is_row(node.right):
        return _padded(node.left.value)
    if (
        isinstance(node, nodes.Filter)
        and node.name == "format"
        and isinstance(node.node, nodes.Const)
        and len(node.args) == 1
        and not node.kwargs
        and _is_row(node.args[0])
    ):
        return _padded(node.node.value)
    keys = column_keys(node)
    if keys == (ROW,):
        return RowNumber("d")
    return Column(keys) if keys is not None and keys[0] != ROW else None


def _is_row(node: nodes.Expr) -> bool:
    return isinstance(node, nodes.Name) and node.name == ROW


def _padded(form: object) -> RowNumber | None:
    match = _INTEGER.fullmatch(form) if isinstance(form, str) else None
    return RowNumber(f"{match[1]}d") if match else None


def column_keys(node: nodes.Node) -> tuple[str, ...] | None:
    """The keys of `customer`, `customer.country` or `customer['country']`; None for anything else."""
    if isinstance(node, nodes.Name):
        return (node.name,)
    if isinstance(node, nodes.Getattr):
        key: object = node.attr
    elif isinstance(node, nodes.Getitem) and isinstance(node.arg, nodes.Const):
        key = node.arg.value
    else:
        return None
    inner = column_keys(node.node)
    if inner is None or not isinstance(key, str) or key in _METHODS:
        return None
    return (*inner, key)
