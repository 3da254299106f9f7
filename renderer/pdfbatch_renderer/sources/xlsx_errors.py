"""Failed formulas (#N/A, #DIV/0!) of a sheet. calamine's Python binding reads them as empty cells, and an invoice
would be printed without its amount.
"""

import posixpath
import re
import zipfile
from typing import IO, BinaryIO, Final
from xml.etree import ElementTree

_BLOCK: Final = 1024 * 1024
# <c r="G3" s="1" t="e"><f>…</f><v>#N/A</v></c> (ECMA-376 part 1, 18.3.1.4 and 18.18.11)
_ERROR_CELL: Final = re.compile(rb'<(?:\w+:)?c\s(?=[^>]*\bt="e")[^>]*?\br="([A-Z]+[0-9]+)"[^>]*>')
_VALUE: Final = re.compile(rb"<(?:\w+:)?v[^>]*>([^<]*)<")
_OVERLAP: Final = 4096
_MAIN: Final = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_LINK: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


def first_error_cell(stream: BinaryIO, sheet: str) -> tuple[str, str] | None:
    """The first cell of a sheet that holds an error, and the error: ("G3", "#N/A"); None if there is none.

    Args:
        stream: the workbook, which calamine has read already.
        sheet: its name. A workbook whose parts are not where they should be is taken to have no errors.
    """
    try:
        with zipfile.ZipFile(stream) as workbook:
            part = _part_of(workbook, sheet)
            if part is None:
                return None
            with workbook.open(part) as xml:
                return _first_error(xml)
    except (zipfile.BadZipFile, KeyError, ElementTree.ParseError, NotImplementedError):
        return None


def _part_of(workbook: zipfile.ZipFile, sheet: str) -> str | None:
    listed = ElementTree.fromstring(workbook.read("xl/workbook.xml"))
    links = ElementTree.fromstring(workbook.read("xl/_rels/workbook.xml.rels"))
    targets = {link.get("Id"): link.get("Target", "") for link in links}
    for entry in listed.iter(f"{_MAIN}sheet"):
        if entry.get("name") == sheet:
            target = targets.get(entry.get(_LINK))
            return posixpath.join("xl", target).lstrip("/") if target else None
    return None


def _first_error(xml: IO[bytes]) -> tuple[str, str] | None:
    text = b""
    while block := xml.read(_BLOCK):
        text = text[-_OVERLAP:] + block
        # The expression looks at each cell; nearly always there is nothing for it to find.
        found = _ERROR_CELL.search(text) if b't="e"' in text else None
        if found:
            text += xml.read(_OVERLAP)
            value = _VALUE.search(text, found.end())
            return found[1].decode(), value[1].decode(errors="replace") if value else "#ERROR"
    return None
