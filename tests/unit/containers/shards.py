"""A shard with documents that wait in its spool, and everything that may have become of them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from pdfbatch_api.plan import PlannedRow
from pdfbatch_api.protocols import Store
from pdfbatch_api.records import Failure, Record
from pdfbatch_api.resource import StoreOptions
from pdfbatch_api.resource.output import ContainerSpec
from pdfbatch_renderer.containers.shard import assemble_shard
from pdfbatch_renderer.containers.spool import Spool
from pdfbatch_renderer.postprocessing.page_numbers import compile_page_numbers
from pdfbatch_renderer.stores import open_store

from .conftest import DATE, document


@dataclass
class Shard:
    """Rows in containers; `rendered` and `failed` say what became of them, and `assemble` is what is tested."""

    folder: Path
    rows: list[PlannedRow] = field(default_factory=list)
    records: dict[int, Record] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.output: Store = open_store(str(self.folder / "out"), StoreOptions())
        self.work: Store = open_store(str(self.folder / "work"), StoreOptions())
        self.spool = Spool(self.work, 7, prefix="batch/")

    def planned(self, container: str | None, rows: Iterable[int]) -> "Shard":
        self.rows += [PlannedRow(row=row, name=f"{row}.pdf", data=b"", container=container) for row in rows]
        return self

    def rendered(self, *rows: int, generation: int = 0) -> "Shard":
        for row in rows:
            pdf = document(f"row {row}")
            self.spool.put(row, pdf)
            self.records[row] = self._record(
                row, generation, status="succeeded", sha256=sha256(pdf).hexdigest(), pages=1, bytes=len(pdf)
            )
        return self

    def failed(self, *rows: int, generation: int = 0) -> "Shard":
        for row in rows:
            error = Failure("TemplateFailed", "no such column: totl")
            self.records[row] = self._record(row, generation, status="failed", error=error)
        return self

    def _record(self, row: int, generation: int, **what: Any) -> Record:
        container = next(planned.container for planned in self.rows if planned.row == row)
        return Record(
            row=row, name=f"{row}.pdf", input="00", container=container, generation=generation, finished=1.0, **what
        )

    def assemble(self, *, form: str = "zip", recorded: Iterable[Record] = (), **changes: Any) -> list[Record]:
        existing = changes.pop("existing", "Overwrite")
        spec = ContainerSpec.model_validate({"format": form, "name": "{{ x }}", **changes})
        return assemble_shard(
            iter(self.rows),
            self.records,
            self.spool,
            self.output,
            spec,
            DATE,
            existing=existing,
            recorded={record.row: record for record in recorded},
            number_pages=None if spec.page_numbers is None else compile_page_numbers(spec.page_numbers),
        )

    def stored(self) -> dict[str, bytes]:
        """Every object of the output."""
        return {info.name: self.output.get(info.name) for info in self.output.list()}
