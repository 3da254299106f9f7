"""A header's names: a column that has none, or shares it with another, cannot be asked for by its name."""

from collections.abc import Sequence

from pdfbatch_api.errors import SourceError, Where


def checked_header(names: Sequence[str], uri: str) -> tuple[str, ...]:
    """The names, if each is there and different from all others.

    Raises:
        SourceError: with the positions, counted from 1.
    """
    seen: dict[str, int] = {}
    for position, name in enumerate(names, 1):
        if not name.strip():
            raise SourceError(
                f"column {position} has no name",
                where=Where(uri=uri),
                hint="Name it in the header, or remove the column. A CSV without a header: set source.rows.csv.header.",
            )
        if name in seen:
            raise SourceError(
                f"columns {seen[name]} and {position} have the same name, {name!r}",
                where=Where(uri=uri, column=name),
                hint="Give each column its own name.",
            )
        seen[name] = position
    return tuple(names)
