"""The page: which parts a batch's report has. How they look is report.css's matter, their order report.html's."""

import shlex
from importlib.resources import files
from typing import Final
from urllib.parse import quote

from jinja2 import DictLoader, Environment, StrictUndefined
from markupsafe import Markup

from pdfbatch_renderer.finishing.batch_summary import BatchSummary, DocumentLine, Grouped
from pdfbatch_renderer.finishing.manifest_line import PARQUET_NAME
from pdfbatch_renderer.report import charts, wording

_STAGE_WORDS: Final = {"postprocessing": "post-processing"}
_ORDER: Final = ("template", "engine", "postprocessing", "store", "record")


def _environment() -> Environment:
    folder = files(__package__)
    environment = Environment(
        loader=DictLoader({"report": folder.joinpath("report.html.jinja").read_text("utf-8")}),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "visible": wording.visible,
        "count": wording.count,
        "size": wording.size,
        "duration": wording.duration,
        "milliseconds": wording.milliseconds,
        "rate": wording.rate,
        # "./" before it: a name such as javascript:alert(1) stays a name.
        "link": lambda name: "./" + quote(name, safe="/"),
    }
    environment.globals["share"] = wording.share
    environment.globals["span"] = wording.span
    environment.globals["css"] = Markup(folder.joinpath("report.css").read_text("utf-8"))
    return environment


def render_report(summary: BatchSummary) -> str:
    """The report as one HTML document: no scripts, no requests, the same summary gives the same text."""
    numbers = summary.statistics
    stages = sorted(
        numbers.stages.items(),
        key=lambda item: (_ORDER.index(item[0]) if item[0] in _ORDER else len(_ORDER), item[0]),
    )
    spent = sum(spread.total for _, spread in stages)
    return (
        _environment()
        .get_template("report")
        .render(
            summary=summary,
            numbers=numbers,
            verdict=_verdict(summary),
            failures=[(group, _by_message(group)) for group in numbers.failures],
            outcome_bar=charts.shares_bar(
                [(numbers.succeeded, "good"), (numbers.skipped, "kept"), (numbers.failed, "bad")],
                f"{numbers.succeeded:,} succeeded, {numbers.skipped:,} skipped, {numbers.failed:,} failed",
            ),
            throughput=charts.throughput_chart(numbers.throughput, summary.documents_per_second)
            if numbers.throughput.points
            else "",
            time_chart=charts.histogram_chart(
                numbers.document_milliseconds, wording.milliseconds, "Time a document took"
            ),
            size_chart=charts.histogram_chart(numbers.document_bytes, wording.size, "Size of a document"),
            stages=[
                (_STAGE_WORDS.get(name, name), spread, f"stage{at % 5}") for at, (name, spread) in enumerate(stages)
            ],
            stage_bar=charts.shares_bar(
                [(spread.total, f"stage{at % 5}") for at, (_, spread) in enumerate(stages)],
                "Where a document's time goes",
            ),
            spent=spent,
            verify_command=f"pdfbatch verify {shlex.quote(summary.output)}",
            has_parquet=any(file.name == PARQUET_NAME for file in summary.manifests),
        )
    )


def _by_message(group: Grouped) -> list[tuple[str, list[DocumentLine]]]:
    """A reason's documents by what was said of them: most say the same."""
    messages: dict[str, list[DocumentLine]] = {}
    for line in group.first:
        messages.setdefault(line.message, []).append(line)
    return list(messages.items())


def _verdict(summary: BatchSummary) -> tuple[str, str, str]:
    """A class, a word, and a sentence."""
    failed, allowed = summary.statistics.failed, summary.allowed_failures
    if not failed:
        return "good", "Succeeded", "Every document has its PDF."
    documents = "1 document" if failed == 1 else f"{failed:,} documents"
    if summary.within_policy:
        return "kept", "Succeeded, with failures", f"{documents} failed; the failure policy allows {allowed:,}."
    return "bad", "Failed", f"{documents} failed; the failure policy allows {allowed:,}."
