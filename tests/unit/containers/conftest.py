"""Documents to put into containers, and the programs of others that judge the containers."""

import datetime as dt
import subprocess
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pikepdf

DATE = dt.datetime(2026, 11, 1, 12, 30, 6, tzinfo=dt.UTC)
PRINTS = Path(__file__).parents[1] / "postprocessing" / "prints"


def document(text: str, *, pages: int = 1) -> bytes:
    """A PDF that says `text` and the page's number on each page."""
    out = BytesIO()
    with pikepdf.new() as pdf:
        font = pdf.make_indirect(
            pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
        )
        for number in range(1, pages + 1):
            page = pdf.add_blank_page(page_size=(300, 200))
            page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
            page.Contents = pdf.make_stream(f"BT /F1 14 Tf 20 100 Td ({text} {number}) Tj ET".encode())
        pdf.save(out, static_id=True)
    return out.getvalue()


def linked_document(text: str) -> bytes:
    """Two pages: the first leads to the second by its page, and by a name in the catalog as Chromium writes it."""
    out = BytesIO()
    with pikepdf.open(BytesIO(document(text, pages=2))) as pdf:
        second = pdf.pages[1].obj
        view = [second, pikepdf.Name.XYZ, 10, 150, 0]
        pdf.Root.Dests = pdf.make_indirect(pikepdf.Dictionary({"/terms": pikepdf.Array(view)}))
        link = {"Type": pikepdf.Name.Annot, "Subtype": pikepdf.Name.Link, "Rect": [0, 0, 10, 10]}
        by_name = pikepdf.Dictionary(**link, Dest=pikepdf.Name("/terms"))
        by_page = pikepdf.Dictionary(**link, A=pikepdf.Dictionary(S=pikepdf.Name.GoTo, D=pikepdf.Array(view)))
        outside = pikepdf.Dictionary(**link, A=pikepdf.Dictionary(S=pikepdf.Name.URI, URI="https://example.com/"))
        pdf.pages[0].Annots = pikepdf.Array([pdf.make_indirect(one) for one in (by_name, outside, by_page)])
        pdf.save(out, static_id=True)
    return out.getvalue()


def few() -> Iterator[tuple[str, bytes]]:
    """Three documents with one, three and two pages."""
    yield "north/Anna.pdf", document("Anna", pages=1)
    yield "north/Bjørn 日本.pdf", document("Bjorn", pages=3)
    yield "Cem (copy).pdf", document("Cem", pages=2)


def said_by(*command: str | Path) -> str:
    """What a program says; a complaint or warning fails the test."""
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "warning" not in (done.stdout + done.stderr).lower()
    return done.stdout
