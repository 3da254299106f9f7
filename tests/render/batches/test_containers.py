"""Zips and merged PDFs, whole or not there, and what a retry makes of them."""

import hashlib
import io
import zipfile
from pathlib import Path
from typing import Any

import pypdfium2
import pytest

from tests.render.batches.a_batch import ABatch, items, page, picture, text, texts

pytestmark = pytest.mark.render

SHOWN = {"inline": page("<h1>TOKEN{{ id }}</h1>{% if photo %}<img src='{{ photo }}'>{% endif %}")}


def rows(*pairs: tuple[int, str], photo: dict[int, str] | None = None) -> dict[str, Any]:
    """Items with an id and the key of their container."""
    photos = photo or {}
    values = ({"id": row, "key": key, "photo": photos.get(row, "good.png")} for row, key in pairs)
    return items(*values, images=[{"column": "photo"}])


def test_documents_are_zipped_by_key_and_merged_in_row_order_with_bookmarks(tmp_path: Path) -> None:
    # given rows whose keys are mixed
    source = rows((9, "b"), (2, "a"), (7, "b"), (4, "a"), (5, "b"))
    for form in ("zip", "pdf"):
        batch = ABatch(
            tmp_path / form,
            {
                "source": source,
                "template": SHOWN,
                "output": {"container": {"format": form, "name": f"by/{{{{ key }}}}.{form}"}},
            },
            {"good.png": picture("red")},
        )
        # when
        batch.run()
        # then
        assert batch.names() == [f"by/a.{form}", f"by/b.{form}"]
        batch.assert_verified()
        # and nothing of the rendered documents is left in the work folder
        assert not [name for name in batch.work_files() if name.startswith("spool/")]
    archive = zipfile.ZipFile(io.BytesIO((tmp_path / "zip/out/by/b.zip").read_bytes()))
    assert archive.namelist() == ["9.pdf", "7.pdf", "5.pdf"]
    assert [text(archive.read(name)) for name in archive.namelist()] == ["TOKEN9", "TOKEN7", "TOKEN5"]
    merged = (tmp_path / "pdf/out/by/b.pdf").read_bytes()
    assert texts(merged) == ["TOKEN9", "TOKEN7", "TOKEN5"]
    document = pypdfium2.PdfDocument(merged)
    marks = [(mark.get_title(), mark.get_dest().get_index()) for mark in document.get_toc()]
    document.close()
    assert marks == [("9.pdf", 0), ("7.pdf", 1), ("5.pdf", 2)]


def test_a_failed_member_withholds_its_container_until_a_retry(tmp_path: Path) -> None:
    # given a row whose image is not there yet
    batch = ABatch(
        tmp_path,
        {
            "source": rows((1, "a"), (2, "a"), (3, "b"), photo={2: "late.png"}),
            "template": SHOWN,
            "output": {"container": {"format": "zip", "name": "{{ key }}.zip"}},
        },
        {"good.png": picture("red")},
    )
    batch.run(status=1)
    assert batch.names() == ["b.zip"]
    before = {row: (line["status"], line["reason"]) for row, line in batch.lines().items()}
    assert before == {1: ("failed", "ContainerWithheld"), 2: ("failed", "ImageMissing"), 3: ("succeeded", None)}
    other = hashlib.sha256(batch.document("b.zip")).hexdigest()
    # when
    batch.write("late.png", picture("blue"))
    batch.retry()
    # then the container is whole, and the other one untouched
    assert batch.names() == ["a.zip", "b.zip"]
    archive = zipfile.ZipFile(io.BytesIO(batch.document("a.zip")))
    assert [text(archive.read(name)) for name in archive.namelist()] == ["TOKEN1", "TOKEN2"]
    assert hashlib.sha256(batch.document("b.zip")).hexdigest() == other
    assert {line["status"] for line in batch.lines().values()} == {"succeeded"}
    batch.assert_verified()
    assert not [name for name in batch.work_files() if name.startswith("spool/")]
    # and its bytes are those of a batch that never failed
    flawless = ABatch(
        tmp_path / "flawless",
        {
            "source": rows((1, "a"), (2, "a"), (3, "b"), photo={2: "late.png"}),
            "template": SHOWN,
            "output": {"container": {"format": "zip", "name": "{{ key }}.zip"}},
        },
        {"good.png": picture("red"), "late.png": picture("blue")},
    )
    flawless.run()
    assert flawless.document("a.zip") == batch.document("a.zip")


def test_allow_partial_writes_what_there_is_and_a_retry_completes_it(tmp_path: Path) -> None:
    batch = ABatch(
        tmp_path,
        {
            "source": rows((1, "a"), (2, "a"), (3, "a"), photo={2: "late.png"}),
            "template": SHOWN,
            "output": {
                "existing": "Refuse",
                "container": {"format": "pdf", "name": "{{ key }}.pdf", "allowPartial": True},
            },
        },
        {"good.png": picture("red")},
    )
    batch.run(status=1)
    assert texts(batch.document("a.pdf")) == ["TOKEN1", "TOKEN3"]
    assert [line["status"] for line in batch.lines().values()] == ["succeeded", "failed", "succeeded"]
    batch.assert_verified()
    batch.write("late.png", picture("blue"))
    batch.retry()
    assert texts(batch.document("a.pdf")) == ["TOKEN1", "TOKEN2", "TOKEN3"]
    batch.assert_verified()


def test_a_container_in_a_folder_that_is_taken_is_refused_before_anything_is_rendered(tmp_path: Path) -> None:
    batch = ABatch(
        tmp_path,
        {
            "source": rows((1, "a")),
            "template": SHOWN,
            "output": {"existing": "Refuse", "container": {"format": "zip", "name": "by/{{ key }}.zip"}},
        },
        {"good.png": picture("red"), "out/by/a.zip": "of somebody else"},
    )
    ended = batch.run(status=2)
    assert "by/a.zip exists already" in " ".join(ended.err.split())
    assert batch.document("by/a.zip") == b"of somebody else"
