"""Whether there is an object for each record, and a record for each object."""

from collections.abc import Iterable

from pdfbatch_api.plan import Plan
from pdfbatch_api.protocols import Store
from pdfbatch_api.records import fold
from pdfbatch_api.resource import PdfBatchSpec
from pdfbatch_renderer.finishing.batch_summary import REPORT_NAME, SUMMARY_NAME
from pdfbatch_renderer.finishing.manifest_line import JSONL_NAME, PARQUET_NAME
from pdfbatch_renderer.finishing.manifest_reader import AuditLine
from pdfbatch_renderer.finishing.removal import OURS
from pdfbatch_renderer.verifying.contents import AGAIN
from pdfbatch_renderer.verifying.findings import Findings
from pdfbatch_renderer.workfolder import WorkFolder

_BESIDE = frozenset({PARQUET_NAME, JSONL_NAME, SUMMARY_NAME, REPORT_NAME})


class ObjectAudit:
    """The objects that no record has claimed yet. About 200 bytes of memory an object.

    Attributes:
        count: how many objects there were, ours left out.
    """

    def __init__(self, store: Store, work: WorkFolder | None, findings: Findings) -> None:
        self._findings = findings
        work_prefix = _below(work.uri, store.uri) if work is not None else None
        self._sizes = {
            info.name: info.size
            for info in store.list()
            if not info.name.startswith(OURS)
            and info.name not in _BESIDE
            and not (work_prefix and info.name.startswith(work_prefix))
        }
        self.count = len(self._sizes)
        self._failed: dict[str, int] = {}

    def claim(self, line: AuditLine) -> bool:
        """Takes the object of a succeeded or skipped line out; whether it is worth reading."""
        size = self._sizes.pop(line.name, None)
        where = f"{line.name!r} (row {line.row})"
        if size is None:
            self._findings.add(
                "MissingDocument", f"{where} was written and is gone; {AGAIN}", row=line.row, name=line.name
            )
            return False
        if line.status == "skipped":
            return False
        if size != line.bytes:
            self._findings.add(
                "OtherSize",
                f"{where} has {size:,} bytes, and {line.bytes:,} were written; {AGAIN}",
                row=line.row,
                name=line.name,
            )
            return False
        return True

    def claim_container(self, name: str) -> None:
        """Takes a container out."""
        self._sizes.pop(name, None)

    def expect_none(self, line: AuditLine) -> None:
        """Notes a failed line: no object may stand under its name."""
        if line.container is None and line.name in self._sizes:
            self._failed[line.name] = line.row

    def report_rest(self, plan: Plan | None, work: WorkFolder | None) -> None:
        """Reports what nobody claimed: what came late, what failed and is there all the same, and strays."""
        for name in self._failed:
            del self._sizes[name]
        late = self._late(plan, work)
        # Where the manifest says Keep or Refuse, an object under a failed document's name may well be the reason
        # why it failed: it was the batch's order to leave it alone.
        theirs = plan is not None and _existing(plan) != "Overwrite"
        for name, row in self._failed.items():
            if name in late:
                self._findings.add(
                    "LateObject",
                    f"{name!r} (row {row}) was stored after the batch was sealed, by an attempt that was still "
                    "running; run `pdfbatch finish` again to take it in",
                    row=row,
                    name=name,
                )
            elif not theirs:
                self._findings.add(
                    "ObjectOfFailedRow",
                    f"{name!r} (row {row}) stands in the output, though the row failed: an earlier batch left it, or "
                    "an attempt that was killed before it said so; render the row with `pdfbatch retry`, or delete "
                    "the object",
                    row=row,
                    name=name,
                )
        for name in self._sizes:
            self._findings.add(
                "StrayObject",
                f"{name!r} has no record in this batch's manifest; delete it, or move it elsewhere, if it is not yours",
                name=name,
            )

    def _late(self, plan: Plan | None, work: WorkFolder | None) -> set[str]:
        """Names of failed lines that by now have a record of success: their attempt went on after the seal."""
        if not self._failed or plan is None or work is None:
            return set()
        digest = plan.digest
        return {
            record.name
            for shard in range(len(plan.shards))
            for record in fold(work.segments_of(digest, shard)).values()
            if record.status == "succeeded" and record.name in self._failed
        }


def _existing(plan: Plan) -> str:
    return PdfBatchSpec.model_validate_json(bytes(plan.spec)).output.existing


def _below(uri: str, root: str) -> str | None:
    return uri.removeprefix(root) if uri.startswith(root) and uri != root else None


def group_members(lines: Iterable[AuditLine]) -> dict[str, list[AuditLine]]:
    """Container to its lines, in row order."""
    grouped: dict[str, list[AuditLine]] = {}
    for line in lines:
        assert line.container is not None
        grouped.setdefault(line.container, []).append(line)
    return grouped
