"""Every kind of source, from its file to the text of its PDFs."""

import csv
import datetime as dt
import gzip
import io
from decimal import Decimal
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard

from tests.render.batches.a_batch import ABatch, image_of, items, page, picture, text

pytestmark = pytest.mark.render


def test_a_csv_with_typed_columns_and_a_filter_gives_a_pdf_a_kept_row(tmp_path: Path) -> None:
    # given quotes, a newline in a field, a BOM and a semicolon
    table = io.StringIO()
    writer = csv.writer(table, delimiter=";")
    writer.writerows(
        [["id", "total", "due", "paid", "note"], ["7", "10.50", "2026-11-03", "no", 'two\nlines; "quoted"']]
        + [[str(n), "1.10", "2026-12-01", "yes", ""] for n in range(8, 11)]
    )
    batch = ABatch(
        tmp_path,
        {
            "source": {
                "rows": {
                    "uri": "rows.csv",
                    "columns": {"total": "decimal", "due": "date", "paid": "boolean", "id": "integer"},
                    "filter": "not paid or id == 9",
                }
            },
            "template": {"inline": page("<p>{{ total + total }} {{ due | date }} {{ note }} {{ id + 1 }}</p>")},
        },
        {"rows.csv": "\ufeff" + table.getvalue()},
    )
    # when
    batch.run()
    # then the rows keep their numbers, and their values their kinds
    assert batch.names() == ["7.pdf", "9.pdf"]
    assert text(batch.document("7.pdf")) == '21.00 Nov 3, 2026 two lines; "quoted" 8'
    assert list(batch.lines()) == [1, 3]
    batch.assert_verified()


def test_compressed_tables_are_read_by_their_names(tmp_path: Path) -> None:
    # given
    packed_csv = gzip.compress(b"id,text\n1,caf\xc3\xa9\n2,b\n")
    packed_jsonl = zstandard.compress(b'{"id": 1, "text": {"a": [1.10, null]}}\n{"id": 2, "text": {"a": []}}\n')
    template = {"inline": page("<p>{{ id }}={{ text }}</p>")}
    for kind, content in (("csv.gz", packed_csv), ("jsonl.zst", packed_jsonl)):
        source = {"rows": {"uri": f"rows.{kind}"}}
        batch = ABatch(tmp_path / kind, {"source": source, "template": template}, {f"rows.{kind}": content})
        # when
        batch.run()
        # then
        assert batch.names() == ["1.pdf", "2.pdf"]
    assert text((tmp_path / "csv.gz/out/1.pdf").read_bytes()) == "1=café"
    assert "1.10" in text((tmp_path / "jsonl.zst/out/1.pdf").read_bytes())


def test_parquet_and_xlsx_bring_decimals_dates_and_nulls(tmp_path: Path) -> None:
    # given the same row in both
    due = dt.date(2026, 2, 28)
    table = pa.table(
        {"id": pa.array([1, 2]), "total": pa.array([Decimal("1234.50"), Decimal("0.10")], pa.decimal128(12, 2)),
         "due": pa.array([due, due]), "note": pa.array([None, "x"], pa.string())}
    )  # fmt: skip
    parquet = io.BytesIO()
    pq.write_table(table, parquet)
    book = openpyxl.Workbook()
    book.create_sheet("bills")
    for line in (["id", "total", "due", "note"], [1, 1234.5, due, None], [2, 0.1, due, "x"]):
        book["bills"].append(line)
    xlsx = io.BytesIO()
    book.save(xlsx)
    for kind, content, more in (("parquet", parquet, {}), ("xlsx", xlsx, {"sheet": "bills"})):
        source = {"rows": {"uri": f"rows.{kind}", **more}}
        template = {"inline": page("<p>{{ id }}|{{ total | money('EUR') }}|{{ due | date }}|{{ note is none }}</p>")}
        batch = ABatch(
            tmp_path / kind,
            {"source": source, "template": template, "output": {"name": "{{ '%d' % id }}.pdf"}},
            {f"rows.{kind}": content.getvalue()},
        )
        # when
        batch.run()
        # then
        assert text(batch.document("1.pdf")).startswith("1"), kind
        assert text(batch.document("1.pdf")).endswith("|€1,234.50|Feb 28, 2026|True"), kind
        assert text(batch.document("2.pdf")).endswith("|€0.10|Feb 28, 2026|False"), kind


def test_each_file_becomes_one_pdf_of_its_own(tmp_path: Path) -> None:
    # given a file of every kind
    batch = ABatch(
        tmp_path,
        {"source": {"files": {"uri": "pages/"}}, "output": {"name": "{{ folder }}/{{ stem }}.pdf"}},
        {
            "pages/a/one.html": page("<p>an html file</p>"),
            "pages/a/two.md": "# A heading\n\nSome *marked* text.\n",
            "pages/b/red.png": picture("#ff0000", (300, 300)),
            "pages/b/blue.svg": '<svg xmlns="http://www.w3.org/2000/svg" width="300" height="300">'
            '<rect width="300" height="300" fill="#0000ff"/></svg>',
            "pages/b/ignored.txt": "not one of ours",
        },
    )
    # when
    batch.run()
    # then
    assert batch.names() == ["a/one.pdf", "a/two.pdf", "b/blue.pdf", "b/red.pdf"]
    assert text(batch.document("a/one.pdf")) == "an html file"
    assert text(batch.document("a/two.pdf")) == "A heading Some marked text."
    for name, colour in (("red", (255, 0, 0)), ("blue", (0, 0, 255))):
        colours = image_of(batch.document(f"b/{name}.pdf")).getcolors(1 << 20) or []
        assert colour in {found for _, found in colours}, name
    batch.assert_verified()


def test_a_field_called_container_is_a_field(tmp_path: Path) -> None:
    # given a row that looks like a part of a manifest
    batch = ABatch(tmp_path, {"source": items({"id": 1, "container": {"format": "zip", "name": "x"}})})
    # when, then
    batch.run()
    assert batch.names() == ["1.pdf"]
    assert batch.lines()[1]["status"] == "succeeded"
