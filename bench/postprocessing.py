"""`python -m bench.postprocessing`: what each step costs on the bench's invoice, in milliseconds of CPU."""

import argparse
import datetime as dt
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any, Final

from PIL import Image

from bench.invoice import TEMPLATE, row
from bench.machine import description
from bench.results import table, write_part
from pdfbatch_api.resource.postprocessing import PostprocessingSpec
from pdfbatch_api.values import RowData
from pdfbatch_renderer.postprocessing import compile_steps
from pdfbatch_renderer.postprocessing.encryption import freeze_secret

_EXAMPLES: Final = Path(__file__).parents[1] / "examples"
ROW: Final[RowData] = {"customer": "Customer 0000001", "pin": "11-9035-k"}
PASSWORD: Final = "opens"
_ENVIRONMENT: Final = {"PDFBATCH_USER_PASSWORD": PASSWORD, "PDFBATCH_OWNER_PASSWORD": "rules"}
_SECRET: Final = {"name": "passwords", "key": "pdf"}
_METADATA: Final = {"title": "Invoice {customer}", "author": "Bench", "subject": "{customer}"}
STEPS: Final[dict[str, dict[str, Any]]] = {
    "none": {},
    "metadata": {"metadata": _METADATA},
    "letterhead": {"letterhead": {"uri": "paper.pdf"}},
    "watermark, text in Helvetica": {"watermark": {"text": "COPY {customer}"}},
    "watermark, text in a font": {"watermark": {"text": "COPY {customer}", "font": "font"}},
    "watermark, image": {"watermark": {"image": "logo.png", "size": "40mm"}},
    "watermark, PDF": {"watermark": {"pdf": "paper.pdf", "size": "80mm"}},
    "attachments, one of 10 KB": {"attachments": [{"uri": "terms.txt"}]},
    "linearize": {"linearize": True},
    "encryption, passwords of the batch": {
        "encryption": {"userPasswordSecretRef": _SECRET, "ownerPasswordSecretRef": _SECRET}
    },
    "encryption, password by row": {"encryption": {"userPasswordColumn": "pin"}},
    "letterhead, watermark, metadata, encryption by row": {
        "letterhead": {"uri": "paper.pdf"},
        "watermark": {"text": "COPY {customer}", "font": "font"},
        "metadata": _METADATA,
        "encryption": {"userPasswordColumn": "pin"},
    },
}


def files() -> dict[str, bytes]:
    """What the steps name."""
    logo = BytesIO()
    Image.new("RGBA", (400, 200), (200, 90, 55, 180)).save(logo, "PNG")
    font = next((_EXAMPLES / "invoices" / "template").rglob("ibm-plex-sans-latin-600-*.woff2"))
    return {
        "paper.pdf": (_EXAMPLES / "payslips" / "template" / "paper.pdf").read_bytes(),
        "font": font.read_bytes(),
        "logo.png": logo.getvalue(),
        "terms.txt": b"What was agreed upon.\n" * 450,
    }


def invoice(*, tagged: bool) -> bytes:
    """The invoice as pdfbatch prints it."""
    with tempfile.TemporaryDirectory(prefix="pdfbatch-bench-") as name:
        folder = Path(name)
        shutil.copytree(TEMPLATE, folder / "template")
        (folder / "rows.jsonl").write_text(json.dumps(row(1), default=str) + "\n")
        batch = {
            "apiVersion": "pdfbatch.io/v1alpha1",
            "kind": "PdfBatch",
            "metadata": {"name": "bench-steps"},
            "spec": {
                "source": {"rows": {"uri": "rows.jsonl"}},
                "template": {"uri": "template/", "entry": "invoice.html", "locale": "en_GB"},
                "page": {"size": "A4", "margin": "18mm", "tagged": tagged},
                "output": {"uri": "out/", "name": "invoice.pdf"},
            },
        }
        (folder / "batch.yaml").write_text(json.dumps(batch))
        command = [sys.executable, "-m", "pdfbatch_renderer.cli", "run", str(folder / "batch.yaml"), "--workers", "1"]
        subprocess.run(command, check=True, capture_output=True)
        return (folder / "out" / "invoice.pdf").read_bytes()


def _text(pattern: str, what: str) -> Callable[[RowData, int], str]:
    return lambda of, number: pattern.format(**of)


def compiled(spec: dict[str, Any]) -> Callable[[bytes, RowData, int], bytes]:
    """What is done to a document, with its row and number."""
    parsed = PostprocessingSpec.model_validate(spec)
    return compile_steps(
        parsed,
        text=_text,
        document_date=dt.datetime(2026, 11, 1, tzinfo=dt.UTC),
        producer="pdfbatch",
        files=files(),
        secret=freeze_secret(parsed.encryption, _ENVIRONMENT) if parsed.encryption else None,
        environment=_ENVIRONMENT,
    )


def measured(pdf: bytes, spec: dict[str, Any], rounds: int) -> tuple[float, int]:
    """The best of five rounds, in milliseconds of CPU a document, and the bytes that it adds."""
    step = compiled(spec)
    made = step(pdf, ROW, 0)
    best = float("inf")
    for start in range(5):
        since = time.process_time()
        for number in range(rounds):
            step(pdf, ROW, start * rounds + number)
        best = min(best, (time.process_time() - since) / rounds)
    return best * 1000, len(made) - len(pdf)


def main() -> None:
    """Writes the post-processing part of RESULTS.md."""
    parser = argparse.ArgumentParser(prog="python -m bench.postprocessing", description=__doc__)
    parser.add_argument("--documents", type=int, default=200, help="documents a round; five rounds, the best counts")
    parser.add_argument("--print", action="store_true", help="print the part instead of writing RESULTS.md")
    options = parser.parse_args()
    plain, tagged = invoice(tagged=False), invoice(tagged=True)
    lines = []
    for name, spec in STEPS.items():
        milliseconds, added = measured(plain, spec, options.documents)
        of_tagged, _ = measured(tagged, spec, options.documents)
        lines.append(
            {
                "step": name,
                "CPU a document, ms": f"{milliseconds:.2f}",
                "of a tagged one": f"{of_tagged:.2f}",
                "bytes added": f"{added:+,}",
            }
        )
    text = "\n\n".join(
        [
            description(),
            f"The bench's invoice: {len(plain):,} bytes, tagged {len(tagged):,}. The best of five rounds of "
            f"{options.documents} documents.",
            table(("step", "CPU a document, ms", "of a tagged one", "bytes added"), lines),
        ]
    )
    if options.print:
        print(text)
    else:
        write_part("postprocessing", text)


if __name__ == "__main__":
    main()
