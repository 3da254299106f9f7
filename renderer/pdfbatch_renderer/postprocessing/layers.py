"""A form XObject laid over or under what a page shows, as an artifact: no part of what the page says.

Screen readers leave artifacts out (ISO 32000-2, 14.8.2.2), so a tagged document stays one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from pdfbatch_renderer.postprocessing.visible_page import Matrix, operands

if TYPE_CHECKING:
    import pikepdf

Kind = Literal["Background", "Watermark"]
_MARKS: Final[dict[Kind, bytes]] = {
    "Background": b"/Artifact <</Type /Background>> BDC\n",
    "Watermark": b"/Artifact <</Type /Pagination /Subtype /Watermark>> BDC\n",
}


def lay(
    page: pikepdf.Page,
    form: pikepdf.Object,
    matrix: Matrix,
    *,
    under: bool,
    kind: Kind,
    state: pikepdf.Object | None = None,
) -> None:
    """Draws `form`, which is the page's own document's, on a page.

    Args:
        matrix: from the form's coordinates to the page's.
        state: a graphics state to draw it with: its opacity.
    """
    resources = own_resources(page)
    drawn = b"q\n"
    if state is not None:
        drawn += _named(resources, "/ExtGState", state) + b" gs\n"
    drawn += b"%b cm\n%b Do\nQ\n" % (operands(matrix).encode(), _named(resources, "/XObject", form))
    drawn = _MARKS[kind] + drawn + b"EMC\n"
    if under:
        page.contents_add(drawn, prepend=True)
        return
    # Skia leaves its own scale behind: what comes after it must not see it.
    page.contents_add(b"q\n", prepend=True)
    page.contents_add(b"\nQ\n" + drawn)


def _named(resources: pikepdf.Object, kind: str, value: pikepdf.Object) -> bytes:
    """Adds a resource under a name that is free; a library would draw one at random."""
    import pikepdf

    if kind not in resources:
        resources[kind] = pikepdf.Dictionary()
    place = 0
    while f"/Pdfbatch{place}" in resources[kind]:
        place += 1
    resources[kind][f"/Pdfbatch{place}"] = value
    return b"/Pdfbatch%d" % place


def own_resources(page: pikepdf.Page) -> pikepdf.Object:
    """Gives the page resources of its own where it has them from its parents, or shares them with other pages."""
    import pikepdf

    node: pikepdf.Object = page.obj
    found: pikepdf.Object | None = None
    for _ in range(64):
        found = node.get("/Resources")
        if found is not None or "/Parent" not in node:
            break
        node = node["/Parent"]
    own = pikepdf.Dictionary() if found is None else pikepdf.Dictionary(dict(found.items()))
    for key in ("/XObject", "/ExtGState"):
        if key in own:
            own[key] = pikepdf.Dictionary(dict(own[key].items()))
    page.obj["/Resources"] = own
    return page.obj["/Resources"]
