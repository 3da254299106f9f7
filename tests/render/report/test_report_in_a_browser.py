"""The report in the real browser: it stands alone, and what rows say in it stays text."""

import html.parser
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from pdfbatch_api.plan import Versions
from pdfbatch_api.records import Failure, Record
from pdfbatch_renderer.finishing.batch_summary import BatchSummary, ManifestFile
from pdfbatch_renderer.finishing.tally import Tally
from pdfbatch_renderer.report import render_report

pytestmark = pytest.mark.render

HOSTILE = [
    "<script>document.title='taken'</script>",
    '"><img src=x onerror="document.title=\'taken\'">',
    "'><svg onload=document.title='taken'>",
    "</style></title></textarea><script>document.title='taken'</script>",
    "javascript:document.title='taken'",
    "{{ 7 * 7 }}{% for x in y %}",
    "<!-- <script>",
    "]]><b>bold</b>&lt;i&gt;",
    "a\0b\u202egnp.exe",
]


def summary_of(texts: list[str], *, name: str = "invoices") -> BatchSummary:
    tally = Tally()
    for number, text in enumerate(texts):
        row = 3 * number + 1
        common = {"input": "", "finished": 1e9 + number, "milliseconds": 20.0 + number}
        tally.add(Record(row=row, name=text, status="succeeded", pages=1, bytes=60_000, stages={text: 1.0}, **common))
        tally.add(Record(row=row + 1, name=text, status="failed", error=Failure(text, text), **common))
        tally.add(
            Record(row=row + 2, name="a.pdf", status="succeeded", pages=2, bytes=70_000, warnings=(text,), **common)
        )
    numbers = tally.statistics()
    return BatchSummary(
        format=1,
        batch=texts[0],
        name=name,
        plan="00" * 32,
        output=f"file:///{texts[0]}/",
        versions=Versions(texts[0], texts[0], texts[0]),
        filtered=0,
        allowed_failures=0,
        within_policy=False,
        ended_because=texts[0],
        seconds=numbers.throughput.seconds,
        documents_per_second=numbers.documents_per_second,
        manifests=(ManifestFile("manifest.parquet", 1000, "ab" * 32),),
        plan_warnings=(texts[0],),
        statistics=numbers,
    )


class Elements(html.parser.HTMLParser):
    """What the browser made of it: every element with its attributes, and the text of the title."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.attributes: list[tuple[str, str]] = []
        self.text = ""
        self.title = ""
        self._open = ""
        self.feed(source)

    def handle_starttag(self, tag, attrs) -> None:
        self.names.add(tag)
        self._open = tag
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_data(self, data: str) -> None:
        if self._open == "title":
            self.title += data
            self._open = ""
        self.text += data


def browse(page: str, folder: Path) -> Elements:
    browser = shutil.which("chromium-headless-shell") or shutil.which("chromium")
    assert browser, "no browser: install chromium-headless-shell"
    path = folder / "report.html"
    path.write_text(page, "utf-8")
    command = [browser, "--headless", "--no-sandbox", "--disable-gpu", "--dump-dom", path.as_uri()]
    shown = subprocess.run(command, capture_output=True, timeout=60, check=True)
    return Elements(shown.stdout.decode())


OURS = {
    *("html", "head", "meta", "title", "style", "body", "main", "header", "section", "footer", "div", "p", "h1", "h2"),
    *("h3", "b", "span", "bdi", "a", "dl", "dt", "dd", "ul", "li", "details", "summary", "table", "tbody", "tr", "th"),
    *("td", "pre", "code", "svg", "rect", "line", "polygon", "polyline", "text"),
}


@pytest.mark.parametrize("policy", ["with its policy", "without it"])
def test_what_rows_say_stays_text(tmp_path: Path, policy: str) -> None:
    # given: names, reasons, messages, warnings, stages and versions that try to be markup
    page = render_report(summary_of(HOSTILE, name="</title><script>document.title='taken'</script>"))
    if policy == "without it":
        # The page's own Content-Security-Policy would hide a mistake in the escaping.
        page, removed = re.subn(r"<meta http-equiv=[^>]*>", "", page)
        assert removed == 1

    shown = browse(page, tmp_path)

    assert shown.names <= OURS
    assert shown.title.startswith("</title><script>")
    assert not [name for name, _ in shown.attributes if name.startswith("on")]
    assert {value for name, value in shown.attributes if name == "href" and not value.startswith("./")} == set()
    for text in HOSTILE[:-1]:
        assert shown.text.count(text) >= 4
    assert "a⟨U+0000⟩b⟨U+202E⟩gnp.exe" in shown.text


def test_a_mistake_in_the_escaping_would_be_found(tmp_path: Path) -> None:
    taken = browse(f"<title>report</title><p>{HOSTILE[0]}</p>", tmp_path)
    assert taken.title == "taken"
    assert "script" in taken.names


def test_it_asks_for_nothing(tmp_path: Path) -> None:
    page = render_report(summary_of(["plain text"]))
    shown = browse(page, tmp_path)
    assert not [value for name, value in shown.attributes if name in ("src", "srcset", "data", "action", "background")]
    assert "@import" not in page
    assert "url(" not in page


def test_the_same_summary_gives_the_same_page() -> None:
    summary = summary_of(HOSTILE)
    assert render_report(summary) == render_report(summary)


def test_a_batch_of_nothing_has_a_report(tmp_path: Path) -> None:
    empty = Tally().statistics()
    fields = {name: getattr(summary_of(["x"]), name) for name in BatchSummary.__struct_fields__}
    page = render_report(BatchSummary(**(fields | {"statistics": empty, "within_policy": True})))
    assert "Every document has its PDF" in browse(page, tmp_path).text


def test_it_prints_to_its_last_section(tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    path.write_text(render_report(summary_of(["x" * 400, "y " * 200])), "utf-8")
    browser = shutil.which("chromium-headless-shell") or shutil.which("chromium")
    assert browser
    pdf = tmp_path / "report.pdf"
    subprocess.run(
        [browser, "--headless", "--no-sandbox", "--disable-gpu", f"--print-to-pdf={pdf}", path.as_uri()],
        capture_output=True,
        timeout=60,
        check=True,
    )
    told = subprocess.run(["pdftotext", "-layout", str(pdf), "-"], capture_output=True, check=True).stdout.decode()
    assert "How to go on" in told
    assert "pdfbatch retry MANIFEST" in told
