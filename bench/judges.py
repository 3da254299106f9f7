"""`python -m bench.judges`: what other programs say of the invoice by each engine, and after each post-processing step.

qpdf checks its structure, pdftotext must find its own row and nobody else's, pdffonts tells whether each font is in it
and its text can be read back, pdfimages what pictures it has.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from bench.contestants import contestants
from bench.engines import NAMES
from bench.invoice import token, tokens_in
from bench.machine import description
from bench.postprocessing import PASSWORD, ROW, STEPS, compiled, invoice
from bench.results import table, write_part
from bench.workload import make_workload

_PROGRAMS: Final = {
    "qpdf": "qpdf",
    "pdftotext": "poppler-utils",
    "pdffonts": "poppler-utils",
    "pdfimages": "poppler-utils",
}
_COLUMNS: Final = ("document", "qpdf --check", "pdftotext", "pdffonts", "pdfimages")


def main() -> int:
    """Writes the judges' part of RESULTS.md. Exit status 1 when one of them complained."""
    parser = argparse.ArgumentParser(prog="python -m bench.judges", description=__doc__)
    parser.add_argument("--print", action="store_true", help="print the part instead of writing RESULTS.md")
    options = parser.parse_args()
    for program, package in _PROGRAMS.items():
        if not shutil.which(program):
            parser.error(f"{program} is missing: apt-get install {package}")
    rows, complaints = [], 0
    with tempfile.TemporaryDirectory(prefix="pdfbatch-judges-") as scratch:
        for name, pdf, password in _documents(Path(scratch)):
            path = Path(scratch) / "judged.pdf"
            path.write_bytes(pdf)
            said = _judged(path, password)
            complaints += sum(text.startswith("**") for text in said)
            rows.append(dict(zip(_COLUMNS, (name, *said), strict=True)))
    text = "\n\n".join([description(), f"{_versions()}.", table(_COLUMNS, rows)])
    if options.print:
        print(text)
    else:
        write_part("judges", text)
    return 1 if complaints else 0


def _documents(scratch: Path) -> Iterator[tuple[str, bytes, str]]:
    """A name, the PDF, and the password that opens it."""
    work = make_workload(scratch / "work", 1)
    for one in contestants():
        if one.key in NAMES and not one.missing():
            folder = scratch / one.key
            folder.mkdir()
            one.run(work, folder, 1)
            yield f"by {NAMES[one.key]}", (folder / "0000001.pdf").read_bytes(), ""
    tagged = invoice(tagged=True)
    yield "by chromium, tagged", tagged, ""
    plain = invoice(tagged=False)
    for name, spec in STEPS.items():
        if spec:
            encryption = spec.get("encryption", {})
            password = str(ROW["pin"]) if "userPasswordColumn" in encryption else PASSWORD if encryption else ""
            yield f"after {name}", compiled(spec)(plain, ROW, 0), password


def _judged(path: Path, password: str) -> tuple[str, str, str, str]:
    """What each judge says; a complaint is bold."""
    opened = ["-upw", password] if password else []
    checked = subprocess.run(
        ["qpdf", "--check", f"--password={password}", str(path)], capture_output=True, text=True, check=False
    )
    told = [line.strip() for line in (checked.stdout + checked.stderr).splitlines()]
    about = [line for line in told if line.startswith(("PDF Version", "R = ", "File is linearized"))]
    structure = f"no error ({', '.join(about).replace('PDF Version: ', 'PDF ')})"
    if checked.returncode:
        structure = f"**{'; '.join(told)}**"
    text = _said("pdftotext", *opened, str(path), "-")
    own = tokens_in(text) == {token(1)}
    words = f"its own row, {len(text.split())} words" if own else f"**{sorted(tokens_in(text))}**"
    fonts = [line.split() for line in _said("pdffonts", *opened, str(path)).splitlines()[2:]]
    # From the right: embedded, cut to its characters, with a map to Unicode, object number, generation.
    whole = [font[0] for font in fonts if font[-5] == "yes" and font[-3] == "yes"]
    # Every reader has it, in all its styles: not embedded by design.
    standard = sorted({font[0] for font in fonts if font[0].startswith("Helvetica")})
    lacking = {font[0] for font in fonts} - {*whole, *standard}
    embedded = f"{len(whole)} embedded, with their Unicode" if not lacking else f"**{sorted(lacking)}**"
    if standard:
        embedded += f"; {', '.join(standard)}, which readers have"
    images = _said("pdfimages", "-list", *opened, str(path)).splitlines()[2:]
    return structure, words, embedded, str(len(images)) if images else "none"


def _said(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def _versions() -> str:
    qpdf = _said("qpdf", "--version").split()[2]
    poppler = subprocess.run(["pdftotext", "-v"], capture_output=True, text=True, check=False).stderr.split()[2]
    return f"qpdf {qpdf} · poppler {poppler}"


if __name__ == "__main__":
    sys.exit(main())
