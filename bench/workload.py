"""The input of a run on disk, made once and given to every contestant."""

import json
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from bench.invoice import page, row


@dataclass(frozen=True, slots=True)
class Workload:
    """Documents 1 to `documents`.

    Attributes:
        pages: JSON Lines of `number` and finished `html`.
        rows: JSON Lines of the rows that template/invoice.html takes.
    """

    documents: int
    folder: Path

    @property
    def pages(self) -> Path:
        return self.folder / "pages.jsonl"

    @property
    def rows(self) -> Path:
        return self.folder / "rows.jsonl"


def make_workload(folder: Path, documents: int) -> Workload:
    """Writes the input of `documents` documents into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    work = Workload(documents, folder)
    with work.pages.open("w", encoding="utf-8") as pages, work.rows.open("w", encoding="utf-8") as rows:
        for number in range(1, documents + 1):
            data = row(number)
            pages.write(json.dumps({"number": number, "html": page(data)}, ensure_ascii=False) + "\n")
            rows.write(as_json(data) + "\n")
    return work


def as_json(value: Any) -> str:
    """JSON whose decimals are numbers with all their digits."""
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, dict):
        return "{" + ",".join(f"{json.dumps(key)}:{as_json(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(as_json, value)) + "]"
    return json.dumps(value, ensure_ascii=False)
