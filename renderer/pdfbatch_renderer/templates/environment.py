"""Jinja2's sandbox, narrowed: no clock, no chance, bounded memory, exact decimals, nothing undefined."""

from collections.abc import Callable, Iterable, Mapping
from types import CodeType, FunctionType
from typing import Any, Final

from jinja2 import BaseLoader, nodes, pass_context
from jinja2.bccache import Bucket, BytecodeCache
from jinja2.compiler import CodeGenerator, Frame
from jinja2.exceptions import SecurityError
from jinja2.runtime import Context, Macro, Undefined, markup_join, str_join
from jinja2.sandbox import (
    ImmutableSandboxedEnvironment,
    SandboxedEscapeFormatter,
    SandboxedFormatter,
    modifies_known_mutable,
)
from markupsafe import Markup

from pdfbatch_renderer.templates import bounds
from pdfbatch_renderer.templates.calls import check_call, reads_clock
from pdfbatch_renderer.templates.operators import compute
from pdfbatch_renderer.templates.refusals import RefusedError
from pdfbatch_renderer.templates.undefined import RowUndefined

_PRINTED_AS_THEY_ARE: Final = frozenset({str, Markup, int, float, bool})


class _BoundedCodeGenerator(CodeGenerator):
    """Sends `a ~ b` through the environment: doubled thirty times, it is a gigabyte."""

    def visit_Concat(self, node: nodes.Concat, frame: Frame) -> None:  # noqa: N802 - Jinja2's name
        self.write("environment.concatenate(context, (")
        for arg in node.nodes:
            self.visit(arg, frame)
            self.write(", ")
        self.write("))")


class _BoundedFormatter(SandboxedFormatter):
    def format_field(self, value: Any, format_spec: str) -> Any:
        bounds.check_format_spec(format_spec)
        return super().format_field(value, format_spec)


class _BoundedEscapeFormatter(SandboxedEscapeFormatter):
    def format_field(self, value: Any, format_spec: str) -> str:
        bounds.check_format_spec(format_spec)
        return super().format_field(value, format_spec)


class CompiledTemplates(BytecodeCache):
    """Code by template name, in memory: environments that differ only in their locale share it."""

    def __init__(self) -> None:
        self._code: dict[str, CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Called by Jinja2 before it compiles."""
        bucket.code = self._code.get(bucket.key)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Called by Jinja2 after it compiled."""
        if bucket.code is not None:
            self._code[bucket.key] = bucket.code


@pass_context
def _printable(context: Context, value: Any) -> Any:
    """What is printed for a value: nothing for null. Called with every value that a template prints.

    Taking the context also keeps Jinja2 from computing constants at compile time, where a bound or a locale would be
    another one.
    """
    kind = type(value)
    if kind in _PRINTED_AS_THEY_ARE:
        return value
    if value is None:
        return ""
    if isinstance(value, Undefined):
        return value
    if isinstance(value, bytes):
        raise RefusedError("bytes cannot be printed", hint="The column holds binary data, not text.")
    if isinstance(value, Iterable) and not hasattr(value, "__len__"):
        raise RefusedError("a filter's result was printed without being gathered", hint="Add | list or | join(', ').")
    if callable(value):
        name = getattr(value, "name" if isinstance(value, Macro) else "__name__", "it")
        raise RefusedError(f"{name} is a function and was printed without being called", hint=f"Write {name}().")
    return value


class RowEnvironment(ImmutableSandboxedEnvironment):
    """The environment that rows' templates run in.

    Args:
        loader: of the bundle's text files.
        autoescape: on for HTML, off for texts.
        text_limit: the most characters that any text may have on its way.
        compiled: code shared with environments of other locales.
    """

    code_generator_class = _BoundedCodeGenerator
    intercepted_binops = frozenset({"+", "-", "*", "/", "//", "%", "**"})

    def __init__(
        self, *, loader: BaseLoader, autoescape: bool, text_limit: int, compiled: CompiledTemplates | None = None
    ) -> None:
        super().__init__(
            loader=loader,
            autoescape=autoescape,
            undefined=RowUndefined,
            finalize=_printable,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
            cache_size=-1,
            optimized=False,
            bytecode_cache=compiled,
        )
        self.text_limit = text_limit
        self.concat = self._bounded_concat  # type: ignore[method-assign]
        self.policies["json.dumps_kwargs"] = {"sort_keys": True, "default": str}

    def _bounded_concat(self, parts: Iterable[str]) -> str:
        kept = list(parts)
        bounds.check_length(sum(map(len, kept)), self.text_limit, "a block")
        return "".join(kept)

    def concatenate(self, context: Context, values: tuple[Any, ...]) -> str:
        """`a ~ b ~ c`, with null as nothing."""
        printed = [_printable(context, value) for value in values]
        length = sum(len(value) for value in printed if isinstance(value, str))
        bounds.check_length(length, self.text_limit, "~")
        return markup_join(printed) if context.eval_ctx.autoescape else str_join(printed)

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """See operators.compute."""
        return compute(operator, left, right, self.text_limit)

    def call(__self, __context: Context, __obj: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: N805 - Jinja2's names
        """Calls what the sandbox and calls.check_call allow."""
        if type(__obj) is not FunctionType:
            args = tuple(check_call(__obj, args, kwargs, __self.text_limit))
        return super().call(__context, __obj, *args, **kwargs)

    def getattr(self, obj: Any, attribute: str) -> Any:
        """`order.items`: the field, where an object of the row has one of that name, and not Python's method."""
        if type(obj) is dict and attribute in obj:
            return obj[attribute]
        return super().getattr(obj, attribute)

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """Whether a template may have this attribute."""
        return super().is_safe_attribute(obj, attr, value) and not reads_clock(obj, attr)

    def unsafe_undefined(self, obj: Any, attribute: str) -> Undefined:
        """What stands for an attribute that a template may not have."""
        hint = f"{attribute!r} is closed to templates"
        if reads_clock(obj, attribute):
            hint += ": the same row must give the same bytes; now() and today() give spec.documentDate"
        elif modifies_known_mutable(obj, attribute):
            hint += ": a template cannot change its row; collect values in a namespace(), or a list with +"
        return self.undefined(hint, obj=obj, name=attribute, exc=SecurityError)

    def wrap_str_format(self, value: Any) -> Callable[..., str] | None:
        """`str.format` in the sandbox, with bounded widths and a bounded result."""
        sandboxed = super().wrap_str_format(value)
        if sandboxed is None:
            return None
        pattern: str = value.__self__
        formatter: SandboxedFormatter = (
            _BoundedEscapeFormatter(self, escape=pattern.escape)
            if isinstance(pattern, Markup)
            else _BoundedFormatter(self)
        )
        from_mapping = value.__name__ == "format_map"

        def bounded(*args: Any, **kwargs: Any) -> str:
            named: Mapping[str, Any] = args[0] if from_mapping else kwargs
            given = () if from_mapping else args
            bounds.check_expansion(pattern, "{", (*given, *named.values()), self.text_limit)
            return type(pattern)(formatter.vformat(pattern, given, named))

        bounded.__name__ = value.__name__  # errors name it
        return bounded
