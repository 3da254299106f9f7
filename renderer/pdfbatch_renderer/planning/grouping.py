"""Brings the rows of one container together, wherever they stand in the table, without holding them in memory."""

import sqlite3
import tempfile
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Final

import msgspec

from pdfbatch_api.errors import ManifestError, Where
from pdfbatch_api.plan import PlannedRow

_BATCH: Final = 5_000


def grouped(rows: Iterable[PlannedRow], *, limit: int) -> Iterator[list[PlannedRow]]:
    """The rows of one container after the other: containers by their first row, rows in order.

    Args:
        rows: each with its container.
        limit: how many documents a container may have.

    Raises:
        ManifestError: a container has more; names it and says how many.
    """
    encode = msgspec.msgpack.Encoder().encode
    decode = msgspec.msgpack.Decoder(PlannedRow).decode
    order: dict[str, int] = {}
    with tempfile.TemporaryDirectory(prefix="pdfbatch-plan-") as folder:
        database = sqlite3.connect(Path(folder) / "rows.sqlite", isolation_level=None)
        try:
            database.executescript(
                "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA cache_size=-32768;"
                "CREATE TABLE planned (container INTEGER, row INTEGER, data BLOB, PRIMARY KEY (container, row))"
                " WITHOUT ROWID;"
            )
            stream = iter(rows)
            while batch := list(islice(stream, _BATCH)):
                lines = [(order.setdefault(row.container or "", len(order)), row.row, encode(row)) for row in batch]
                database.execute("BEGIN")
                database.executemany("INSERT INTO planned VALUES (?, ?, ?)", lines)
                database.execute("COMMIT")
            _refuse_large(database, order, limit)
            group: list[PlannedRow] = []
            current = -1
            for container, data in database.execute("SELECT container, data FROM planned ORDER BY container, row"):
                if container != current and group:
                    yield group
                    group = []
                current = container
                group.append(decode(data))
            if group:
                yield group
        finally:
            database.close()


def _refuse_large(database: sqlite3.Connection, order: dict[str, int], limit: int) -> None:
    found = database.execute(
        "SELECT container, COUNT(*) AS documents FROM planned GROUP BY container HAVING documents > ? "
        "ORDER BY documents DESC LIMIT 1",
        (limit,),
    ).fetchone()
    if found is not None:
        name = next(name for name, number in order.items() if number == found[0])
        raise ManifestError(
            f"the container {name!r} would have {found[1]:,} documents, over the limit of {limit:,}",
            where=Where(key="spec.output.container"),
            hint="Make its name more specific, or raise maxDocuments.",
        )
