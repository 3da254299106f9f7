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
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench import process_tree
from bench.check import check_all
from bench.figures import slope
from bench.invoice import token
from bench.machine import description
from bench.outputs import ended
from bench.own_run import OwnRun
from bench.process_tree import Usage
from bench.results import table, write_part

_MEGABYTE: Final = 1_000_000
WARM: Final = 0.1  # the first tenth warms up: 10,000 of 100,000
PROMISED_PEAK: Final = 300  # MB, one Python process


@dataclass(frozen=True, slots=True)
class Growth:
    """Memory of Python processes in MB; the slopes are MB per 10,000 documents, after the warm-up."""

    peak_of_one: float
    peak_of_all: float
    slope_of_one: float
    slope_of_all: float


def growth(samples: Sequence[tuple[float, int, int]], finished: Sequence[float], warm: int) -> Growth:
    """The growth over the middle of a run.

    Args:
        samples: seconds since the start, RSS of the largest Python process, RSS of all; bytes.
        finished: when each document was done, seconds since the start, sorted.
        warm: documents before the slope begins.

    Raises:
        ValueError: too few readings for a slope.
    """
    # After the last document, finish holds a batch's totals: another phase, with another size.
    steady = [
        (bisect.bisect_right(finished, when), one, everyone)
        for when, one, everyone in samples
        if finished[warm - 1] <= when < finished[-1]
    ]
    if len(steady) < 3:
        raise ValueError("too few readings of memory for a slope: render more documents")
    done = [float(count) for count, _, _ in steady]
    return Growth(
        peak_of_one=max(one for _, one, _ in samples) / _MEGABYTE,
        peak_of_all=max(everyone for _, _, everyone in samples) / _MEGABYTE,
        slope_of_one=slope(done, [one / _MEGABYTE for _, one, _ in steady]) * 10_000,
        slope_of_all=slope(done, [everyone / _MEGABYTE for _, _, everyone in steady]) * 10_000,
    )


def prepare(folder: Path, documents: int) -> Path:
    """A batch of small documents; returns its manifest."""
    with (folder / "rows.csv").open("w", encoding="utf-8") as rows:
        rows.write("number,token,name\n")
        rows.writelines(f"{number:07d},{token(number)},Name {number}\n" for number in range(1, documents + 1))
    batch = {
        "apiVersion": "pdfbatch.io/v1alpha1",
        "kind": "PdfBatch",
        "metadata": {"name": "bench-memory"},
        "spec": {
            "source": {"rows": {"uri": "rows.csv"}},
            "template": {"inline": "<!doctype html><title>{{ number }}</title><p>{{ token }}<p>{{ name }}"},
            "page": {"size": "A6"},
            "output": {"uri": "out/", "name": "{{ number }}.pdf"},
        },
    }
    manifest = folder / "batch.yaml"
    manifest.write_text(json.dumps(batch), encoding="utf-8")
    return manifest


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
        out = Path(scratch) / "out"
        own = OwnRun(prepare(Path(scratch), options.documents), out, options.workers)
        usage = process_tree.run(own.command, interval=0.5)
        if usage.exit_code != 0:
            print(f"pdfbatch run ended with {usage.exit_code}: {usage.stderr[-2000:]}", file=sys.stderr)
            return 1
        check_all(out, options.documents, lines=0)
        times = sorted(ended(line) - usage.started for line in own.output.lines())
    text = report(options.documents, usage, growth(usage.samples, times, max(1, int(options.documents * WARM))))
    if options.print:
        print(text)
    else:
        write_part("memory", text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
