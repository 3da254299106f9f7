"""Typst: templates in its own language, the row as data."""

import asyncio
import hashlib
import json
import subprocess
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2
import pytest
from fontTools.ttLib import TTFont

from pdfbatch_api.errors import DocumentError
from tests.render.batches.a_batch import ABatch, image_of, items, numbered, pdfinfo, picture, pixel, text, texts
from tests.render.engines.conftest import StartEngine, given

pytestmark = pytest.mark.render

HEAD = '#import "/pdfbatch.typ": row, row-number, date, amount\n'
LOGO = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><rect width="9" height="9" fill="#f00"/></svg>'
MILLIMETRE = 72 / 25.4
RED, BLUE = (255, 0, 0), (0, 0, 255)


def a_font(name: str, *, like: str = "DejaVu Sans") -> bytes:
    """A font of that name, which no machine has, with the letters of one that this has."""
    listed = subprocess.run(["fc-match", "-f", "%{file}", like], capture_output=True, text=True, check=True)
    font = TTFont(listed.stdout)
    for record in font["name"].names:
        if record.nameID in (1, 4, 6, 16):
            record.string = name
    made = BytesIO()
    font.save(made)
    return made.getvalue()


def pdffonts(path: Path) -> str:
    """What poppler says of a file's fonts."""
    return subprocess.run(["pdffonts", str(path)], capture_output=True, text=True, check=True).stdout


def a_batch(folder: Path, template: str, spec: dict[str, Any] | None = None, **files: bytes | str) -> ABatch:
    """A batch that prints with Typst."""
    whole = {"source": numbered(1), "template": {"inline": HEAD + template}, **(spec or {})}
    return ABatch(folder, {**whole, "engine": {"name": "typst", **whole.get("engine", {})}}, files)


def test_a_folder_brings_its_parts_its_font_and_its_logo(tmp_path: Path) -> None:
    # given a template of two files and a picture, and a row that is nested and keeps its kinds
    files = {
        "template/invoice.typ": HEAD
        + '#import "parts/greeting.typ": greeting\n#set page(margin: 0pt)\n#image("/logo.svg", width: 50mm)\n'
        + '#set text(font: "House", fallback: false)\n#greeting(row.customer.name) '
        + "No. #row-number: #amount(row.total), "
        + '#amount(row.count, digits: 0, thousands: " ")'
        + '\n#date(row.due).display("[day].[month].[year]") #datetime.today().display()\n'
        + "#for line in row.lines [#line.name,]",
        "template/parts/greeting.typ": "#let greeting(name) = [Dear #name,]",
        "template/logo.svg": LOGO,
        "template/fonts/house.ttf": a_font("House"),
        "rows.jsonl": '{"id": 7, "customer": {"name": "Åsa *not bold* #panic()"}, "total": 1234567.10, "count": 12345, '
        '"due": "2026-11-30", "lines": [{"name": "a"}, {"name": "b"}]}\n',
    }
    spec = {
        "source": {"rows": {"uri": "rows.jsonl"}},
        "template": {"uri": "template/"},
        "engine": {"name": "typst"},
        "documentDate": "2026-11-05",
    }
    batch = ABatch(tmp_path, spec, files)
    # when
    batch.run()
    # then what stands in a value is text, whatever it looks like
    pdf = batch.document("7.pdf")
    assert "Dear Åsa *not bold* #panic()," in text(pdf)
    assert "No. 1: 1,234,567.10, 12 345 30.11.2026 2026-11-05" in text(pdf)
    assert "a,b," in text(pdf)
    assert "House" in pdffonts(batch.out / "7.pdf")
    assert pixel(pdf, 20, 20) == RED
    batch.assert_verified()


def test_a_row_brings_its_own_picture(tmp_path: Path) -> None:
    spec = {
        "source": items({"id": 1, "photo": "red.png"}, {"id": 2, "photo": "blue.png"}, images=[{"column": "photo"}])
    }
    batch = a_batch(
        tmp_path,
        '#set page(margin: 0pt)\n#image("/" + row.photo, width: 100pt)',
        spec,
        **{"red.png": picture("red"), "blue.png": picture("blue")},
    )
    batch.run()
    assert pixel(batch.document("1.pdf"), 50, 50) == RED
    assert pixel(batch.document("2.pdf"), 50, 50) == BLUE


def test_the_sheet_is_the_manifests_unless_the_template_says_otherwise(tmp_path: Path) -> None:
    def size_and_ink(name: str, template: str, page: dict[str, Any]) -> tuple[float, float, float, float]:
        batch = a_batch(tmp_path / name, template, {"page": page})
        batch.run()
        pdf = batch.document("1.pdf")
        document = pypdfium2.PdfDocument(pdf)
        width, height = document[0].get_size()
        assert len(document) == 1
        document.close()
        box = image_of(pdf).convert("L").point(lambda value: 255 if value < 200 else 0).getbbox()
        assert box is not None
        return (round(width / MILLIMETRE), round(height / MILLIMETRE), box[0] / MILLIMETRE, box[1] / MILLIMETRE)

    mark = "#square(size: 10mm, fill: black)"
    page = {"size": "A5", "orientation": "landscape", "margin": {"left": "17mm", "top": "31mm"}}
    assert size_and_ink("a", mark, page) == (210, 148, pytest.approx(17, abs=0.6), pytest.approx(31, abs=0.6))
    own = f"#set page(width: 60mm, height: 90mm, margin: 5mm)\n{mark}"
    assert size_and_ink("b", own, page) == (60, 90, pytest.approx(5, abs=0.6), pytest.approx(5, abs=0.6))


def test_tags_bookmarks_and_each_rows_own_metadata(tmp_path: Path) -> None:
    spec = {
        "source": items({"id": 1, "who": "Åsa (no. 1) & Søn"}, {"id": 2, "who": "李"}),
        "page": {"outline": True},
        "postprocessing": {"metadata": {"title": "Bill {{ id }}", "author": "{{ who }}", "language": "de-DE"}},
        "documentDate": "2026-11-05T10:00:00Z",
    }
    batch = a_batch(tmp_path, "= First #row.id\n== Second", spec)
    batch.run()
    for row, author in ((1, "Åsa (no. 1) & Søn"), (2, "李")):
        path = batch.out / f"{row}.pdf"
        information = pdfinfo(path, "-isodates")
        assert information["Tagged"] == "yes"
        assert (information["Title"], information["Author"]) == (f"Bill {row}", author)
        assert information["CreationDate"].startswith("2026-11-05T10:00:00")
        document = pypdfium2.PdfDocument(path)
        assert [mark.get_title() for mark in document.get_toc()] == [f"First {row}", "Second"]
        document.close()
        with pikepdf.open(path) as pdf:
            assert pdf.check_pdf_syntax() == []
            assert str(pdf.Root.Lang) == "de-DE"
            assert "/StructTreeRoot" in pdf.Root


async def test_tags_are_as_asked(start: StartEngine, tmp_path: Path) -> None:
    path = tmp_path / "x.pdf"
    for sheet, tagged in (({}, "no"), ({"tagged": True}, "yes"), ({"outline": True}, "yes")):
        engine = await start("typst", {"t.typ": b"= First"}, page=sheet)
        path.write_bytes((await engine.render(given({}))).pdf)
        assert pdfinfo(path)["Tagged"] == tagged
        with pikepdf.open(path) as pdf:
            assert ("/StructTreeRoot" in pdf.Root) == (tagged == "yes")
        # Bookmarks are there whether asked for or not.
        document = pypdfium2.PdfDocument(path)
        assert [mark.get_title() for mark in document.get_toc()] == ["First"]
        document.close()


def test_the_locale_is_the_language_of_the_text(tmp_path: Path) -> None:
    # given rows that say what language they are in, and one that does not
    spec = {
        "source": items({"id": 1, "is": "de_DE"}, {"id": 2, "is": None}, {"id": 3, "is": "no such thing"}),
        "template": {
            "inline": HEAD + '"said" #context text.lang #context text.region',
            "locale": "fr_CH",
            "localeColumn": "is",
        },
    }
    batch = a_batch(tmp_path, "", spec)
    batch.run(status=1)
    assert text(batch.document("1.pdf")) == "„said“ de DE"
    assert text(batch.document("2.pdf")).endswith("fr CH")
    assert "'no such thing' is no locale" in batch.lines()[3]["message"]


def test_what_is_wrong_with_a_template_is_said_in_the_plan_with_its_line(tmp_path: Path) -> None:
    told = {
        "a column that no row has": ("#row.nmae", "line 2, column 'nmae'", "Did you mean 'name'?"),
        "a name": ("#unknown", "line 2: unknown variable: unknown", ""),
        "a bracket": ("#(1", "line 2: unclosed delimiter", ""),
        "a package": ('#import "@preview/cetz:0.3.0": canvas', "line 2: the package cetz 0.3.0", "not fetched"),
    }
    for number, (what, (template, said, hint)) in enumerate(told.items()):
        batch = a_batch(tmp_path / str(number), template, {"source": items({"id": 1, "name": "x"})})
        for command in ("validate", "run"):
            ended = batch.call(command)
            assert ended.status != 0, what
            shown = " ".join(ended.err.split())
            assert f"template.typ, {said}" in shown, (what, shown)
            assert hint in shown, (what, shown)
        assert not list(batch.out.glob("*.pdf"))


def test_what_is_wrong_with_a_part_is_said_with_the_parts_own_line(tmp_path: Path) -> None:
    files = {"template/t.typ": HEAD + '#import "parts/total.typ": total\n#total(row)'}
    part = "// of all rows\n#let total(row) = [\n  #(row.amount + 1)\n]\n"
    spec = {"source": items({"id": 1, "amount": "x"}), "template": {"uri": "template/", "entry": "t.typ"}}
    batch = a_batch(tmp_path, "", spec, **files, **{"template/parts/total.typ": part})

    ended = batch.call("run")

    shown = " ".join((ended.err + str(batch.lines()[1].get("message") if batch.out.exists() else "")).split())
    assert ended.status != 0
    assert "parts/total.typ, line 3: cannot add string and integer" in shown


def test_what_is_wrong_with_a_row_fails_it_alone(tmp_path: Path) -> None:
    spec = {
        "source": items(
            {"id": 1, "more": {"x": 1}, "logo": "a.svg"},
            {"id": 2, "more": {}, "logo": "a.svg"},
            {"id": 3, "more": {"x": "text"}, "logo": "a.svg"},
            {"id": 4, "more": {"x": 1}, "logo": "missing.svg"},
            {"id": 5, "more": {"x": 2}, "logo": "a.svg", "own": "y"},
        ),
        "template": {"uri": "template/"},
    }
    template = HEAD + '#(row.more.x + 1)\n#image("/" + row.logo)\n#row.at("own", default: "none")'
    batch = a_batch(tmp_path, "", spec, **{"template/t.typ": template, "template/a.svg": LOGO})

    batch.run(status=1)

    lines = batch.lines()
    assert [row for row, line in lines.items() if line["status"] == "succeeded"] == [1, 5]
    assert "y" in text(batch.document("5.pdf"))
    assert {line["reason"] for line in lines.values() if line["status"] == "failed"} == {"TemplateFailed"}
    assert lines[2]["message"].startswith("t.typ, line 2: there is no field 'x' in this object")
    assert lines[3]["message"].startswith("t.typ, line 2: cannot add string and integer")
    assert lines[4]["message"].startswith("t.typ, line 3: there is no file 'missing.svg' in the template's folder")


def test_a_document_without_end_is_ended_and_its_neighbours_are_printed(tmp_path: Path) -> None:
    spec = {
        "source": numbered(6),
        "limits": {"timeout": "2s"},
        "retries": {"document": 0},
        "failurePolicy": {"maxFailedDocuments": 1},
    }
    batch = a_batch(
        tmp_path,
        "#if row.id == 3 { for a in range(9999) { for b in range(9999) { let c = calc.sin(a * b) } } }\nR#row.id",
        spec,
    )

    batch.run()

    lines = batch.lines()
    assert lines[3]["reason"] == "Timeout"
    assert [text(batch.document(f"{row}.pdf")) for row in (1, 2, 4, 5, 6)] == ["R1", "R2", "R4", "R5", "R6"]


async def test_a_document_that_takes_all_memory_is_ended_and_the_next_is_printed(start: StartEngine) -> None:
    template = b'#import "/pdfbatch.typ": row\n#if row.big { let x = "ab"; for i in range(40) { x = x + x } }\nsmall'
    engine = await start("typst", {"t.typ": template}, engine={"typst": {"memory": "300Mi"}})

    with pytest.raises(DocumentError) as caught:
        await engine.render(given({"big": True}))

    assert caught.value.reason in ("OutOfMemory", "EngineCrashed")
    assert text((await engine.render(given({"big": False}))).pdf) == "small"
    assert sum(engine.restarts.values()) == 1


HOSTILE = {
    "styles": "#set text(fill: red, size: 40pt)\n#show heading: set text(blue)\n= x",
    "a page": "#set page(width: 30mm, height: 30mm, margin: 0pt)\nx",
    "a state and a counter": '#state("s", 1).update(99)#counter(page).update(50)#counter(heading).step()x',
    "a label": "= Top <top>",
    "a title": '#set document(title: "Somebody else", author: "Nobody")\nx',
    "a language": '#set text(lang: "ar", dir: rtl)\nx',
    "a missing font": '#set text(font: "No Such Font")\nx',
    "a failure": "#panic()",
    "many pages": "#for i in range(60) [#pagebreak(weak: true) x]",
    "a definition": '#let row = (name: "Nobody")\n#row.name',
}
ORDINARY = (
    '#import "/pdfbatch.typ": row\n= Ordinary <top>\n#row.name @top #context state("s", 0).get() '
    '#set heading(numbering: none)\n#context counter(page).display()\n#image("/logo.svg", width: 20pt)'
).replace(" @top", " #link(<top>)[up]")


@pytest.mark.parametrize("name", HOSTILE)
async def test_nothing_of_a_document_reaches_the_next(name: str, start: StartEngine) -> None:
    # given what a fresh engine prints
    files = {"ordinary.typ": ORDINARY.encode(), "hostile.typ": HOSTILE[name].encode(), "logo.svg": LOGO.encode()}
    page = given({"name": "Åsa"}, entry="ordinary.typ")
    fresh = (await (await start("typst", files)).render(page)).pdf
    # when it prints a hostile document first, and the clock goes on
    engine = await start("typst", files)
    for _ in range(2):
        try:
            await engine.render(given({}, entry="hostile.typ"))
        except DocumentError:
            assert name == "a failure"
    await asyncio.sleep(1.1)
    # then the ordinary one is the same
    assert (await engine.render(page)).pdf == fresh


async def test_a_thousand_documents_each_hold_their_own_row(start: StartEngine) -> None:
    engine = await start("typst", {"t.typ": (HEAD + "#row.token #row-number").encode()})
    for number in range(1, 1001):
        token = hashlib.sha256(str(number).encode()).hexdigest()[:12]
        printed = await engine.render(given({"token": f"T{token}"}, number=number))
        if number % 10 == 0:
            assert text(printed.pdf) == f"T{token} {number}"


OUTSIDE = {
    "a file": '#read("/etc/passwd")',
    "a file above": '#read("../../../../etc/passwd")',
    "a picture": '#image("/../../etc/hostname")',
    "data": '#json("/proc/self/environ")',
    "a package": '#import "@preview/example:0.1.0": add',
    "a local package": '#import "@local/example:0.1.0": add',
    "an address": '#image("http://127.0.0.1:9/x.png")',
}


@pytest.mark.parametrize("name", OUTSIDE)
async def test_nothing_is_read_from_elsewhere(name: str, start: StartEngine) -> None:
    engine = await start("typst", {"t.typ": OUTSIDE[name].encode()})
    with pytest.raises(DocumentError) as caught:
        await engine.render(given({}))
    assert caught.value.reason == "TemplateFailed"
    assert caught.value.where.line == 1
    assert caught.value.hint
    assert "/tmp" not in str(caught.value)


async def test_a_font_that_is_missing_is_told(start: StartEngine) -> None:
    engine = await start("typst", {"t.typ": b'#set text(font: ("No Such Font", "DejaVu Sans"))\nx'})
    assert (await engine.render(given({}))).warnings == ("unknown font family: no such font",)


def test_a_plan_records_typst_and_another_version_does_not_take_part(tmp_path: Path) -> None:
    # given a plan
    batch = a_batch(tmp_path, "R#row.id", {"source": numbered(2)})
    assert batch.call("plan").status == 0
    (path,) = batch.out.glob(".pdfbatch/*/plan.json")
    plan = json.loads(path.read_text())
    assert plan["versions"]["engine"].startswith("typst 0.")
    assert len(plan["versions"]["fonts"]) == 16
    # when it was made with another
    path.write_text(path.read_text().replace(plan["versions"]["engine"], "typst 0.1.0"))
    ended = batch.call("render", "0")
    # then
    assert ended.status == 78
    assert "the plan was made with engine typst 0.1.0" in " ".join((ended.err + ended.out).split())


def test_preview_prints_the_first_rows(tmp_path: Path) -> None:
    batch = a_batch(tmp_path, "R#row.id", {"source": numbered(3)})
    ended = batch.call("preview", "--output", str(tmp_path / "seen.pdf"))
    assert ended.status == 0, ended.err
    assert (tmp_path / "seen.png").is_file()
    assert texts((tmp_path / "seen.pdf").read_bytes()) == ["R1", "R2", "R3"]


def test_documents_are_merged_in_row_order(tmp_path: Path) -> None:
    spec = {"source": numbered(4), "output": {"container": {"format": "pdf", "name": "all.pdf"}}}
    batch = a_batch(tmp_path, "R#row.id", spec)
    batch.run()
    assert texts(batch.document("all.pdf")) == ["R1", "R2", "R3", "R4"]


def test_money_stays_exact(tmp_path: Path) -> None:
    # given an amount that no float holds
    rows = '{"id": 1, "amount": 90071992547409.93, "big": 123456789012345678901234567890}\n'
    spec = {"source": {"rows": {"uri": "rows.jsonl"}}}
    batch = a_batch(tmp_path, '#(decimal(row.amount) + decimal("0.01")) #row.big', spec, **{"rows.jsonl": rows})
    batch.run()
    assert text(batch.document("1.pdf")) == f"{Decimal('90071992547409.94')} 123456789012345678901234567890"
