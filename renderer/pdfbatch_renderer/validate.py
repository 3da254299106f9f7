"""`validate`: what can be found out without reading all rows and without printing."""

from itertools import islice
from typing import Final

from pdfbatch_api.resource.quantities import size_bytes
from pdfbatch_renderer.batch import Batch
from pdfbatch_renderer.naming import compile_name
from pdfbatch_renderer.planning.plan import frozen_template
from pdfbatch_renderer.rendering.compose import compose
from pdfbatch_renderer.rendering.trial import Trial
from pdfbatch_renderer.sources import compile_filter, open_source

_SAMPLE: Final = 100


def validate(batch: Batch) -> list[str]:
    """Reads the template and the first hundred rows; returns what is worth a word.

    Raises:
        PdfbatchError: the first mistake.
    """
    spec = batch.spec
    bundle = frozen_template(spec, batch.reader)
    composition = compose(spec, files=bundle.files, entry=bundle.entry, digest=bundle.digest)
    composition.finisher()
    source = open_source(spec.source, batch.reader, row_limit=size_bytes(spec.limits.row))
    sample = list(islice(source.rows(), _SAMPLE))
    columns = source.columns or tuple(sorted({key for row in sample for key in row.data}))
    name_of = compile_name(spec.output.name, source.columns)
    container_of = (
        compile_name(spec.output.container.name, source.columns, key="spec.output.container.name")
        if spec.output.container
        else None
    )
    keep = None
    if spec.source.rows is not None and spec.source.rows.filter is not None:
        keep = compile_filter(spec.source.rows.filter, source.columns)
    trial, kept = Trial(composition), 0
    for row in sample:
        if keep is not None and not keep.keeps(row):
            continue
        kept += 1
        name_of(row.data, row.number)
        if container_of is not None:
            container_of(row.data, row.number)
        if row.document is None:
            entry = row.data.get(spec.template.entry_column) if spec.template and spec.template.entry_column else None
            trial.first(row.data, row.number, str(entry) if entry else None, columns)
    if spec.template is not None and columns:
        composition.refuse_unknown_columns(columns)
    if sample and not kept:
        return [*source.warnings, f"the filter leaves none of the first {len(sample)} rows"]
    return list(source.warnings)
