"""Mistakes that the plan finds: exit status 2, words that name the place and the remedy, and nothing rendered."""

from pathlib import Path
from typing import Any

import pytest

from tests.render.bad_input.a_stranger import AStranger

BROKEN_JSON = "".join('{"number": %s}\n' % ("" if line == 7213 else line) for line in range(1, 7301))


def named(pattern: str) -> dict[str, Any]:
    return {"output": {"uri": "out", "name": pattern}}


TABLES: dict[str, tuple[str, str | bytes | None, tuple[str, ...]]] = {
    "no such file": ("rows.csv", None, ("/rows.csv: there is no such file", "spelling")),
    "an empty file": ("rows.csv", "", ("rows.csv: the file is empty",)),
    "too many fields": ("rows.csv", "number,text\n1,a\n2,b,c\n", ("row 2, line 3", "3 fields", "quotes")),
    "a NUL byte": ("rows.csv", b"number,text\n1,a\n2,b\0c\n", ("row 2, line 3", "NUL byte", "utf-16")),
    "broken JSON on line 7,213": ("rows.jsonl", BROKEN_JSON, ("line 7213", "broken JSON at character")),
    "a Parquet that is none": ("rows.parquet", "number,text\n1,a\n", ("rows.parquet: this is not Parquet", "format")),
    "a gzip that is none": ("rows.csv.gz", "number,text\n1,a\n", ("gzip file is broken", "compression: none")),
    "a value of 50 MB": ("rows.csv", "number,text\n1," + "x" * 50_000_000, ("row 1, line 2", "limits.row")),
    "two rows with one name": ("rows.csv", "number,text\n1,a\n2,b\n1,c\n", ("rows 1 and 3", "'1.pdf'", "{{ row }}")),
    "a name of 300 bytes": ("rows.csv", "number,text\n" + "x" * 300 + ",a\n", ("row 1", "255 are the limit", "[:80]")),
}


@pytest.mark.parametrize("case", TABLES)
def test_a_table_that_cannot_be_rendered_is_refused_at_its_place(case: str, tmp_path: Path) -> None:
    table, rows, words = TABLES[case]
    stranger = AStranger(tmp_path, rows=rows, table=table, template="<p>{{ number }}</p>")

    told = stranger.runs()

    told.says("error:", *words)
    assert told.status == 2
    assert stranger.documents() == set()


TEMPLATES: dict[str, tuple[str, tuple[str, ...]]] = {
    "one brace too few": ("<h1>\n{{ number }</h1>", ("t.html, line 2", "braces")),
    "an unknown column": ("<p>\n{{ txet }}", ("t.html, line 2", "no column 'txet'", "Did you mean 'text'?")),
    "an include out of its folder": (
        "{% include '../../etc/passwd' %}",
        ("t.html, line 1", "in the template's folder"),
    ),
    "Python's insides by a dot": (
        "<p>\n{{ number.__class__.__mro__[1].__subclasses__() }}",
        ("t.html, line 2", "closed to templates", "sandbox"),
    ),
    "Python's insides by attr": ("{{ number | attr('__class__') }}", ("t.html, line 1", "'__class__' is closed")),
    "a picture that is not there": (
        "<img src='logo.png'>{{ number }}",
        ("t.html, line 1", "'logo.png'", "optionalAssets"),
    ),
}


@pytest.mark.parametrize("case", TEMPLATES)
def test_a_template_that_fails_with_every_row_is_refused_at_its_line(case: str, tmp_path: Path) -> None:
    template, words = TEMPLATES[case]
    stranger = AStranger(tmp_path, template=template)

    told = stranger.runs()

    told.says("error:", *words)
    assert told.status == 2
    assert stranger.documents() == set()


SPECS: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "a typo in a key": ({"page": {"margn": "1cm"}}, ("batch.yaml, line", "spec.page.margn", "Did you mean margin?")),
    "an option of IronPDF's, misspelt": (
        {"engine": {"name": "ironpdf", "ironpdf": {"grayscale": True}}},
        ("spec.engine.ironpdf.grayscale", "Did you mean grayScale?"),
    ),
    "an unknown column in a name": (named("{{ numbr }}.pdf"), ("spec.output.name", "'numbr'", "Did you mean number?")),
    "a name that leaves the output": (named("../{{ number }}.pdf"), ("spec.output.name", "'..'")),
    "a name of ours": (named("summary.json"), ("row 1", "pdfbatch itself writes")),
    "an output that is a file": ({"output": {"uri": "t.html", "name": "x.pdf"}}, ("t.html", "is a file")),
    "a filter that leaves nothing": (
        {"source": {"rows": {"uri": "rows.csv", "filter": "number == 'z'"}}},
        ("none of 3 rows", "filter"),
    ),
}


@pytest.mark.parametrize("case", SPECS)
def test_a_manifest_that_cannot_be_meant_is_refused_by_its_key(case: str, tmp_path: Path) -> None:
    spec, words = SPECS[case]
    stranger = AStranger(tmp_path, spec=spec)

    told = stranger.runs()

    told.says("error:", *words)
    assert told.status == 2
    assert stranger.documents() == set()


COMMANDS: dict[str, tuple[tuple[str, ...], int, tuple[str, ...]]] = {
    "a manifest that is not there": (("run", "nowhere.yaml"), 2, ("nowhere.yaml", "Give the path")),
    "row zero": (("preview", "batch.yaml", "--rows", "0"), 2, ("--rows 0", "from 1")),
    "a row past the end": (("preview", "batch.yaml", "--rows", "99"), 2, ("no row 99", "has 3")),
    "retry before run": (("retry", "batch.yaml"), 2, ("nothing to retry", "pdfbatch run")),
    "verify of nothing": (("verify", "."), 1, ("there is no manifest", "another folder")),
}


@pytest.mark.parametrize("case", COMMANDS)
def test_a_command_that_cannot_be_done_says_what_to_type(case: str, tmp_path: Path) -> None:
    arguments, status, words = COMMANDS[case]

    told = AStranger(tmp_path).types(*arguments)

    told.says(*words)
    assert told.status == status


def test_a_manifest_that_is_not_utf_8_is_refused_by_its_line(tmp_path: Path) -> None:
    stranger = AStranger(tmp_path)
    (tmp_path / "batch.yaml").write_bytes(b"kind: PdfBatch\nmetadata: {name: caf\xe9}\n")

    told = stranger.runs()

    told.says("batch.yaml, line 2", "0xe9", "UTF-8")
    assert told.status == 2


def test_a_preview_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    told = AStranger(tmp_path).types("preview", "batch.yaml", "--rows", "1", "--output", "t.html/preview.pdf")

    told.says("t.html", "the preview cannot be written", "--output")
    assert told.status == 2
