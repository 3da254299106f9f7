"""`python -m bench.engines`: the same invoice through every engine, its speed, its size, and a page of pictures."""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from bench.check import WrongDocumentsError, check_all
from bench.contestants import Contestant, Measured, RunFailedError, contestants
from bench.figures import interleaved, spread
from bench.invoice import LINES
from bench.machine import description
from bench.outputs import Output
from bench.results import table, write_part
from bench.workload import make_workload
from pdfbatch_renderer.contact_sheet import contact_sheet

PICTURE: Final = Path(__file__).parents[1] / "docs" / "pictures" / "engines.png"
# By the contestants' keys: what the page calls them.
NAMES: Final = {
    "full": "chromium",
    "own-scripts": "chromium, scripts on",
    "typst": "typst",
    "own-weasyprint": "weasyprint",
    "own-ironpdf": "ironpdf",
}
_FIRST: Final = "0000001.pdf"


def main() -> int:
    """Exit status 1 when an engine failed, or a PDF did not hold its own row."""
    parser = argparse.ArgumentParser(prog="python -m bench.engines", description=__doc__)
    parser.add_argument("--documents", type=int, default=2000, help="documents a run (default: 2000)")
    parser.add_argument("--slow-documents", type=int, default=200, help="of the slow engines (default: 200)")
    parser.add_argument("--repetitions", type=int, default=3)
    parser.add_argument("--workers", type=int, default=len(os.sched_getaffinity(0)), help="default: one a core")
    parser.add_argument("--print", action="store_true", help="print the table, and leave RESULTS.md and the picture")
    options = parser.parse_args()
    if not shutil.which("pdffonts"):
        parser.error("pdffonts names the fonts, and is missing: apt-get install poppler-utils, or bench/setup.sh")
    everybody = {one.key: one for one in contestants() if one.key in NAMES}
    missing = {key: why for key, one in everybody.items() if (why := one.missing())}
    chosen = {key: one for key, one in everybody.items() if key not in missing}
    with tempfile.TemporaryDirectory(prefix="pdfbatch-bench-") as scratch:
        try:
            engines = _run(chosen, options, Path(scratch))
        except (WrongDocumentsError, RunFailedError) as error:
            print(f"the bench ends without a figure: {error}", file=sys.stderr)
            return 1
        text = _report(missing, engines, options)
        if options.print:
            print(text)
            return 0
        PICTURE.write_bytes(contact_sheet([(NAMES[key], one.first) for key, one in engines.items()], columns=2))
    write_part("engines", text)
    print(f"written to bench/RESULTS.md and {PICTURE.name}", file=sys.stderr)
    return 0


@dataclass(slots=True)
class _Engine:
    """What came of an engine's runs.

    Attributes:
        size: bytes a document.
        first: the PDF of the first document.
    """

    runs: list[Measured] = field(default_factory=list)
    version: str = ""
    size: float = 0.0
    first: bytes = b""


def _run(chosen: Mapping[str, Contestant], options: argparse.Namespace, scratch: Path) -> dict[str, _Engine]:
    works = {
        False: make_workload(scratch / "fast", options.documents),
        True: make_workload(scratch / "slow", options.slow_documents),
    }
    engines = {key: _Engine() for key in chosen}
    for repetition, key in interleaved(list(chosen), options.repetitions):
        work, folder = works[chosen[key].slow], scratch / f"out-{repetition}-{key}"
        folder.mkdir(parents=True)
        measured = chosen[key].run(work, folder, options.workers)
        check_all(folder, work.documents, lines=LINES)
        engine = engines[key]
        engine.runs.append(measured)
        engine.version = Output(folder).engine()
        engine.size = sum(line["bytes"] for line in Output(folder).lines()) / work.documents
        engine.first = (folder / _FIRST).read_bytes()
        print(f"{repetition + 1}/{options.repetitions} {key}: {measured.rendering:.1f} documents/s", file=sys.stderr)
    return engines


def _report(missing: Mapping[str, str], engines: Mapping[str, _Engine], options: argparse.Namespace) -> str:
    rows = []
    for key, name in NAMES.items():
        if key in missing:
            rows.append({"engine": name, "documents per second": f"not measured: {missing[key]}"})
        if key not in engines:
            continue
        engine = engines[key]
        rows.append(
            {
                "engine": name,
                "version": engine.version,
                "documents per second": spread([run.rendering for run in engine.runs]).text(),
                "engine, ms a document": spread([run.milliseconds["engine"] for run in engine.runs]).text(),
                "CPU a document, ms": spread([run.cpu_milliseconds for run in engine.runs]).text(),
                "KB a document": f"{engine.size / 1000:.1f}",
                "fonts": ", ".join(fonts_of(engine.first)),
            }
        )
    columns = [
        "engine",
        "version",
        "documents per second",
        "engine, ms a document",
        "CPU a document, ms",
        "KB a document",
        "fonts",
    ]
    runs = (
        f"{options.repetitions} repetitions of {options.documents:,} documents ({options.slow_documents:,} for the "
        f"slow), {options.workers} workers, a template with 41 formatted values and metadata; median (lowest–highest)."
    )
    return "\n\n".join([description(), runs, table(columns, rows)])


def fonts_of(pdf: bytes) -> Sequence[str]:
    """The fonts in a PDF, as `pdffonts` names them, without the mark of a subset."""
    with tempfile.NamedTemporaryFile(suffix=".pdf") as file:
        file.write(pdf)
        file.flush()
        told = subprocess.run(["pdffonts", file.name], check=True, capture_output=True, text=True).stdout
    names = (line.split()[0] for line in told.splitlines()[2:])
    return sorted({name.partition("+")[2] or name for name in names})


if __name__ == "__main__":
    sys.exit(main())
