"""What the options of one engine ask of each other: most of them mean something only in a page whose scripts run.

The API server also checks the defaults of the mappings above, {}, before it has filled in theirs: a field that has a
default may be missing.
"""

from typing import Final

from pydantic.alias_generators import to_camel

from generating.crd.rule import Rule
from pdfbatch_api.resource.ironpdf import WAITS, WAITS_WITHOUT_SCRIPTS, IronPdfWaitFor

_SCRIPTS: Final = "(has(self.scripts) && self.scripts)"
_IRONPDF_SCRIPTS: Final = "(has(self.enableJavaScript) && self.enableJavaScript)"


def _is_waited_for(event: str, among: str) -> str:
    """CEL: a switch is there also when it is off."""
    field = f"{among}.{to_camel(event)}"
    is_switch = IronPdfWaitFor.model_fields[event].default is False
    return f"(has({field}) && {field})" if is_switch else f"has({field})"


def _with_scripts(name: str, given: str, scripts: str, message: str) -> Rule:
    return Rule(f"!({given}) || {scripts}", message, field=f".{name}")


_CHROMIUM: Final = tuple(
    _with_scripts(name, given, _SCRIPTS, f"{name} has no effect without scripts: leave it out, or set scripts: true")
    for name, given in (
        ("wait", "has(self.wait)"),
        ("scriptErrors", "has(self.scriptErrors) && self.scriptErrors != 'Warn'"),
    )
)
_IRONPDF: Final = (
    _with_scripts(
        "javascript",
        "has(self.javascript)",
        _IRONPDF_SCRIPTS,
        "javascript has no effect without scripts: leave it out, or set enableJavaScript: true",
    ),
    _with_scripts(
        "waitFor",
        "has(self.waitFor) && !("
        + " || ".join(_is_waited_for(event, "self.waitFor") for event in WAITS_WITHOUT_SCRIPTS)
        + ")",
        _IRONPDF_SCRIPTS,
        "without scripts only delays and requests can be waited for: set enableJavaScript: true",
    ),
    _with_scripts(
        "tableOfContents",
        "has(self.tableOfContents) && self.tableOfContents != 'None'",
        _IRONPDF_SCRIPTS,
        "tableOfContents is made by a script of IronPDF's: set enableJavaScript: true",
    ),
    Rule(
        "!has(self.autoBookmarkMinHeadingLevel) || !has(self.autoBookmarkMaxHeadingLevel)"
        " || self.autoBookmarkMinHeadingLevel <= self.autoBookmarkMaxHeadingLevel",
        "autoBookmarkMinHeadingLevel is over autoBookmarkMaxHeadingLevel",
    ),
)

ENGINE_RULES: Final[dict[str, tuple[Rule, ...]]] = {
    "spec.engine.chromium": _CHROMIUM,
    "spec.engine.ironpdf": _IRONPDF,
    "spec.engine.ironpdf.waitFor": (
        Rule(
            f"[{', '.join(_is_waited_for(event, 'self') for event in WAITS)}].filter(given, given).size() == 1",
            "waitFor is one event: give exactly one beside maxWaitTime",
        ),
    ),
    "spec.engine.ironpdf.paperFit": (
        Rule(
            "has(self.useResponsiveCssRendering) != has(self.useFitToPageRendering)",
            "give one of useResponsiveCssRendering and useFitToPageRendering",
        ),
    ),
}
