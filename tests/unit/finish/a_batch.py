"""Builds a planned and (partly) rendered batch without an engine: `BatchBuilder(store).rows(5).rendered()`."""

import hashlib
import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Self

import msgspec

from pdfbatch_api.plan import Plan, PlannedRow, PlannedShard, Versions
from pdfbatch_api.protocols import Store
from pdfbatch_api.records import Failure, Record, SegmentHeader, SegmentKind
from pdfbatch_api.resource import PdfBatchSpec
from pdfbatch_api.values import encode_row
from pdfbatch_renderer.workfolder import InputWriter, WorkFolder

ATTEMPT = "0123abcd"
BEGAN = 1_790_000_000.0


def pdf_of(row: int) -> bytes:
    return b"%PDF-1.7 the document of row " + str(row).encode() * 40


def spec_json(**changes: Any) -> msgspec.Raw:
    spec: dict[str, Any] = {
        "source": {"rows": {"uri": "file:///rows.csv"}},
        "template": {"inline": "<p>{{ number }}"},
        "output": {"uri": "memory://batch/", "name": "{{ number }}.pdf"} | changes.pop("output", {}),
        **changes,
    }
    return msgspec.Raw(PdfBatchSpec.model_validate(spec).model_dump_json(by_alias=True).encode())


class BatchBuilder:
    """Rows are numbered from 1; `per_shard` of them make a shard."""

    def __init__(self, store: Store, *, per_shard: int = 4, prefix: str = ".pdfbatch/b1", **spec: Any) -> None:
        self.store = store
        self.work = WorkFolder(store, prefix)
        self._per_shard = per_shard
        self._spec = spec_json(**spec)
        self._numbers = dict[str, int]()
        self._container: str | None = None
        self.planned: list[list[PlannedRow]] = []
        self.plan: Plan

    def in_container(self, name: str) -> Self:
        self._container = name
        return self

    def rows(self, count: int, name: str = "doc/{row}.pdf") -> Self:
        rows = [
            PlannedRow(n, name.format(row=n), encode_row({"number": str(n)}), container=self._container)
            for n in range(1, count + 1)
        ]
        self.planned = [rows[at : at + self._per_shard] for at in range(0, count, self._per_shard)]
        shards = []
        with TemporaryDirectory() as folder:
            for shard, part in enumerate(self.planned):
                path = Path(folder, str(shard))
                with InputWriter(path) as writer:
                    for row in part:
                        writer.add(row)
                self.work.write_input("p1", shard, str(path))
                shards.append(PlannedShard(writer.count, writer.digest))
        self.plan = self.work.create_plan(
            Plan(
                format=1,
                batch="b1",
                name="invoices",
                spec=self._spec,
                folder="p1",
                documents=count,
                shards=tuple(shards),
                sources=(),
                template_digest="00",
                versions=Versions("0.1.0", "chromium 156.0.8078.79", "sha256:f0"),
            )
        )
        return self

    def planned_row(self, number: int) -> tuple[int, PlannedRow]:
        shard, at = divmod(number - 1, self._per_shard)
        return shard, self.planned[shard][at]

    def record(self, number: int, **changes: Any) -> Record:
        _, row = self.planned_row(number)
        pdf = pdf_of(number)
        values = {
            "row": number,
            "name": row.name,
            "status": "succeeded",
            "input": hashlib.sha256(row.data).hexdigest(),
            "sha256": hashlib.sha256(pdf).hexdigest(),
            "pages": 1 + number % 3,
            "bytes": len(pdf),
            "milliseconds": 10.0 + number,
            "finished": BEGAN + number / 10,
            "container": row.container,
            "stages": {"template": 1.0, "engine": 8.0, "store": 1.0},
        }
        return Record(**(values | changes))

    def failed(self, number: int, reason: str = "TemplateFailed", message: str = "no such column") -> Record:
        return self.record(
            number, status="failed", sha256="", pages=0, bytes=0, stages={}, error=Failure(reason, message)
        )

    def write(self, *records: Record, attempt: str = ATTEMPT, kind: SegmentKind = "records") -> Self:
        """Records into segments, a segment a shard."""
        by_shard: dict[int, list[Record]] = {}
        for record in records:
            by_shard.setdefault(self.planned_row(record.row)[0], []).append(record)
        for shard, part in by_shard.items():
            number = self._numbers[attempt] = self._numbers.get(attempt, 0) + 1
            header = SegmentHeader(kind, attempt, shard, part[0].generation, number, self.plan.digest)
            self.work.write_segment(header, part)
        return self

    def rendered(self, *numbers: int) -> Self:
        """Records and documents of these rows, or of all."""
        chosen = numbers or tuple(row.row for part in self.planned for row in part)
        for number in chosen:
            self.store.put(self.planned_row(number)[1].name, pdf_of(number))
        return self.write(*(self.record(number) for number in chosen))


def json_lines(data: bytes) -> list[dict[str, Any]]:
    return [json.loads(line) for line in data.splitlines()]
