"""The ids in a tagged print: Chromium numbers elements from the tab's first document on.

A table's header cells are called node00000013 because thirteen nodes were numbered before them, in whatever the tab
printed until then: the same row would give other bytes in another place of the queue. Here the ids become 1, 2, 3 …
in the order in which the file has the elements.
"""

import re
from typing import Any, Final

from pdfbatch_renderer.postprocessing.opening import opened, saved
from pdfbatch_renderer.postprocessing.skia_file import SkiaFile, read

_MARK: Final = b"(node"
_TEXT_ID: Final = re.compile(r"node\d+")
# Only these places are ids; the same characters in /Alt or /ActualText are what somebody wrote. No string can hold
# them unescaped, so they are found wherever they stand in a dictionary.
_ID: Final = re.compile(rb"\n/ID \(node(\d{8})\)")
_HEADERS: Final = re.compile(rb"\n/Headers \[(\(node\d{8}\)(?: \(node\d{8}\))*)\]")
_TREE: Final = re.compile(rb"<</Type /StructTreeRoot\n(?:/[A-Za-z]+ [^/]*\n)*/IDTree (\d{1,10}) 0 R[\n>]")
_STRUCTURE: Final = re.compile(rb"<</Type /Catalog\n(?:/[^\n]*\n)*?/StructTreeRoot (\d{1,10}) 0 R[\n>]")
_LIMITS: Final = rb"(?:/Limits \[\(node\d{8}\) \(node\d{8}\)\]\n)?"
_LEAF: Final = re.compile(rb"<<" + _LIMITS + rb"/Names \[((?:\(node\d{8}\) \d+ 0 R ?)*)\]>>\Z")
_BRANCH: Final = re.compile(rb"<<" + _LIMITS + rb"/Kids \[((?:\d+ 0 R ?)*)\]>>\Z")
_NAME: Final = re.compile(rb"\(node(\d{8})\) (\d+) 0 R")
_REFERENCE: Final = re.compile(rb"(\d+) 0 R")
_ANY: Final = re.compile(rb"\(node(\d{8})\)")
_ELEMENT: Final = b"<</Type /StructElem\n"


def renumber_structure_ids(pdf: bytes) -> bytes:
    """The file with ids that depend on nothing but itself. A file without ids is given back as it is.

    Raises:
        DocumentError: it is no PDF.
    """
    file = read(pdf)
    if file is not None and _MARK not in pdf:
        return pdf
    return (_as_bytes(file) if file is not None else None) or _through_pikepdf(pdf)


def _as_bytes(file: SkiaFile) -> bytes | None:
    """The ids replaced in their places, all of the same length; None when the file is not laid out as expected."""
    structure = _STRUCTURE.match(file.text(file.root) or b"")
    tree = _TREE.match(file.text(int(structure[1])) or b"") if structure else None
    nodes = _id_tree(file, int(tree[1])) if tree else None
    if nodes is None:
        return None
    names = [(old, int(number)) for text in nodes.values() for old, number in _NAME.findall(text)]
    if len({number for _, number in names}) != len(names):
        return None
    new = {old: b"%08d" % place for place, (old, _) in enumerate(sorted(names, key=lambda name: name[1]), 1)}
    if sorted(new) != [old for old, _ in names] or sorted(new.values()) != [new[old] for old in sorted(new)]:
        # The tree is sorted by id; where the file has the elements in another order, it must be built anew.
        return None

    def renamed(match: re.Match[bytes]) -> bytes:
        return b"(node%b)" % new[match[1]]

    out = bytearray(file.data)
    for number, text in nodes.items():
        place = file.dictionary(number)
        assert place is not None
        out[place[0] : place[1]] = _ANY.sub(renamed, text)
    elements = _elements(file)
    if elements is None:
        return None
    try:
        for start, end in elements:
            for pattern in (_ID, _HEADERS):
                for found in pattern.finditer(file.data, start, end):
                    out[found.start() : found.end()] = _ANY.sub(renamed, found[0])
    except KeyError:
        # A cell names a header that has no id in the tree.
        return None
    return bytes(out)


def _id_tree(file: SkiaFile, root: int) -> dict[int, bytes] | None:
    """The tree's nodes in order: object number to text. None when they are not as expected."""
    nodes: dict[int, bytes] = {}
    waiting = [root]
    while waiting:
        number = waiting.pop()
        text = file.text(number)
        if text is None or number in nodes:
            return None
        nodes[number] = text
        branch = _BRANCH.match(text)
        if branch is not None:
            waiting += [int(kid) for kid in reversed(_REFERENCE.findall(branch[1]))]
        elif _LEAF.match(text) is None:
            return None
    return nodes


def _elements(file: SkiaFile) -> list[tuple[int, int]] | None:
    """Where the structure elements that hold ids begin and end, in order."""
    places = []
    data = file.data
    for number in range(1, file.size):
        offset = file.offset(number)
        if offset is None:
            return None
        if data.startswith(_ELEMENT, offset + len(b"%d 0 obj\n" % number)):
            place = file.dictionary(number)
            if place is None:
                return None
            if data.find(_MARK, *place) >= 0:
                places.append(place)
    return places


def _through_pikepdf(pdf: bytes) -> bytes:
    import pikepdf

    with opened(pdf) as document:
        root = document.Root.get("/StructTreeRoot")
        if root is None:
            return pdf
        elements = [
            item
            for item in document.objects
            if isinstance(item, pikepdf.Dictionary) and item.get("/Type") == "/StructElem"
        ]
        named = [element for element in elements if _is_generated(element.get("/ID"))]
        if not named:
            return pdf
        new = {str(element.ID): f"node{place:08d}" for place, element in enumerate(named, 1)}
        for element in named:
            element.ID = pikepdf.String(new[str(element.ID)])
        for element in elements:
            _rename_headers(element.get("/A"), new)
        if "/IDTree" in root:
            # A name tree may be one node (ISO 32000-1, 7.9.6); ids that are not generated keep their names.
            entries = {str(name): value for name, value in pikepdf.NameTree(root.IDTree).items()}
            tree = sorted((new.get(name, name), value) for name, value in entries.items())
            root.IDTree = document.make_indirect(
                pikepdf.Dictionary(
                    Names=pikepdf.Array([part for name, value in tree for part in (pikepdf.String(name), value)])
                )
            )
        return saved(document)


def _is_generated(value: Any) -> bool:
    import pikepdf

    return isinstance(value, pikepdf.String) and _TEXT_ID.fullmatch(str(value)) is not None


def _rename_headers(attributes: Any, new: dict[str, str]) -> None:
    """Renames the headers that a cell's attributes (one dictionary or several) refer to."""
    import pikepdf

    several = attributes if isinstance(attributes, pikepdf.Array) else [attributes]
    for one in several:
        if isinstance(one, pikepdf.Dictionary) and "/Headers" in one:
            one.Headers = pikepdf.Array([pikepdf.String(new.get(str(name), str(name))) for name in one.Headers])
