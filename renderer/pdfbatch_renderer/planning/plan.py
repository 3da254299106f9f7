"""Makes the plan: every row named and frozen, every mistake that can be found now found now."""

import itertools
import os
import tempfile
import time
import uuid
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Final

import msgspec

from pdfbatch_api.errors import ManifestError, OutputNameError, SourceError, TemplateError, Where
from pdfbatch_api.plan import FORMAT, Plan, PlannedRow, PlannedShard, Versions
from pdfbatch_api.protocols import Reader, RowSource, SourceRow, Store
from pdfbatch_api.resource import PdfBatchSpec, TemplateSpec
from pdfbatch_api.resource.quantities import size_bytes
from pdfbatch_api.values import encode_row
from pdfbatch_renderer.input_file import InputWriter
from pdfbatch_renderer.mounts import in_cluster, template_files
from pdfbatch_renderer.naming import NameRegister, compile_name
from pdfbatch_renderer.planning.grouping import grouped
from pdfbatch_renderer.postprocessing.encryption import freeze_secret
from pdfbatch_renderer.postprocessing.files import SECRET_FILE, freeze
from pdfbatch_renderer.rendering.compose import Composition, compose, is_reproducible
from pdfbatch_renderer.rendering.trial import Trial
from pdfbatch_renderer.sources import compile_filter, fingerprints, open_source
from pdfbatch_renderer.templates import Bundle, Language, load_bundle
from pdfbatch_renderer.templates.bundle import bundle_digest
from pdfbatch_renderer.workfolder import WorkFolder

# A renderer makes 20 to 80 documents a second: a shard of one to two minutes, and a start costs it a second or two.
DOCUMENTS_PER_SHARD: Final = 2_000

# An Indexed Job with backoffLimitPerIndex may have this many completions (Kubernetes' API reference, JobSpec).
MOST_SHARDS: Final = 100_000

_EMPTY: Final = Bundle(files={}, entry=None, digest="0" * 64)


def _secret(spec: PdfBatchSpec) -> dict[str, bytes]:
    """What the renderers of an encrypted batch have in common; a plan that replaces this one has another."""
    encryption = spec.postprocessing.encryption
    return {} if encryption is None else {SECRET_FILE: freeze_secret(encryption, os.environ)}


@dataclass(slots=True)
class _Counts:
    planned: int = 0
    filtered: int = 0


def frozen_template(spec: PdfBatchSpec, reader: Reader) -> Bundle:
    """The template's files as they are now, none where the source gives whole documents; and the steps'.

    Raises:
        TemplateError, ManifestError, StoreError.
    """
    bundle = _EMPTY if spec.template is None else _template(spec, spec.template, reader)
    frozen = freeze(spec.postprocessing, template=bundle.files, read=lambda uri, limit: reader.read(uri, limit=limit))
    if not frozen:
        return bundle
    files = {**bundle.files, **frozen}
    return replace(bundle, files=files, digest=bundle_digest(files))


def _template(spec: PdfBatchSpec, template: TemplateSpec, reader: Reader) -> Bundle:
    return load_bundle(
        template,
        reader,
        config_map_files=template_files() if in_cluster() else None,
        language=Language.TYPST if spec.engine.name == "typst" else Language.HTML,
    )


def make_plan(
    spec: PdfBatchSpec,
    *,
    name: str,
    uid: str,
    reader: Reader,
    output: Store,
    work: WorkFolder,
    versions: Versions,
    limit: int | None = None,
    on_row: Callable[[int], None] = lambda count: None,
) -> Plan:
    """The batch's plan: made, or adopted where another one was quicker.

    Args:
        spec: with absolute URIs.
        uid: the batch's.
        versions: of what will print.
        limit: plan only the first so many documents.
        on_row: told how many rows are planned, now and then.

    Raises:
        PdfbatchError: a mistake in the manifest, the template or the data, or a store that cannot be used.
    """
    # Documents in a container wait where nobody else writes, and are assembled into the same bytes.
    output.probe(first_stays=spec.output.container is None and not is_reproducible(spec))
    if work.store.uri != output.uri:
        work.store.probe()
    bundle = frozen_template(spec, reader)
    composition = compose(spec, files=bundle.files, entry=bundle.entry, digest=bundle.digest)
    composition.finisher()  # its texts compile, or it says so
    sources = fingerprints(spec.source, reader)
    source = open_source(spec.source, reader, row_limit=size_bytes(spec.limits.row))
    # Where the columns are known before the rows, a million rows need not be read to find a typo.
    if source.columns is not None:
        composition.refuse_unknown_columns(source.columns)
    counts = _Counts()
    seen: set[str] = set()
    trial = Trial(composition)
    planned = _PlannedRows(composition, trial, source, counts, seen, limit)
    folder = f"plan-{uuid.uuid4().hex[:12]}"
    try:
        work.write_template(folder, {**bundle.files, **_secret(spec)})
        shards = _write_inputs(spec, planned, work, folder, counts, on_row)
        _refuse_name_conflicts(planned.register, work, folder, shards)
        if spec.output.existing == "Refuse":
            _refuse_existing(output, work, folder, shards)
        if seen:
            trial.rest(seen)
            composition.refuse_unknown_columns(tuple(sorted(seen)))
        if not counts.planned:
            raise SourceError(
                "there is nothing to render: "
                + (
                    f"the filter leaves none of {counts.filtered:,} rows"
                    if counts.filtered
                    else "the source has no rows"
                ),
                hint="Look at spec.source.rows.filter." if counts.filtered else None,
            )
    except BaseException:
        work.store.delete_prefix(f"{work.prefix}{folder}/")
        raise
    plan = Plan(
        format=FORMAT,
        batch=uid,
        name=name,
        spec=msgspec.Raw(spec.model_dump_json(by_alias=True, exclude_none=True).encode()),
        folder=folder,
        documents=counts.planned,
        shards=tuple(shards),
        sources=sources,
        template_digest=bundle.digest,
        versions=versions,
        entry=bundle.entry,
        filtered=counts.filtered,
        created=time.time(),
        warnings=source.warnings,
    )
    winner = work.create_plan(plan)
    if winner.folder != folder:
        work.store.delete_prefix(f"{work.prefix}{folder}/")
    return winner


class _PlannedRows:
    """The source's rows, filtered and named, as they go into the input files."""

    def __init__(
        self,
        composition: Composition,
        trial: Trial,
        source: RowSource,
        counts: _Counts,
        seen: set[str],
        limit: int | None,
    ) -> None:
        self._spec = composition.spec
        self._bundle = composition.bundle
        self._trial = trial
        self._source = source
        self._counts = counts
        self._seen = seen
        self._limit = limit
        self.register = NameRegister()

    def __iter__(self) -> Iterator[PlannedRow]:
        return itertools.islice(self._all(), self._limit)

    def _all(self) -> Iterator[PlannedRow]:
        spec, counts, register = self._spec, self._counts, self.register
        columns = self._source.columns
        name_of = compile_name(spec.output.name, columns)
        container_of = (
            compile_name(spec.output.container.name, columns, key="spec.output.container.name")
            if spec.output.container
            else None
        )
        expression = spec.source.rows.filter if spec.source.rows else None
        keep = compile_filter(expression, columns) if expression else None
        entry_column = spec.template.entry_column if spec.template else None
        collect = columns is None
        for row in self._source.rows():
            data = row.data
            if keep is not None and not keep.keeps(row):
                counts.filtered += 1
                continue
            if collect:
                self._seen.update(data)
            name = name_of(data, row.number)
            container = container_of(data, row.number) if container_of else None
            register.add(name if container is None else f"{container}/{name}", row.number)
            counts.planned += 1
            if row.document is not None:
                yield PlannedRow(row.number, name, row.document, None, container, row.media_type)
                continue
            entry = self._entry(row, entry_column) if entry_column else None
            self._trial.first(data, row.number, entry, columns)
            yield PlannedRow(row.number, name, encode_row(data, plain=row.plain), entry, container)

    def _entry(self, row: SourceRow, column: str) -> str:
        value = row.data.get(column)
        assert self._bundle is not None
        if not isinstance(value, str) or value not in self._bundle.files:
            raise TemplateError(
                f"there is no template {value!r}",
                where=Where(row=row.number, line=row.line, column=column),
                hint="The template's folder has: " + ", ".join(sorted(self._bundle.files)[:20]) + ".",
            )
        return value


def _write_inputs(
    spec: PdfBatchSpec,
    rows: Iterable[PlannedRow],
    work: WorkFolder,
    folder: str,
    counts: _Counts,
    on_row: Callable[[int], None],
) -> list[PlannedShard]:
    size = spec.sharding.documents_per_shard or DOCUMENTS_PER_SHARD
    container = spec.output.container
    # A container's rows are one piece, which no shard's end may cut.
    pieces: Iterator[list[PlannedRow]] = (
        grouped(rows, limit=container.max_documents) if container else ([row] for row in rows)
    )
    shards: list[PlannedShard] = []
    piece = next(pieces, None)
    with tempfile.TemporaryDirectory(prefix="pdfbatch-plan-") as local:
        while piece is not None:
            path = Path(local) / "input.zst"
            with InputWriter(path) as writer:
                while piece is not None and (not writer.count or writer.count + len(piece) <= size):
                    for row in piece:
                        writer.add(row)
                    piece = next(pieces, None)
            work.write_input(folder, len(shards), str(path))
            shards.append(PlannedShard(writer.count, writer.digest))
            on_row(counts.planned)
            if len(shards) > MOST_SHARDS:
                raise ManifestError(
                    f"more than {MOST_SHARDS:,} shards",
                    where=Where(key="spec.sharding.documentsPerShard"),
                    hint=f"Raise it: {size:,} documents a shard are too few for so many rows.",
                )
    return shards


def _planned_names(work: WorkFolder, folder: str, shards: list[PlannedShard]) -> Iterator[tuple[int, str]]:
    draft = Plan(
        format=FORMAT, batch="", name="", spec=msgspec.Raw(b"{}"), folder=folder, documents=0, shards=tuple(shards),
        sources=(), template_digest="", versions=Versions("", "", ""),
    )  # fmt: skip
    for shard in range(len(shards)):
        for row in work.rows(draft, shard):
            yield row.row, row.name if row.container is None else f"{row.container}/{row.name}"


def _refuse_name_conflicts(register: NameRegister, work: WorkFolder, folder: str, shards: list[PlannedShard]) -> None:
    if not register.suspects:
        return
    conflicts = register.explain(_planned_names(work, folder, shards))
    if conflicts:
        raise conflicts[0] if len(conflicts) == 1 else _all_conflicts(conflicts)


def _all_conflicts(conflicts: list[OutputNameError]) -> OutputNameError:
    lines = "\n".join(f"  {conflict}" for conflict in conflicts)
    return OutputNameError(f"several rows ask for the same name:\n{lines}", where=Where(key="spec.output.name"))


def _refuse_existing(output: Store, work: WorkFolder, folder: str, shards: list[PlannedShard]) -> None:
    there = {info.name for info in output.list() if not info.name.startswith(".pdfbatch/")}
    if not there:
        return
    for row, name in _planned_names(work, folder, shards):
        # A container is a file above its documents' names, and may itself lie in a folder.
        for taken in (name, *map(str, PurePosixPath(name).parents)):
            if taken not in there:
                continue
            raise OutputNameError(
                f"{output.uri}{taken} exists already",
                where=Where(row=row),
                hint="spec.output.existing is Refuse: choose another output, or Overwrite or Keep.",
            )
