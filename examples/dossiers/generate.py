"""Makes dossiers/: what a small workshop keeps of two of its orders, the same files every time.

python examples/dossiers/generate.py
"""

import zipfile
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Final
from xml.sax.saxutils import escape

from PIL import Image, ImageDraw

HERE: Final = Path(__file__).parent
ORDERS: Final = (
    ("K-101", "Ansgar Möller", "a guillotine, 92 cm", ["Blade ground on both sides.", "Table waxed."]),
    ("K-102", "Célestine Noël", "a nipping press", ["Spindle greased.", "Plates are even to 0.1 mm."]),
)
_TYPES: Final = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Override PartName="/word/document.xml" ContentType='
    '"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
)
_RELATIONS: Final = (
    '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"'
    ' Target="word/document.xml"/></Relationships>'
)


def docx(paragraphs: Sequence[str]) -> bytes:
    """A Word file of plain paragraphs (ECMA-376), the first one large."""
    runs = []
    for place, text in enumerate(paragraphs):
        large = '<w:rPr><w:b/><w:sz w:val="36"/></w:rPr>' if place == 0 else ""
        runs.append(f"<w:p><w:r>{large}<w:t>{escape(text)}</w:t></w:r></w:p>")
    body = (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>'
        f'{"".join(runs)}<w:sectPr><w:pgSz w:w="11906" w:h="16838"/></w:sectPr></w:body></w:document>'
    )
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in (
            ("[Content_Types].xml", _TYPES),
            ("_rels/.rels", _RELATIONS),
            ("word/document.xml", body),
        ):
            archive.writestr(zipfile.ZipInfo(name, (2026, 11, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def scan(number: str) -> bytes:
    """A delivery note of two pages, as a scanner makes it: TIFF, one bit a pixel, fax compression."""
    pages = []
    for page in (1, 2):
        sheet = Image.new("1", (1240, 1754), 1)
        drawing = ImageDraw.Draw(sheet)
        drawing.rectangle((100, 100, 1140, 1654), outline=0, width=4)
        for line in range(12):
            drawing.line((160, 400 + 90 * line, 1080 - 40 * (line % 5), 400 + 90 * line), fill=0, width=6)
        drawing.text((160, 180), f"Delivery note {number}, page {page}", fill=0, font_size=56)
        pages.append(sheet)
    out = BytesIO()
    pages[0].save(out, "TIFF", save_all=True, append_images=pages[1:], compression="group4", dpi=(150, 150))
    return out.getvalue()


def pdf(text: str) -> bytes:
    """A PDF of one page with one line, as small as one can be."""
    content = f"BT /F 14 Tf 72 760 Td ({text}) Tj ET".encode("latin-1")
    objects = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R"
        b"/Resources<</Font<</F<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>>>>>>>",
        b"<</Length %d>>stream\n%b\nendstream" % (len(content), content),
    )
    out, places = bytearray(b"%PDF-1.4\n"), []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj%b\nendobj\n" % (number, body)
    table = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, table)
    return bytes(out)


def main() -> None:
    """Writes the folders."""
    for number, name, what, notes in ORDERS:
        folder = HERE / "dossiers" / number
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "1-cover.md").write_text(f"# Order {number}\n\n{name} rents **{what}**.\n", encoding="utf-8")
        contract = [f"Contract {number}", f"{name} rents {what} for three months.", "Paid in advance, for each month."]
        (folder / "2-contract.docx").write_bytes(docx(contract))
        lines = [f"{place:>3}  {note}" for place, note in enumerate(notes, 1)]
        # From a machine that has never heard of UTF-8.
        text = "\r\n".join((f"Prüfung von {number} – Übergabe größtenteils ohne Mängel", "", *lines, ""))
        (folder / "3-notes.txt").write_bytes(text.encode("windows-1252"))
        (folder / "4-delivery.tif").write_bytes(scan(number))
        (folder / "5-terms.pdf").write_bytes(pdf(f"Terms of trade, annex to {number}"))


if __name__ == "__main__":
    main()
