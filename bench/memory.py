"""`python -m bench.memory`: 100,000 small documents; does Python's memory grow?

RSS is read twice a second; how many documents were done at that moment comes from the batch's own manifest. Small
documents, because whatever leaks leaks a document, and 100,000 of them must pass in bearable time.
"""

import argparse
import bisect
import json
import os
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path
from typing import Any, Final

from bench import process_tree
from bench.check import WrongDocumentsError, check_all
from bench.contestants import RunFailedError
from bench.figures import slope
from bench.invoice import token
from bench.machine import description
from bench.outputs import ended
from bench.own_run import OwnRun
from bench.process_tree import Sample, Usage
from bench.results import table, write_part

_MEGABYTE: Final = 1_000_000
HTML: Final = "<!doctype html><title>{{ number }}</title><p>{{ token }}<p>{{ name }}"
WARM: Final = 0.1  # the first tenth warms up: 10,000 of 100,000
PROMISED_PEAK: Final = 300  # MB, one Python process


@dataclass(frozen=True, slots=True)
class Growth:
    """Memory in MB: of the largest Python process, of all of them, and of all browsers' processes. The slopes are MB
    per 10,000 documents, after the warm-up.
    """

    peak_of_one: float
    peak_of_all: float
    peak_of_browsers: float
    slope_of_one: float
    slope_of_all: float
    slope_of_browsers: float


def growth(samples: Sequence[Sample], finished: Sequence[float], warm: int) -> Growth:
    """The growth over the middle of a run.

    Args:
        finished: when each document was done, seconds since the start, sorted.
        warm: documents before the slope begins.

    Raises:
        ValueError: too few readings for a slope.
    """
    # After the last document, finish holds a batch's totals: another phase, with another size.
    steady = [sample for sample in samples if finished[warm - 1] <= sample.when < finished[-1]]
    if len(steady) < 3:
        raise ValueError("too few readings of memory for a slope: render more documents")
    done = [float(bisect.bisect_right(finished, sample.when)) for sample in steady]

    def peak(of: Callable[[Sample], int]) -> float:
        return max(map(of, samples)) / _MEGABYTE

    def rise(of: Callable[[Sample], int]) -> float:
        return slope(done, [of(sample) / _MEGABYTE for sample in steady]) * 10_000

    one, everyone, browsers = attrgetter("largest"), attrgetter("python"), attrgetter("browsers")
    return Growth(peak(one), peak(everyone), peak(browsers), rise(one), rise(everyone), rise(browsers))


def prepare(folder: Path, documents: int, *, template: str = HTML, engine: Mapping[str, Any] | None = None) -> Path:
    """A batch of small documents; returns its manifest.

    Args:
        template: in the engine's language; it prints the row's number, token and name.
        engine: spec.engine.
    """
    with (folder / "rows.csv").open("w", encoding="utf-8") as rows:
        rows.write("number,token,name\n")
        rows.writelines(f"{number:07d},{token(number)},Name {number}\n" for number in range(1, documents + 1))
    batch = {
        "apiVersion": "pdfbatch.io/v1alpha1",
        "kind": "PdfBatch",
        "metadata": {"name": "bench-memory"},
        "spec": {
            "source": {"rows": {"uri": "rows.csv"}},
            "template": {"inline": template},
            "engine": dict(engine or {}),
            "page": {"size": "A6"},
            "output": {"uri": "out/", "name": "{{ number }}.pdf"},
        },
    }
    manifest = folder / "batch.yaml"
    manifest.write_text(json.dumps(batch), encoding="utf-8")
    return manifest


def measure(manifest: Path, documents: int, workers: int) -> tuple[Usage, Growth]:
    """Runs a batch into a folder beside its manifest, checks every PDF, and says what it took.

    Raises:
        RunFailedError: it did not do its work.
        WrongDocumentsError: a PDF does not hold its own row.
    """
    own = OwnRun(manifest, manifest.parent / "out", workers)
    usage = process_tree.run(own.command, interval=0.5)
    if usage.exit_code != 0:
        raise RunFailedError(f"pdfbatch run ended with {usage.exit_code}: {usage.stderr[-2000:]}")
    check_all(own.folder, documents, lines=0)
    times = sorted(ended(line) - usage.started for line in own.output.lines())
    return usage, growth(usage.samples, times, max(1, int(documents * WARM)))


def report(documents: int, usage: Usage, measured: Growth) -> str:
    """The Markdown of the memory part."""
    kept = measured.peak_of_one <= PROMISED_PEAK
    rows = [
        {
            "Python processes": "the largest",
            "peak, MB": f"{measured.peak_of_one:.0f}",
            "growth, MB per 10,000 documents": f"{measured.slope_of_one:+.2f}",
        },
        {
            "Python processes": "all together",
            "peak, MB": f"{measured.peak_of_all:.0f}",
            "growth, MB per 10,000 documents": f"{measured.slope_of_all:+.2f}",
        },
    ]
    return "\n\n".join(
        [
            description(),
            f"{documents:,} small documents in {usage.seconds:,.0f} s ({documents / usage.seconds:.0f} a second), "
            f"every one checked. The growth is the slope after the first {int(documents * WARM):,}. Promised: at most "
            f"{PROMISED_PEAK} MB in a process: {'kept' if kept else '**not kept**'}.",
            table(["Python processes", "peak, MB", "growth, MB per 10,000 documents"], rows),
        ]
    )


def main() -> int:
    """Writes the memory part of RESULTS.md."""
    parser = argparse.ArgumentParser(prog="python -m bench.memory", description=__doc__)
    parser.add_argument("--documents", type=int, default=100_000)
    parser.add_argument("--workers", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--print", action="store_true", help="print the part instead of writing RESULTS.md")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="pdfbatch-memory-") as scratch:
        try:
            usage, measured = measure(prepare(Path(scratch), options.documents), options.documents, options.workers)
        except (RunFailedError, WrongDocumentsError) as error:
            print(error, file=sys.stderr)
            return 1
    text = report(options.documents, usage, measured)
    if options.print:
        print(text)
    else:
        write_part("memory", text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
