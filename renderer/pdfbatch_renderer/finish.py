"""`finish`: the third command. From all attempts' records to the manifest, the summary and the report.

It runs after every end of a batch, good or bad, and may run again: the same records give the same manifest.
"""

import hashlib
import tempfile
from contextlib import ExitStack
from pathlib import Path

from pdfbatch_api.errors import SealedError
from pdfbatch_api.plan import Plan
from pdfbatch_api.protocols import Store
from pdfbatch_api.resource import PdfBatchSpec
from pdfbatch_api.resource.quantities import share_of
from pdfbatch_api.summaries import FinishSummary
from pdfbatch_renderer.containers.spool import clear_spool
from pdfbatch_renderer.finishing.batch_summary import (
    FORMAT,
    REPORT_NAME,
    SUMMARY_NAME,
    BatchSummary,
    ManifestFile,
    Statistics,
    decode_batch_summary,
    encode_batch_summary,
)
from pdfbatch_renderer.finishing.manifest_line import NAMES, line_of
from pdfbatch_renderer.finishing.manifest_writers import open_writer
from pdfbatch_renderer.finishing.outcomes import outcomes
from pdfbatch_renderer.finishing.removal import is_removed, remove_staging, remove_work
from pdfbatch_renderer.finishing.tally import Tally
from pdfbatch_renderer.report import render_report
from pdfbatch_renderer.verify import verify
from pdfbatch_renderer.workfolder import Seal, WorkFolder


def finish(
    plan: Plan, work: WorkFolder, output: Store, *, reason: str | None = None, generation: int = 0
) -> FinishSummary:
    """Seals the batch and writes manifest.parquet and manifest.jsonl, summary.json and report.html into `output`.

    Args:
        plan: the batch's plan.
        work: its work folder.
        output: where its documents are.
        reason: why the batch ended early; rows without a record say so. A batch that was sealed before keeps the
            reason it was sealed with.
        generation: of the retry that ends; 0: of the first run.

    Returns:
        the totals, made from the records.

    Raises:
        WorkFolderError: the plan's input or a segment of records is missing or damaged.
        SealedError: a later retry was finished meanwhile, and has written the manifest.
        StoreError: a store is failing.
    """
    if is_removed(work):
        remove_work(plan, work, output)  # the finish that began it may have died over it
        return decode_batch_summary(output.get(SUMMARY_NAME)).for_termination()
    spec = PdfBatchSpec.model_validate_json(bytes(plan.spec))
    seal = work.seal(reason or "", generation)
    with tempfile.TemporaryDirectory(prefix="pdfbatch-finish-") as folder:
        statistics, manifests = _write_manifests(plan, work, output, spec, seal, Path(folder))
    allowed = share_of(spec.failure_policy.max_failed_documents, plan.documents)
    summary = BatchSummary(
        format=FORMAT,
        batch=plan.batch,
        name=plan.name,
        plan=plan.digest,
        output=output.uri,
        versions=plan.versions,
        filtered=plan.filtered,
        allowed_failures=allowed,
        within_policy=statistics.failed <= allowed,
        ended_because=seal.reason,
        seconds=statistics.throughput.seconds,
        documents_per_second=statistics.documents_per_second,
        manifests=manifests,
        plan_warnings=plan.warnings,
        statistics=statistics,
    )
    output.put(REPORT_NAME, render_report(summary).encode())
    # The summary comes last: whoever finds it finds all the others.
    output.put(SUMMARY_NAME, encode_batch_summary(summary))
    remove_staging(work, output)
    if not statistics.failed:
        # With a failure a retry is to come, and assembles its container anew from all the others.
        clear_spool(work.store, prefix=work.prefix)
    # The input is what a retry needs and what a failed audit is mended from: it goes only when neither is wanted.
    wanted = spec.work_folder is not None and spec.work_folder.remove
    if wanted and not statistics.failed and verify(output, work=work).ok:
        remove_work(plan, work, output)
    return summary.for_termination()


def _write_manifests(
    plan: Plan, work: WorkFolder, output: Store, spec: PdfBatchSpec, seal: Seal, folder: Path
) -> tuple[Statistics, tuple[ManifestFile, ...]]:
    """The manifests, first as local files, so that a store never holds half of one."""
    tally = Tally()
    encryption = spec.postprocessing.encryption
    by_row = encryption is not None and (encryption.user_password_column or encryption.owner_password_column)
    paths = {NAMES[form]: (form, folder / NAMES[form]) for form in dict.fromkeys(spec.output.manifest)}
    with ExitStack() as stack:
        writers = [stack.enter_context(open_writer(form, path, plan)) for form, path in paths.values()]
        for record in outcomes(plan, work, reason=seal.reason):
            tally.add(record)
            line = line_of(record, input_told=not by_row)
            for writer in writers:
                writer.add(line)
    last = work.read_seal()
    if last is not None and last.generation > seal.generation:
        raise SealedError(
            "a later retry of the batch was finished meanwhile, by which this manifest is out of date",
            hint="Nothing is lost: the retry has written the batch's manifest.",
        )
    files = []
    for name, (_, path) in paths.items():
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        files.append(ManifestFile(name, path.stat().st_size, digest))
        output.put_file(name, str(path))
    for name in set(NAMES.values()) - paths.keys():
        # An earlier batch in the same folder may have left one; it would contradict this batch's.
        output.delete(name)
    return tally.statistics(), tuple(files)
