"""What the documents say is so: their links lead somewhere, and their examples give what they show."""

import datetime as dt
import re
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest

from tests.unit.project.pages import ROOT, anchors, rows_of_tables, section
from tests.unit.templates.a_template import a_template

README = ROOT / "README.md"
PAGES = sorted([README, *(ROOT / "docs").glob("*.md"), *(ROOT / "examples").glob("**/README.md")])
FILTERS = section(ROOT / "docs" / "templates.md", "Filters")
EXAMPLES = [row for row in rows_of_tables(FILTERS) if len(row) == 3 and row[0] != "template"]

# The row that docs/templates.md describes.
ROW = {
    "total": Decimal("1234.5"),
    "share": Decimal("0.19"),
    "due": dt.date(2026, 11, 30),
    "sent": dt.datetime(2026, 11, 30, 14, 5, tzinfo=dt.UTC),
    "price": "12.50",
    "items": [{"net": Decimal("0.10")}, {"net": Decimal("0.20")}],
    "address": "Federgasse 3\n00100 Halmstätten",
    "note": None,
    "number": "2026-00001",
}


def test_the_filters_tables_are_found() -> None:
    assert len(EXAMPLES) >= 20


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example[0])
def test_a_filter_gives_what_its_page_shows(example: list[str]) -> None:
    for locale, shown in zip(("de_DE", "en_GB"), example[1:], strict=True):
        template = a_template(example[0].strip("`")).speaking(locale=locale, currency="EUR", timezone="Europe/Berlin")
        expected = "" if shown == "(nothing)" else shown.strip("`")
        assert template.html(**ROW).replace("\n", "") == expected


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_within_the_repository_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text()):
        if target.startswith(("http://", "https://")):
            continue
        path, _, anchor = target.partition("#")
        there = page.parent / path if path else page
        assert there.exists(), target
        if anchor and there.suffix == ".md":
            assert anchor in anchors(there), target


def test_the_readmes_manifest_has_no_mistake(tmp_path: Path) -> None:
    # given the manifest as somebody copies it
    blocks = re.findall(r"```yaml\n(.*?)```", README.read_text(), re.DOTALL)
    block = next(block for block in blocks if block.startswith("apiVersion"))
    manifest = tmp_path / "letters.yaml"
    manifest.write_text(block.replace("uri: examples/", f"uri: {ROOT}/examples/"))

    done = subprocess.run(
        [sys.executable, "-m", "pdfbatch_renderer.cli", "validate", str(manifest)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert done.returncode == 0, done.stderr
    assert "no mistake found" in done.stdout
