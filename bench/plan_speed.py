"""`python -m bench.plan_speed`: a million rows of a flat ten-column CSV, planned on one core."""

import argparse
import json
import sys
import tempfile
from pathlib import Path
from typing import Final

from bench import process_tree
from bench.machine import description
from bench.process_tree import Usage
from bench.results import table, write_part

_MEGABYTE: Final = 1_000_000
PROMISED_RATE: Final = 40_000  # rows a second
PROMISED_PEAK: Final = 500  # MB
_COLUMNS: Final = ("number", "customer", "street", "city", "country", "issued", "due", "net", "tax", "gross")


def prepare(folder: Path, rows: int) -> Path:
    """Writes the CSV and a manifest that names every document by two columns; returns the manifest."""
    with (folder / "rows.csv").open("w", encoding="utf-8") as file:
        file.write(",".join(_COLUMNS) + "\n")
        file.writelines(
            f"2026-{number:07d},Customer {number % 5000},Any Street {number % 200},Sometown {number % 900},DE,"
            f"2026-11-{number % 28 + 1:02d},2026-12-{number % 28 + 1:02d},{number % 9000}.10,{number % 1700}.02,"
            f"{number % 10700}.12\n"
            for number in range(1, rows + 1)
        )
    batch = {
        "apiVersion": "pdfbatch.io/v1alpha1",
        "kind": "PdfBatch",
        "metadata": {"name": "bench-plan"},
        "spec": {
            "source": {"rows": {"uri": "rows.csv"}},
            "template": {"inline": "<p>" + " ".join("{{ " + column + " }}" for column in _COLUMNS)},
            "output": {"uri": "out/", "name": "{{ customer }}/{{ number }}.pdf"},
        },
    }
    manifest = folder / "batch.yaml"
    manifest.write_text(json.dumps(batch), encoding="utf-8")
    return manifest


def report(rows: int, usage: Usage) -> str:
    """The Markdown of the plan part."""
    rate, peak = rows / usage.seconds, usage.peak_python / _MEGABYTE
    lines = [
        {
            "one core": f"{rows:,} rows, ten columns, in {usage.seconds:.1f} s",
            "measured": f"{rate:,.0f} rows/s",
            "promised": f"≥ {PROMISED_RATE:,}",
            "kept": "yes" if rate >= PROMISED_RATE else "**no**",
        },
        {
            "one core": "memory of the process at its largest",
            "measured": f"{peak:.0f} MB",
            "promised": f"≤ {PROMISED_PEAK} MB",
            "kept": "yes" if peak <= PROMISED_PEAK else "**no**",
        },
    ]
    return f"{description()}\n\n{table(['one core', 'measured', 'promised', 'kept'], lines)}"


def main() -> int:
    """Writes the plan part of RESULTS.md. The time is that of the whole command, Python's start included."""
    parser = argparse.ArgumentParser(prog="python -m bench.plan_speed", description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--print", action="store_true", help="print the part instead of writing RESULTS.md")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="pdfbatch-plan-") as scratch:
        manifest = prepare(Path(scratch), options.rows)
        program = Path(sys.executable).with_name("pdfbatch")
        command = [str(program), "plan", str(manifest), "--output", str(Path(scratch) / "out")]
        usage = process_tree.run(command, interval=0.1, cores={0})
        if usage.exit_code != 0:
            print(f"pdfbatch plan ended with {usage.exit_code}: {usage.stderr[-2000:]}", file=sys.stderr)
            return 1
    text = report(options.rows, usage)
    if options.print:
        print(text)
    else:
        write_part("plan", text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
