"""Files that are whole documents: text, pictures of every kind, PDFs; what is wrong with one is that one's affair."""

import subprocess
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from PIL import Image

from tests.render.batches.a_batch import ABatch, image_of, page, pdfinfo, picture, text, texts
from tests.unit.postprocessing.test_source_pdf import pdf_of
from tests.unit.templates.a_picture import png_that_claims, tiff, with_a_wrong_checksum

pytestmark = pytest.mark.render

_RECTANGLE = '<rect width="300" height="300" fill="#00f"/>'
SVG = f'<svg xmlns="http://www.w3.org/2000/svg" width="300" height="300">{_RECTANGLE}</svg>'


def files(*include: str, **more: Any) -> dict[str, Any]:
    return {"source": {"files": {"uri": "in/", "include": list(include), **more}}, "output": {"name": "{{ stem }}.pdf"}}


def run(batch: ABatch, **environment: str) -> None:
    """Runs the batch, which must succeed."""
    ended = batch.call("run", environment=environment)
    assert ended.status == 0, ended.out + ended.err


def layout(pdf: Path) -> str:
    """A PDF's text as poppler lays it out."""
    return subprocess.run(["pdftotext", "-layout", str(pdf), "-"], capture_output=True, text=True, check=True).stdout


def pictures_in(pdf: Path) -> list[str]:
    """The lines of pdfimages, one a picture."""
    listed = subprocess.run(["pdfimages", "-list", str(pdf)], capture_output=True, text=True, check=True).stdout
    return [line for line in listed.splitlines()[2:] if " image " in line]


def checked(pdf: Path) -> None:
    """qpdf finds nothing wrong with it."""
    done = subprocess.run(["qpdf", "--check", str(pdf)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("engine", ["chromium", "weasyprint"])
def test_text_keeps_its_columns_and_its_pages(engine: str, tmp_path: Path) -> None:
    # given a table of spaces, a line that is too long, a form feed, and German of long ago
    table = "name      amount\n<Ada>      12.00\n" + "x" * 300 + "\n\fsecond page\n"
    batch = ABatch(
        tmp_path,
        {**files("*.txt"), "engine": {"name": engine}},
        {"in/table.txt": table, "in/old.txt": "Größe und Maß der Käufer, für Straßen".encode("windows-1252")},
    )
    # when
    batch.run()
    # then
    pdf = batch.out / "table.pdf"
    lines = [line.rstrip() for line in layout(pdf).splitlines()]
    assert lines[0].index("amount") == lines[1].index("12.00") - 1 == lines[0].index("name") + 10
    assert "<Ada>" in lines[1]
    first, second = texts(pdf.read_bytes())
    assert first.replace(" ", "").count("x") == 300
    assert second == "second page"
    assert text(batch.document("old.pdf")) == "Größe und Maß der Käufer, für Straßen"
    checked(pdf)


@pytest.mark.parametrize("engine", ["chromium", "weasyprint"])
def test_pictures_of_every_kind_are_printed_by_both(engine: str, tmp_path: Path) -> None:
    # given
    webp = BytesIO()
    Image.new("RGB", (300, 300), "#ff0000").save(webp, "WEBP", lossless=True)
    batch = ABatch(
        tmp_path,
        {**files("*.webp", "*.svg", "*.tif", "*.png"), "engine": {"name": engine}},
        {
            "in/red.webp": webp.getvalue(),
            "in/blue.svg": SVG,
            "in/three.tif": tiff("#ff0000", "#00ff00", "#0000ff"),
            "in/one.png": picture("#00ff00", (300, 300)),
        },
    )
    # when
    batch.run()
    # then each picture has a page of its own, in its colour
    assert batch.names() == ["blue.pdf", "one.pdf", "red.pdf", "three.pdf"]
    colours = {"blue": ["#0000ff"], "one": ["#00ff00"], "red": ["#ff0000"], "three": ["#ff0000", "#00ff00", "#0000ff"]}
    for name, wanted in colours.items():
        pdf = batch.document(f"{name}.pdf")
        assert len(texts(pdf)) == len(wanted)
        for index, colour in enumerate(wanted):
            rgb = tuple(int(colour[place : place + 2], 16) for place in (1, 3, 5))
            found = [colour for _, colour in image_of(pdf, index).getcolors(1 << 20) or []]
            # A JPEG within the PDF may be off by one.
            assert any(all(abs(a - b) <= 2 for a, b in zip(rgb, one, strict=True)) for one in found), (name, index)
        checked(batch.out / f"{name}.pdf")
    assert [len(pictures_in(batch.out / f"{name}.pdf")) for name in ("one", "red", "three")] == [1, 1, 3]


def test_pdfs_go_through_the_steps_and_keep_their_pages(tmp_path: Path) -> None:
    # given
    batch = ABatch(
        tmp_path,
        {
            **files("*.pdf"),
            "postprocessing": {
                "watermark": {"text": "COPY", "opacity": 1},
                "metadata": {"title": "ours"},
                "encryption": {"ownerPasswordSecretRef": {"name": "s", "key": "k"}},
            },
        },
        {"in/a.pdf": pdf_of(3), "in/b.pdf": pdf_of(1)},
    )
    # when there is no browser to be found
    run(batch, PDFBATCH_OWNER_PASSWORD="rules", PDFBATCH_CHROMIUM="/nowhere/chromium")
    # then
    assert [line["pages"] for line in batch.lines().values()] == [3, 1]
    info = pdfinfo(batch.out / "a.pdf")
    assert (info["Pages"], info["Title"]) == ("3", "ours")
    assert info["Encrypted"].startswith("yes")
    assert text(batch.document("b.pdf")).count("COPY") == 1
    checked(batch.out / "a.pdf")
    batch.assert_verified()


def test_pdfs_without_steps_stay_what_they_are_and_merge_with_the_rest(tmp_path: Path) -> None:
    # given
    given = pdf_of(2)
    alone = ABatch(tmp_path / "alone", files("*.pdf"), {"in/a.pdf": given})
    spec = files("*.pdf", "*.md", "*.png")
    spec["output"]["container"] = {"format": "pdf", "name": "{{ folder }}.pdf"}
    merged = ABatch(
        tmp_path / "merged",
        spec,
        {
            "in/x/1.md": "# First",
            "in/x/2.pdf": pdf_of(2),
            "in/x/3.png": picture("#ff0000", (300, 300)),
            "in/x/4.png": picture("#0000ff", (300, 300)),
            "in/y/1.pdf": pdf_of(1),
        },
    )
    # when
    alone.run()
    merged.run()
    # then
    assert alone.document("a.pdf") == given
    assert merged.names() == ["x.pdf", "y.pdf"]
    assert texts(merged.document("x.pdf"))[0] == "First"
    assert pdfinfo(merged.out / "x.pdf")["Pages"] == "5"
    assert len(pictures_in(merged.out / "x.pdf")) == 2
    checked(merged.out / "x.pdf")
    merged.assert_verified()


def test_whatever_is_wrong_with_a_file_is_that_files_own_failure(tmp_path: Path) -> None:
    # given one good file, and bombs, damages and locks
    png = picture("#ff0000", (300, 300))
    batch = ABatch(
        tmp_path,
        {**files("*"), "output": {"name": "{{ path }}.pdf"}, "failurePolicy": {"maxFailedDocuments": "100%"}},
        {
            "in/bomb.png": png_that_claims(50_000, 50_000),
            "in/cut.png": png[: len(png) // 2],
            "in/cut.tif": tiff("red", "blue")[:-40],
            "in/damaged.pdf": pdf_of(2)[:-200],
            "in/entities.svg": '<!DOCTYPE svg [<!ENTITY a "b">]><svg xmlns="http://www.w3.org/2000/svg">&a;</svg>',
            "in/good.html": page("good"),
            "in/locked.pdf": pdf_of(1, user="u", owner="o"),
            "in/no-picture.jpg": "no picture",
            "in/script.svg": '<svg xmlns="http://www.w3.org/2000/svg"><script>x</script></svg>',
            "in/wrong.png": with_a_wrong_checksum(png),
        },
    )
    # when
    batch.run()
    # then
    reasons = {line["name"].removesuffix(".pdf"): line["reason"] for line in batch.lines().values()}
    assert reasons == {
        "bomb.png": "ImageTooLarge",
        "cut.png": "ImageDamaged",
        "cut.tif": "ImageDamaged",
        "damaged.pdf": "DocumentDamaged",
        "entities.svg": "ImageDamaged",
        "good.html": None,
        "locked.pdf": "DocumentEncrypted",
        "no-picture.jpg": "ImageDamaged",
        "script.svg": "ImageDamaged",
        "wrong.png": "ImageDamaged",
    }
    assert text(batch.document("good.html.pdf")) == "good"


def test_a_password_opens_what_is_encrypted(tmp_path: Path) -> None:
    # given
    batch = ABatch(
        tmp_path,
        files("*.pdf", passwordSecretRef={"name": "s", "key": "k"}),
        {"in/locked.pdf": pdf_of(2, user="opens", owner="rules"), "in/open.pdf": pdf_of(1)},
    )
    # when
    without = batch.call("run")
    run(batch, PDFBATCH_SOURCE_PASSWORD="opens")
    # then
    assert without.status == 2
    assert "PDFBATCH_SOURCE_PASSWORD is not set" in without.err
    with pikepdf.open(batch.out / "locked.pdf") as document:
        assert (document.is_encrypted, len(document.pages)) == (False, 2)


def test_a_row_may_bring_many_pictures(tmp_path: Path) -> None:
    # given
    batch = ABatch(
        tmp_path,
        {
            "source": {
                "items": {"values": [{"id": 1, "photos": ["a.png", "b.png"]}], "images": [{"column": "photos"}]}
            },
            "template": {
                "inline": page("{% for photo in photos %}<img src='{{ photo }}' style='display:block'>{% endfor %}")
            },
        },
        {"a.png": picture("#ff0000", (200, 200)), "b.png": picture("#0000ff", (200, 200))},
    )
    # when
    batch.run()
    # then
    assert len(pictures_in(batch.out / "1.pdf")) == 2
    colours = {colour for _, colour in image_of(batch.document("1.pdf")).getcolors(1 << 20) or []}
    assert {(255, 0, 0), (0, 0, 255)} <= colours
