"""The speed table: everybody in turn, every PDF checked, medians and ratios of one run."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench.check import check_all
from bench.contestants import Contestant, Measured
from bench.figures import Spread, interleaved, paired_ratios, spread
from bench.invoice import LINES
from bench.machine import description
from bench.results import table
from bench.workload import Workload, make_workload

# What issue 3 promises: ours, the rival's, and the least ratio. With Debian's headless shell, then with another build.
PROMISES: Final = (
    ("prebuilt", "raw", 0.9),
    ("full", "raw", 0.75),
    ("full", "puppeteer", 12.0),
    ("full-official", "raw-official", 0.75),
    ("full-official", "puppeteer", 12.0),
)
_STAGES: Final = ("template", "engine", "postprocessing", "store", "record")


@dataclass(frozen=True, slots=True)
class Settings:
    """How large the run is.

    Attributes:
        documents: a run of a fast contestant; slow_documents, of a slow one.
        workers: processes or browsers of those that let one choose.
    """

    documents: int
    slow_documents: int
    repetitions: int
    workers: int


Results = dict[str, list[Measured]]


def measure(chosen: Sequence[Contestant], settings: Settings, scratch: Path, say: Callable[[str], None]) -> Results:
    """Runs everybody and checks every PDF.

    Raises:
        WrongDocumentsError: a PDF does not hold its own row.
        RunFailedError: a contestant did not do its work.
    """
    fast = make_workload(scratch / "fast", settings.documents)
    slow = make_workload(scratch / "slow", settings.slow_documents)
    by_key = {contestant.key: contestant for contestant in chosen}
    results: Results = {key: [] for key in by_key}
    for repetition, key in interleaved(list(by_key), settings.repetitions):
        contestant = by_key[key]
        work = slow if contestant.slow else fast
        measured = _one_run(contestant, work, settings.workers, scratch / f"out-{repetition}-{key}")
        results[key].append(measured)
        say(f"{repetition + 1}/{settings.repetitions} {key}: {measured.rendering:.1f} documents/s")
    return results


def _one_run(contestant: Contestant, work: Workload, workers: int, folder: Path) -> Measured:
    # What a run leaves stays until all have run: for half a minute after thousands of files are deleted, ext4 without
    # a journal looks for other inodes, and making a file costs three times as much.
    folder.mkdir(parents=True)
    measured = contestant.run(work, folder, workers)
    check_all(folder, work.documents, lines=LINES)
    return measured


def report(
    chosen: Sequence[Contestant],
    missing: dict[str, str],
    results: Results,
    settings: Settings,
    everybody: Sequence[str],
) -> str:
    """The Markdown of the speed part.

    Args:
        missing: title to why it was not measured.
        everybody: all titles, in the table's order.
    """
    rows = {}
    for contestant in chosen:
        runs = results[contestant.key]
        rows[contestant.title] = {
            "documents per second": contestant.title,
            "rendering": spread([run.rendering for run in runs]).text(),
            "whole": spread([run.whole for run in runs]).text(),
            "CPU a document, ms": spread([run.cpu_milliseconds for run in runs]).text(),
            "Python's share": f"{spread([run.python_share for run in runs]).median:.0%}",
        }
    for title, why in missing.items():
        rows[title] = {"documents per second": title, "rendering": f"not measured: {why}"}
    columns = ["documents per second", "rendering", "whole", "CPU a document, ms", "Python's share"]
    parts = [
        description(),
        f"{settings.repetitions} repetitions of {settings.documents:,} documents ({settings.slow_documents:,} for the "
        f"slow), {settings.workers} workers; median (lowest–highest).",
        table(columns, [rows[title] for title in everybody if title in rows]),
        _ratios(results),
        _stages(chosen, results),
    ]
    return "\n\n".join(part for part in parts if part)


def _ratios(results: Results) -> str:
    rows = []
    for ours, theirs, least in PROMISES:
        if results.get(ours) and results.get(theirs):
            ratios = {
                "rendering": _ratio(results[ours], results[theirs], lambda run: run.rendering),
                "whole": _ratio(results[ours], results[theirs], lambda run: run.whole),
            }
            rows.append(
                {
                    "ratio": f"{ours} / {theirs}",
                    "promised": f"≥ {least:g}",
                    **{name: ratio.text(2) for name, ratio in ratios.items()},
                    "kept": "yes" if ratios["rendering"].median >= least else "**no**",
                }
            )
    return table(["ratio", "promised", "rendering", "whole", "kept"], rows) if rows else ""


def _ratio(ours: list[Measured], theirs: list[Measured], figure: Callable[[Measured], float]) -> Spread:
    return paired_ratios([figure(run) for run in ours], [figure(run) for run in theirs])


def _stages(chosen: Sequence[Contestant], results: Results) -> str:
    rows = []
    for contestant in chosen:
        runs = [run.milliseconds for run in results[contestant.key] if run.milliseconds]
        if runs:
            known = [*_STAGES, *sorted(set(runs[0]) - set(_STAGES))]
            medians = {
                stage: spread([run[stage] for run in runs if stage in run]).text(2)
                for stage in known
                if any(stage in run for run in runs)
            }
            rows.append({"milliseconds a document": contestant.key, **medians})
    stages = list(dict.fromkeys(stage for row in rows for stage in row if stage != "milliseconds a document"))
    return table(["milliseconds a document", *stages], rows) if rows else ""
