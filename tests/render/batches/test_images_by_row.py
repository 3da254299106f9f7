"""Images that rows bring: each row gets its own, and a row whose image is no good fails alone."""

from pathlib import Path

import pytest

from tests.render.batches.a_batch import ABatch, items, page, picture, pixel, text

pytestmark = pytest.mark.render

SHOWN = page(
    "<style>body{margin:0}img{display:block;width:100mm;height:100mm}</style>"
    "{% if photo %}<img src='{{ photo }}'>{% else %}no photo{% endif %}<p>TOKEN{{ id }}</p>"
)
SHEET = {"margin": "0mm"}
RED, GREEN, BLUE = (255, 0, 0), (0, 128, 0), (0, 0, 255)


def a_batch(folder: Path, *rows: dict[str, object], files: dict[str, bytes | str], **column: object) -> ABatch:
    """A batch of rows with a photo each."""
    images = [{"column": "photo", **column}]
    return ABatch(folder, {"source": items(*rows, images=images), "template": {"inline": SHOWN}, "page": SHEET}, files)


def test_images_of_the_same_name_in_two_folders_are_two_images(tmp_path: Path) -> None:
    # given paths relative to the manifest's folder, and one address of a file
    other = tmp_path / "elsewhere" / "photo.png"
    batch = a_batch(
        tmp_path / "batch",
        {"id": 1, "photo": "a/photo.png"},
        {"id": 2, "photo": "b/photo.png"},
        {"id": 3, "photo": other.as_uri()},
        {"id": 4, "photo": "a/photo.png"},
        files={"a/photo.png": picture("red"), "b/photo.png": picture("green"), str(other): picture("blue")},
    )
    # when
    batch.run()
    # then each page shows its own
    colours = [pixel(batch.document(f"{row}.pdf"), 100, 100) for row in (1, 2, 3, 4)]
    assert colours == [RED, GREEN, BLUE, RED]
    batch.assert_verified()


def test_rows_whose_images_are_no_good_fail_alone_and_say_why(tmp_path: Path) -> None:
    # given
    batch = a_batch(
        tmp_path,
        {"id": 1, "photo": "good.png"},
        {"id": 2, "photo": "missing.png"},
        {"id": 3, "photo": "large.png"},
        {"id": 4, "photo": "text.png"},
        {"id": 5, "photo": "cut.png"},
        {"id": 6, "photo": "folder"},
        {"id": 7, "photo": None},
        {"id": 8, "photo": "good.png"},
        {"id": 9, "photo": "http://127.0.0.1:9/photo.png"},
        files={
            "good.png": picture("red"),
            "large.png": picture("red") + bytes(20_000),
            "text.png": "I am no image",
            "cut.png": picture("red", (300, 300))[:-20],
            "folder/inner.png": picture("red"),
        },
        maxBytes="10k",
    )
    # when
    batch.run(status=1)
    # then
    lines = batch.lines()
    assert {row: line["reason"] for row, line in lines.items()} == {
        1: None, 2: "ImageMissing", 3: "ImageTooLarge", 4: "ImageDamaged", 5: "ImageDamaged",
        6: "ImageUnavailable", 7: "ImageMissing", 8: None, 9: "ImageUnavailable",
    }  # fmt: skip
    for row, name in (
        (2, "missing.png"),
        (3, "large.png"),
        (4, "text.png"),
        (5, "cut.png"),
        (6, "folder"),
        (9, "http:"),
    ):
        assert name in lines[row]["message"], row
        assert "'photo'" in lines[row]["message"], row
    assert batch.names() == ["1.pdf", "8.pdf"]
    assert pixel(batch.document("8.pdf"), 100, 100) == RED
    batch.assert_verified()


def test_an_optional_image_that_is_missing_leaves_the_value_empty_and_a_warning(tmp_path: Path) -> None:
    batch = a_batch(
        tmp_path,
        {"id": 1, "photo": "missing.png"},
        {"id": 2, "photo": ""},
        {"id": 3, "photo": "good.png"},
        files={"good.png": picture("red")},
        optional=True,
    )
    batch.run()
    assert [text(batch.document(f"{row}.pdf")) for row in (1, 2, 3)] == ["no photo TOKEN1", "no photo TOKEN2", "TOKEN3"]
    lines = batch.lines()
    assert "missing.png" in lines[1]["warnings"][0]
    assert lines[2]["warnings"] == lines[3]["warnings"] == []


def test_an_image_that_changes_between_two_rows_is_shown_as_it_is(tmp_path: Path) -> None:
    # given an address that answers with the next colour each time it is read: a file that a first run finds red,
    # and a retry (the same plan, another row) blue
    batch = a_batch(
        tmp_path,
        {"id": 1, "photo": "photo.png", "second": "photo.png"},
        {"id": 2, "photo": "photo.png", "second": "later.png"},
        files={"photo.png": picture("red")},
    )
    spec = batch.manifest.read_text().replace("- column: photo", "- column: photo\n      - column: second")
    batch.manifest.write_text(spec)
    batch.run(status=1)
    assert pixel(batch.document("1.pdf"), 100, 100) == RED
    # when
    batch.write("photo.png", picture("blue"))
    batch.write("later.png", picture("green"))
    batch.retry()
    # then row 1 keeps what it was printed with, and row 2 shows what is there now
    assert pixel(batch.document("1.pdf"), 100, 100) == RED
    assert pixel(batch.document("2.pdf"), 100, 100) == BLUE
    batch.assert_verified()
