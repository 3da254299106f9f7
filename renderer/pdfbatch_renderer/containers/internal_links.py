"""Links from one page of a document to another: what a merge would break.

They point to a page object, or to a name that the catalog explains; copying pages keeps neither. So they are noted
before the copy as page numbers, and written again after it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pikepdf


@dataclass(frozen=True, slots=True)
class InternalLink:
    """A link that leads to a page of the same document. Pages count from 0.

    Attributes:
        annotation: its place among its page's annotations.
        view: what follows the page in the destination (ISO 32000-1, 12.3.2.2): /XYZ 0 700 null.
    """

    page: int
    annotation: int
    target: int
    view: tuple[Any, ...]


def internal_links(document: pikepdf.Pdf) -> list[InternalLink]:
    """The links of a document that lead to a page of it. One whose target is not there is left out."""
    found = []
    numbers: dict[tuple[int, int], int] = {}
    names: Mapping[str, Any] | None = None
    for place, page in enumerate(document.pages):
        for position, annotation in enumerate(page.obj.get("/Annots", ())):
            target = _destination(annotation)
            if target is None:
                continue
            if not numbers:
                numbers = {other.obj.objgen: number for number, other in enumerate(document.pages)}
            if isinstance(target, pikepdf.Name | pikepdf.String):
                names = _named(document) if names is None else names
                target = names.get(str(target))
                if isinstance(target, pikepdf.Dictionary):
                    target = target.get("/D")
            if isinstance(target, pikepdf.Array) and len(target) > 0 and isinstance(target[0], pikepdf.Dictionary):
                number = numbers.get(target[0].objgen)
                if number is not None:
                    view = tuple(list(target)[1:])
                    found.append(InternalLink(place, position, number, view))
    return found


def restore_links(merged: pikepdf.Pdf, start: int, links: list[InternalLink]) -> None:
    """Writes the links again, in a file that has the document's pages from page `start` on."""
    for link in links:
        annotation = merged.pages[start + link.page].obj.Annots[link.annotation]
        if "/A" in annotation:
            del annotation["/A"]
        annotation.Dest = pikepdf.Array([merged.pages[start + link.target].obj, *link.view])


def _destination(annotation: Any) -> Any:
    """Where a link leads within its document, as it says it."""
    if not isinstance(annotation, pikepdf.Dictionary) or annotation.get("/Subtype") != "/Link":
        return None
    if "/Dest" in annotation:
        return annotation.Dest
    action = annotation.get("/A")
    if isinstance(action, pikepdf.Dictionary) and action.get("/S") == "/GoTo":
        return action.get("/D")
    return None


def _named(document: pikepdf.Pdf) -> dict[str, Any]:
    """The document's named destinations: by Name in the catalog (PDF 1.1), by String in a tree (PDF 1.2)."""
    root = document.Root
    named = dict(root.Dests.items()) if "/Dests" in root else {}
    if "/Names" in root and "/Dests" in root.Names:
        named |= dict(pikepdf.NameTree(root.Names.Dests).items())
    return named
