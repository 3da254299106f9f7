"""`preview`: a few rows, quickly, for whoever designs the template: one PDF, one picture of all."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from pdfbatch_api.errors import DocumentError, SourceError
from pdfbatch_api.plan import PlannedRow
from pdfbatch_api.protocols import Engine, SourceRow
from pdfbatch_api.resource import PdfBatchSpec
from pdfbatch_api.resource.quantities import size_bytes
from pdfbatch_api.values import encode_row
from pdfbatch_renderer.batch import Batch
from pdfbatch_renderer.contact_sheet import contact_sheet, merge_preview
from pdfbatch_renderer.naming import compile_name
from pdfbatch_renderer.planning.plan import frozen_template
from pdfbatch_renderer.rendering.compose import Composition, compose
from pdfbatch_renderer.rendering.document import InHand
from pdfbatch_renderer.rendering.slots import Slots
from pdfbatch_renderer.sources import compile_filter, open_source

_FIRST_ROWS: Final = 12


@dataclass(frozen=True, slots=True)
class Preview:
    """What came of it.

    Attributes:
        pdf: all documents in one; empty when every one failed.
        picture: the contact sheet, PNG.
        failures: row and error.
    """

    pdf: bytes
    picture: bytes
    documents: int
    failures: tuple[tuple[int, DocumentError], ...]


class Previewer:
    """Renders previews of one batch with an engine that stays warm between them. An async context manager."""

    def __init__(self, batch: Batch) -> None:
        self._batch = batch
        self._engine: Engine | None = None
        self._engine_for = ""

    async def close(self) -> None:
        """Ends the engine."""
        if self._engine is not None:
            await self._engine.close()
            self._engine = None

    async def preview(self, rows: Sequence[int] | None) -> Preview:
        """Renders the rows with these numbers, but for those that the filter leaves out; None: the first twelve.

        Raises:
            PdfbatchError: a mistake in the manifest or the template, or no such row.
        """
        batch = self._batch
        spec = _readable(batch.spec)
        bundle = frozen_template(spec, batch.reader)
        composition = compose(spec, files=bundle.files, entry=bundle.entry, digest=bundle.digest)
        engine = await self._warm(composition, bundle.digest)
        slots = Slots.create()
        maker = composition.maker(slots, batch.reader)
        finished: list[tuple[str, bytes]] = []
        failures: list[tuple[int, DocumentError]] = []
        try:
            for planned in await asyncio.to_thread(lambda: list(self._rows(rows))):
                document = InHand(planned, 0)
                try:
                    await maker.prepare(document)
                    assert document.page is not None
                    printed = await engine.render(document.page)
                    pdf, _ = maker.complete(document, printed.pdf)
                except DocumentError as error:
                    failures.append((planned.row, error))
                else:
                    finished.append((planned.name, pdf))
        finally:
            slots.close()
        pdf = merge_preview([content for _, content in finished]) if finished else b""
        picture = contact_sheet(finished) if finished else b""
        return Preview(pdf, picture, len(finished), tuple(failures))

    async def _warm(self, composition: Composition, digest: str) -> Engine:
        """The engine for these assets: the same as long as they are the same."""
        if self._engine is None or self._engine_for != digest:
            await self.close()
            self._engine = composition.engine()
            self._engine_for = digest
            await self._engine.start()
        return self._engine

    def _rows(self, numbers: Sequence[int] | None) -> Iterator[PlannedRow]:
        spec = self._batch.spec
        source = open_source(spec.source, self._batch.reader, row_limit=size_bytes(spec.limits.row))
        name_of = compile_name(spec.output.name, source.columns)
        entry_column = spec.template.entry_column if spec.template else None
        expression = spec.source.rows.filter if spec.source.rows else None
        keep = compile_filter(expression, source.columns) if expression else None
        wanted = set(numbers or ())
        left_out: list[int] = []
        last = shown = 0
        for row in source.rows():
            last = row.number
            if numbers is not None and row.number not in wanted:
                continue
            wanted.discard(row.number)
            if keep is not None and not keep.keeps(row):
                left_out.append(row.number)
            else:
                shown += 1
                yield _planned(row, name_of(row.data, row.number), entry_column)
            if (not wanted) if numbers is not None else shown == _FIRST_ROWS:
                break
        if not shown:
            raise _nothing_to_show(wanted, left_out, last)


def _readable(spec: PdfBatchSpec) -> PdfBatchSpec:
    """Without encryption: whoever previews looks at all documents, and at a picture of them."""
    steps = spec.postprocessing.model_copy(update={"encryption": None})
    return spec.model_copy(update={"postprocessing": steps})


def _nothing_to_show(missing: set[int], left_out: list[int], last: int) -> SourceError:
    if left_out:
        return SourceError(
            f"the filter leaves out row {_listed(left_out)}", hint="Ask for others, or look at spec.source.rows.filter."
        )
    return SourceError(
        f"there is no row {_listed(sorted(missing))}: the source has {last:,}",
        hint="Rows count from 1; the header is none.",
    )


def _listed(numbers: Sequence[int]) -> str:
    shown = ", ".join(map(str, numbers[:10]))
    return shown if len(numbers) <= 10 else f"{shown} and {len(numbers) - 10:,} more"


def _planned(row: SourceRow, name: str, entry_column: str | None) -> PlannedRow:
    if row.document is not None:
        return PlannedRow(row.number, name, row.document, None, None, row.media_type)
    entry = str(row.data[entry_column]) if entry_column else None
    return PlannedRow(row.number, name, encode_row(row.data), entry)
