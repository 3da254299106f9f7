"""`python -m bench.memory_of_engines`: 20,000 small documents through every engine; does memory grow?"""

import argparse
import os
import sys
import tempfile
from pathlib import Path
from typing import Final

from bench.check import WrongDocumentsError
from bench.contestants import RunFailedError, contestants
from bench.engines import NAMES
from bench.machine import description
from bench.memory import HTML, WARM, Growth, measure, prepare
from bench.own_run import spec_of
from bench.process_tree import Usage
from bench.results import table, write_part

_TYPST: Final = """\
#import "/pdfbatch.typ": row
#set document(title: row.number)
#row.token

#row.name
"""
# By the names of NAMES: the kinds of run whose engine it is.
_KINDS: Final = {
    "chromium": "full",
    "chromium, scripts on": "scripts",
    "typst": "typst",
    "weasyprint": "weasyprint",
    "ironpdf": "ironpdf",
}


def main() -> int:
    """Writes the part on every engine's memory. Exit status 1 when an engine failed, or a PDF did not hold its row."""
    parser = argparse.ArgumentParser(prog="python -m bench.memory_of_engines", description=__doc__)
    parser.add_argument("--documents", type=int, default=20_000)
    parser.add_argument("--workers", type=int, default=len(os.sched_getaffinity(0)), help="default: one a core")
    parser.add_argument("--only", nargs="+", choices=list(_KINDS), help="only these")
    parser.add_argument("--print", action="store_true", help="print the part instead of writing RESULTS.md")
    options = parser.parse_args()
    missing = {NAMES[one.key]: why for one in contestants() if one.key in NAMES and (why := one.missing())}
    rows = []
    for name, kind in _KINDS.items():
        if options.only is not None and name not in options.only:
            continue
        if name in missing:
            rows.append({"engine": name, "documents per second": f"not measured: {missing[name]}"})
            continue
        with tempfile.TemporaryDirectory(prefix="pdfbatch-memory-") as scratch:
            template = _TYPST if kind == "typst" else HTML
            engine = spec_of(kind).get("engine")
            manifest = prepare(Path(scratch), options.documents, template=template, engine=engine)
            try:
                usage, measured = measure(manifest, options.documents, options.workers)
            except (RunFailedError, WrongDocumentsError) as error:
                print(f"{name}: {error}", file=sys.stderr)
                return 1
            rows.append(_row(name, options.documents, usage, measured))
        print(f"{name}: {rows[-1]}", file=sys.stderr, flush=True)
    text = _report(options.documents, options.workers, rows)
    if options.print:
        print(text)
    else:
        write_part("memory-of-engines", text)
    return 0


def _row(name: str, documents: int, usage: Usage, measured: Growth) -> dict[str, str]:
    row = {
        "engine": name,
        "documents per second": f"{documents / usage.seconds:.0f}",
        "largest Python process, MB": f"{measured.peak_of_one:.0f}",
        "its growth": f"{measured.slope_of_one:+.2f}",
    }
    if measured.peak_of_browsers > 0:
        row["browsers, MB"] = f"{measured.peak_of_browsers:.0f}"
        row["their growth"] = f"{measured.slope_of_browsers:+.1f}"
    return row


def _report(documents: int, workers: int, rows: list[dict[str, str]]) -> str:
    columns = list(dict.fromkeys(column for row in rows for column in row))
    return "\n\n".join(
        [
            description(),
            f"{documents:,} small documents an engine, {workers} workers, every one checked. Growth in MB per 10,000 "
            f"documents, after the first {int(documents * WARM):,}. What browsers' processes share is counted in each.",
            table(columns, rows),
        ]
    )


if __name__ == "__main__":
    sys.exit(main())
