"""`source.rows.filter`: an expression over a row's columns, true for the rows that become documents.

Not Jinja's compile_expression, although templates are Jinja: that takes some 10 µs a row where the whole plan has
25, lets one expression eat all memory inside its sandbox ('a' * 300000000), and finds '5' == 5 quietly false. This
reads Python's grammar, which for what a filter says is Jinja's too (status == 'open' and total > 0), and builds
closures from a short list of what is allowed; nothing is ever evaluated by Python itself.
"""

import ast
import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final

from pdfbatch_api.errors import ManifestError, SourceError, Where
from pdfbatch_api.protocols import SourceRow
from pdfbatch_api.values import RowData
from pdfbatch_renderer.sources.filter_values import CALCULATIONS, COMPARISONS, PIPES, UnfitValuesError, truth
from pdfbatch_renderer.sources.nearest import did_you_mean, shortened

_KEY: Final = "source.rows.filter"
_CONSTANTS: Final = {"true": True, "false": False, "none": None, "null": None}
_DATES: Final = {"date": dt.date.fromisoformat, "datetime": dt.datetime.fromisoformat}
_GRAMMAR: Final = (
    "A filter is written like status == 'open' and total > 0: columns, values, == != < <= > >= in not and or"
    " is none, + - * / %, date('2026-11-30'), column('Invoice No'), name | lower."
)

_Part = Callable[[RowData], Any]


class _MissingColumnError(Exception):
    def __init__(self, name: str, known: tuple[str, ...]) -> None:
        super().__init__(name)
        self.name = name
        self.known = known


class RowFilter:
    """A compiled filter. Call it with a row's data, or better `keeps` with the row, which its errors then name."""

    def __init__(self, expression: str, test: _Part) -> None:
        self.expression = expression
        self._test = test

    def __call__(self, data: RowData) -> bool:
        """Whether a row with these data is kept.

        Raises:
            SourceError: the filter cannot be worked out for it; without the row's number.
        """
        return self._keeps(data, None, None)

    def keeps(self, row: SourceRow) -> bool:
        """Whether the row is kept.

        Raises:
            SourceError: the filter cannot be worked out for it; with its number and line.
        """
        return self._keeps(row.data, row.number, row.line)

    def _keeps(self, data: RowData, row: int | None, line: int | None) -> bool:
        try:
            return truth(self._test(data))
        except UnfitValuesError as error:
            what, hint = error.what, error.hint
        except _MissingColumnError as error:
            what, hint = f"the row has no column {error.name!r}", did_you_mean(error.name, error.known)
        except (ArithmeticError, RecursionError) as error:
            what, hint = (
                f"a calculation fails ({type(error).__name__})",
                "Leave such rows out first: n != 0 and 1 / n > 2.",
            )
        raise SourceError(
            f"the filter cannot be worked out: {what}", where=Where(row=row, line=line, key=_KEY), hint=hint
        )


def compile_filter(expression: str, columns: tuple[str, ...] | None) -> RowFilter:
    """The filter, ready to be asked of each row.

    Args:
        expression: the manifest's.
        columns: what every row has; None when only the rows will tell.

    Raises:
        ManifestError: it cannot be read, says something that filters cannot say, or names an unknown column.
    """
    source = expression.strip()
    try:
        tree = ast.parse(source, mode="eval")
        test = _Compiler(source, columns).part(tree.body)
    except SyntaxError as error:
        raise _refused(f"the filter cannot be read at character {error.offset or 1}: {error.msg}") from error
    except (ValueError, RecursionError, MemoryError) as error:
        raise _refused("the filter cannot be read: a NUL, a number of thousands of digits, or too deep") from error
    return RowFilter(expression, test)


def _refused(what: str, hint: str = _GRAMMAR) -> ManifestError:
    return ManifestError(what, where=Where(key=_KEY), hint=hint)


class _Compiler:
    """From a node of the grammar to a function of a row's data."""

    def __init__(self, source: str, columns: tuple[str, ...] | None) -> None:
        self._source = source
        self._columns = columns

    def part(self, node: ast.expr) -> _Part:
        """The function of a node. Whatever has no method here is refused."""
        method = getattr(self, f"_{type(node).__name__.lower()}", None)
        if method is None:
            raise self._unknown(node)
        part: _Part = method(node)
        return part

    def _unknown(self, node: ast.expr) -> ManifestError:
        text = ast.get_source_segment(self._source, node) or self._source
        return _refused(f"a filter cannot say {shortened(text)}")

    def _constant(self, node: ast.Constant) -> _Part:
        value: Any = node.value
        if isinstance(value, float):
            # As written: 0.1 is a tenth here, as it is in a decimal column.
            value = Decimal(ast.get_source_segment(self._source, node) or repr(value))
        elif value is not None and not isinstance(value, (str, int)):
            raise self._unknown(node)
        return lambda data: value

    def _name(self, node: ast.Name) -> _Part:
        if self._columns is None or node.id not in self._columns:
            folded = node.id.lower()
            if folded in _CONSTANTS:
                value = _CONSTANTS[folded]
                return lambda data: value
        return self._column(node.id)

    def _column(self, name: str) -> _Part:
        if self._columns is not None and name not in self._columns:
            raise _refused(f"the filter names a column {name!r} that is not there", did_you_mean(name, self._columns))

        def column(data: RowData) -> Any:
            try:
                return data[name]
            except KeyError:
                raise _MissingColumnError(name, tuple(data)) from None

        return column

    def _boolop(self, node: ast.BoolOp) -> _Part:
        parts = [self.part(value) for value in node.values]
        if isinstance(node.op, ast.And):
            return lambda data: all(truth(part(data)) for part in parts)
        return lambda data: any(truth(part(data)) for part in parts)

    def _unaryop(self, node: ast.UnaryOp) -> _Part:
        operand = self.part(node.operand)
        if isinstance(node.op, ast.Not):
            return lambda data: not truth(operand(data))
        if isinstance(node.op, ast.USub):
            minus = CALCULATIONS["Sub"]
            return lambda data: minus(0, operand(data))
        raise self._unknown(node)

    def _binop(self, node: ast.BinOp) -> _Part:
        if isinstance(node.op, ast.BitOr):
            return self._pipe(node)
        calculate = CALCULATIONS.get(type(node.op).__name__)
        if calculate is None:
            raise self._unknown(node)
        left, right = self.part(node.left), self.part(node.right)
        return lambda data: calculate(left(data), right(data))

    def _pipe(self, node: ast.BinOp) -> _Part:
        # a + b | lower is a + (b | lower) in a template and (a + b) | lower in Python: nobody shall guess.
        if not isinstance(node.right, ast.Name) or node.right.id not in PIPES or isinstance(node.left, ast.UnaryOp):
            raise self._unknown(node)
        if isinstance(node.left, ast.BinOp) and not isinstance(node.left.op, ast.BitOr):
            raise self._unknown(node)
        left, apply = self.part(node.left), PIPES[node.right.id]
        return lambda data: apply(left(data))

    def _compare(self, node: ast.Compare) -> _Part:
        operands = [node.left, *node.comparators]
        parts = [self.part(operand) for operand in operands]
        tests = []
        for position, operator in enumerate(node.ops):
            if isinstance(operator, (ast.Is, ast.IsNot)):
                tests.append(self._is_none(node, parts[position], operands[position + 1], isinstance(operator, ast.Is)))
                continue
            tests.append(_compared(COMPARISONS[type(operator).__name__], parts[position], parts[position + 1]))
        if len(tests) == 1:
            return tests[0]
        return lambda data: all(test(data) for test in tests)

    def _is_none(self, node: ast.Compare, left: _Part, right: ast.expr, wanted: bool) -> _Part:
        text = (ast.get_source_segment(self._source, right) or "").lower()
        if text not in ("none", "null"):
            raise self._unknown(node)
        return lambda data: (left(data) is None) is wanted

    def _list(self, node: ast.List | ast.Tuple) -> _Part:
        parts = [self.part(item) for item in node.elts]
        if all(isinstance(item, ast.Constant) for item in node.elts):
            values = [part({}) for part in parts]
            return lambda data: values
        return lambda data: [part(data) for part in parts]

    _tuple = _list

    def _attribute(self, node: ast.Attribute) -> _Part:
        return _item(self.part(node.value), node.attr)

    def _subscript(self, node: ast.Subscript) -> _Part:
        if not isinstance(node.slice, ast.Constant) or type(node.slice.value) not in (str, int):
            raise self._unknown(node)
        return _item(self.part(node.value), node.slice.value)

    def _call(self, node: ast.Call) -> _Part:
        match node:
            case ast.Call(func=ast.Name(id=name), args=[ast.Constant(value=str(text))], keywords=[]):
                if name == "column":
                    return self._column(text)
                if name in _DATES:
                    try:
                        value = _DATES[name](text)
                    except ValueError as error:
                        raise _refused(f"{name}({text!r}) is not a {name}: {error}", "Write it as ISO 8601.") from error
                    return lambda data: value
        raise self._unknown(node)


def _compared(compare: Callable[[Any, Any], bool], left: _Part, right: _Part) -> _Part:
    return lambda data: compare(left(data), right(data))


def _item(part: _Part, key: Any) -> _Part:
    """A value within a value: customer.country, items[0]. Never an attribute of a Python object."""

    def item(data: RowData) -> Any:
        value = part(data)
        if isinstance(value, dict):
            try:
                return value[key]
            except KeyError:
                raise _MissingColumnError(str(key), tuple(map(str, value))) from None
        if isinstance(value, list) and type(key) is int:
            if key >= len(value):
                raise UnfitValuesError(f"the list has no item {key}", "Items count from 0; ask for length first.")
            return value[key]
        raise UnfitValuesError(f"there is no {key!r} within it", "Only objects and lists hold further values.")

    return item
