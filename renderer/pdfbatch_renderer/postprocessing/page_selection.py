"""Which pages a step is for: all, first, last, 1,3-5, 2-last."""

from collections.abc import Callable, Iterator
from typing import Final, TypeAlias

from pdfbatch_api.errors import DocumentError, ManifestError, Where

PageSelection: TypeAlias = Callable[[int], Iterator[int]]
"""The number of a document's pages, as the places (from 0) of those that are meant, each once and in order."""

_LAST: Final = "last"


def compile_pages(pages: str, *, key: str) -> PageSelection:
    """Reads `pages`, which the model has checked for its form.

    Raises:
        ManifestError: a range that ends before it begins. The function raises DocumentError (PageMissing) for a
            document without such a page.
    """
    if pages == "all":
        return lambda count: iter(range(count))
    if pages == "first":
        return lambda count: iter(range(min(count, 1)))
    if pages == _LAST:
        return lambda count: iter(range(max(count - 1, 0), count))
    ranges: list[tuple[int, int | None]] = []
    for part in pages.split(","):
        first, dash, last = part.partition("-")
        end = int(first) if not dash else None if last == _LAST else int(last)
        if end is not None and end < int(first):
            raise ManifestError(
                f"the pages {part} end before they begin", where=Where(key=key), hint=f"Write {end}-{first}."
            )
        ranges.append((int(first), end))

    def chosen(count: int) -> Iterator[int]:
        places: set[int] = set()
        for first, end in ranges:
            highest = first if end is None else end
            # "2-last" of a single page means nothing, and is no mistake.
            if highest > count and end is not None:
                raise DocumentError(
                    f"{key} names page {highest}, and the document has {count}",
                    reason="PageMissing",
                    hint="Write first, last, or a range that ends with last.",
                )
            places.update(range(first - 1, count if end is None else end))
        return iter(sorted(places))

    return chosen
