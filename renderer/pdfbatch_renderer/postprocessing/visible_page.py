"""A page as its reader sees it: where its lower left corner is, how large it is, and which way is up.

A page may begin anywhere (its boxes) and be turned (/Rotate, ISO 32000-2, 7.7.3.3); what is laid over or under it is
placed as people see it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    import pikepdf

Matrix: TypeAlias = tuple[float, float, float, float, float, float]
"""a b c d e f, as PDF's cm has them (ISO 32000-2, 8.3.3)."""

Box: TypeAlias = tuple[float, float, float, float]
"""Left, bottom, right, top, in points."""


@dataclass(frozen=True, slots=True)
class VisiblePage:
    """What is seen of a page.

    Attributes:
        width, height: in points, as it is seen.
        matrix: from what is seen (the origin at its lower left) to the page's own coordinates.
    """

    width: float
    height: float
    matrix: Matrix


def visible(page: pikepdf.Page) -> VisiblePage:
    """A page's visible part: its crop box."""
    x0, y0, x1, y1 = box_of(page.cropbox)
    width, height = x1 - x0, y1 - y0
    turned = int(_inherited(page, "/Rotate", 0)) % 360
    if turned == 90:
        return VisiblePage(height, width, (0, 1, -1, 0, x1, y0))
    if turned == 180:
        return VisiblePage(width, height, (-1, 0, 0, -1, x1, y1))
    if turned == 270:
        return VisiblePage(height, width, (0, -1, 1, 0, x0, y1))
    return VisiblePage(width, height, (1, 0, 0, 1, x0, y0))


def _inherited(page: pikepdf.Page, key: str, default: int) -> float:
    node: pikepdf.Object = page.obj
    for _ in range(64):  # a tree that is a circle has no end
        if key in node:
            return float(node[key])
        if "/Parent" not in node:
            break
        node = node["/Parent"]
    return default


def box_of(array: pikepdf.Object) -> Box:
    """A rectangle, its corners in order (ISO 32000-2, 7.9.5: any two that are opposite may be given)."""
    left, bottom, right, top = (float(value) for value in array)
    return min(left, right), min(bottom, top), max(left, right), max(bottom, top)


def times(first: Matrix, then: Matrix) -> Matrix:
    """`first`, and then `then`."""
    a, b, c, d, e, f = first
    m, n, o, p, q, r = then
    return (a * m + b * o, a * n + b * p, c * m + d * o, c * n + d * p, e * m + f * o + q, e * n + f * p + r)


def turned(degrees: float) -> Matrix:
    """Anticlockwise, around the origin."""
    # Exact where people mean exactly: sin(180°) is not 1e-16.
    sine, cosine = round(math.sin(math.radians(degrees)), 12), round(math.cos(math.radians(degrees)), 12)
    return (cosine, sine, -sine, cosine, 0, 0)


def bounds(box: Box, matrix: Matrix) -> Box:
    """The smallest upright rectangle around `box` after `matrix`."""
    a, b, c, d, e, f = matrix
    corners = [(x, y) for x in (box[0], box[2]) for y in (box[1], box[3])]
    xs = [a * x + c * y + e for x, y in corners]
    ys = [b * x + d * y + f for x, y in corners]
    return min(xs), min(ys), max(xs), max(ys)


def number(value: float) -> str:
    """As PDF writes numbers: no exponent, no more digits than matter."""
    text = f"{value:.5f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def operands(matrix: Matrix) -> str:
    """Six numbers, for cm."""
    return " ".join(number(value) for value in matrix)
