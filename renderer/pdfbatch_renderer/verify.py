"""`verify`: the audit. It reads the manifest against the store and believes neither.

Every planned row has exactly one record, every succeeded record an object of that size and digest, and no object
is without a record. It uses none of what made the batch, so that it finds that at fault, too.
"""

import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from pdfbatch_api.errors import ObjectMissingError, WorkFolderError
from pdfbatch_api.plan import Plan
from pdfbatch_api.protocols import Store
from pdfbatch_renderer.finishing.batch_summary import SUMMARY_NAME, BatchSummary, decode_batch_summary
from pdfbatch_renderer.finishing.manifest_line import JSONL_NAME, PARQUET_NAME
from pdfbatch_renderer.finishing.manifest_reader import AuditLine, read_manifest
from pdfbatch_renderer.finishing.removal import OURS, is_removed
from pdfbatch_renderer.verifying.containers import audit_container
from pdfbatch_renderer.verifying.contents import ContentAudit, digest_of
from pdfbatch_renderer.verifying.findings import Finding, Findings, Verification
from pdfbatch_renderer.verifying.objects import ObjectAudit, group_members
from pdfbatch_renderer.verifying.rows import RowAudit
from pdfbatch_renderer.workfolder import WorkFolder

__all__ = ["Finding", "Progress", "Verification", "verify"]

Progress = Callable[[int, int], None]


def verify(output: Store, *, work: WorkFolder | None = None, progress: Progress | None = None) -> Verification:
    """Audits a finished batch. Memory: about 300 bytes a document.

    Args:
        output: where its documents are.
        work: its work folder: the manifest is compared with the plan, too. Left out, it is looked for where it
            usually is, under the output; a published output may have none.
        progress: told (documents done, documents in all), now and then.

    Returns:
        what was found. Nothing, if all is well.

    Raises:
        StoreError: the store cannot be listed or read at all.
    """
    return _Audit(output, work, progress or (lambda done, total: None)).run()


class _Audit:
    def __init__(self, output: Store, work: WorkFolder | None, progress: Progress) -> None:
        self._output = output
        self._work = work
        self._progress = progress
        self._findings = Findings()
        self._rows = RowAudit(self._findings)
        self._statuses = {"succeeded": 0, "failed": 0, "skipped": 0}
        self._members: list[AuditLine] = []
        self._done = self._checked = self._total = 0
        self._began = time.monotonic()

    def run(self) -> Verification:
        summary = self._summary()
        self._total = summary.statistics.documents if summary else 0
        if self._work is None and summary is not None:
            self._work = WorkFolder(self._output, OURS + summary.batch)
        with tempfile.TemporaryDirectory(prefix="pdfbatch-verify-") as folder:
            path = self._manifest(Path(folder), summary)
            if path is None:
                return self._result(0, 0)
            objects = ObjectAudit(self._output, self._work, self._findings)
            with ContentAudit(self._output, self._findings, self._count) as contents:
                whole = self._read(path, objects, contents)
        if not whole:
            # What half a manifest does not name is not missing.
            return self._result(objects.count, contents.bytes)
        read = contents.bytes + self._containers(objects)
        plan = self._compare_rows()
        objects.report_rest(plan, self._work)
        if summary is not None:
            self._compare_counts(summary)
        return self._result(objects.count, read)

    def _summary(self) -> BatchSummary | None:
        try:
            return decode_batch_summary(self._output.get(SUMMARY_NAME))
        except ObjectMissingError:
            what = "there is none"
        except msgspec.MsgspecError as error:
            what = f"it is damaged ({error})"
        self._findings.add("NoSummary", f"{SUMMARY_NAME}: {what}; run `pdfbatch finish` again", name=SUMMARY_NAME)
        return None

    def _manifest(self, folder: Path, summary: BatchSummary | None) -> Path | None:
        """A local copy of a manifest, each of them compared with its digest in the summary."""
        expected = {file.name: file.sha256 for file in summary.manifests} if summary else {}
        found = []
        for name in (PARQUET_NAME, JSONL_NAME):
            path = folder / name
            try:
                with self._output.stream(name) as stream, path.open("wb") as copy:
                    shutil.copyfileobj(stream, copy, 1 << 20)
            except ObjectMissingError:
                path.unlink(missing_ok=True)
                if name in expected:
                    self._findings.add("NoManifest", f"{name} is gone; run `pdfbatch finish` again", name=name)
                continue
            found.append(path)
            with path.open("rb") as file:
                digest = digest_of(file)[0]
            if name in expected and expected[name] != digest:
                self._findings.add(
                    "ManifestChanged",
                    f"{name} is not the one that {SUMMARY_NAME} names (sha256 {digest}, and not {expected[name]}); "
                    "run `pdfbatch finish` again",
                    name=name,
                )
        if not found and not expected:
            self._findings.add(
                "NoManifest",
                f"there is no manifest in {self._output.uri}; run `pdfbatch finish`, or look for another folder",
            )
        return found[0] if found else None

    def _read(self, path: Path, objects: ObjectAudit, contents: ContentAudit) -> bool:
        try:
            for line in read_manifest(path, self._output.uri + path.name):
                if not self._rows.add(line):
                    continue
                self._statuses[line.status] += 1
                if line.status == "failed":
                    objects.expect_none(line)
                    self._count(0)
                elif line.container is not None:
                    self._members.append(line)
                elif objects.claim(line):
                    self._checked += 1
                    contents.add(line)
                else:
                    self._count(0)
        except WorkFolderError as error:
            self._findings.add("ManifestDamaged", str(error), name=path.name)
            return False
        return True

    def _count(self, checked: int) -> None:
        self._done += checked or 1
        if checked or self._done % 1000 == 0:
            self._progress(self._done, max(self._total, self._done))

    def _containers(self, objects: ObjectAudit) -> int:
        read = 0
        for name, members in group_members(self._members).items():
            objects.claim_container(name)
            read += audit_container(self._output, name, members, self._findings)
            self._checked += len(members)
            self._count(len(members))
        return read

    def _compare_rows(self) -> Plan | None:
        """Compares the manifest's rows with the plan's, if there is one; returns it."""
        work = self._work
        if work is None:
            return None
        try:
            plan = work.load_plan()
            if plan is not None and not is_removed(work):
                self._rows.compare(plan, work)
            return plan
        except WorkFolderError as error:
            self._findings.add("Unreadable", str(error))
            return None

    def _compare_counts(self, summary: BatchSummary) -> None:
        numbers = summary.statistics
        told = {"succeeded": numbers.succeeded, "failed": numbers.failed, "skipped": numbers.skipped}
        if self._rows.count != numbers.documents or told != self._statuses:
            self._findings.add(
                "CountsDiffer",
                f"{SUMMARY_NAME} tells of {numbers.documents:,} documents ({_words(told)}), "
                f"and the manifest of {self._rows.count:,} ({_words(self._statuses)}); run `pdfbatch finish` again",
                name=SUMMARY_NAME,
            )

    def _result(self, objects: int, read: int) -> Verification:
        self._progress(self._done, max(self._total, self._done))
        return Verification(
            documents=self._rows.count,
            checked=self._checked,
            objects=objects,
            bytes=read,
            seconds=time.monotonic() - self._began,
            counts=dict(self._findings.counts),
            findings=tuple(self._findings.shown),
        )


def _words(counts: dict[str, int]) -> str:
    return ", ".join(f"{count:,} {status}" for status, count in counts.items())
