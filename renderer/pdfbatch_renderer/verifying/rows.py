"""Whether every planned row has exactly one record."""

from pdfbatch_api.plan import Plan
from pdfbatch_renderer.finishing.manifest_reader import AuditLine
from pdfbatch_renderer.verifying.findings import Findings
from pdfbatch_renderer.workfolder import WorkFolder

_FINISH_AGAIN = "run `pdfbatch finish` again: it makes the manifest anew from the records"


class RowAudit:
    """Takes the manifest's lines, and then compares them with the plan. About 100 bytes of memory a row."""

    def __init__(self, findings: Findings) -> None:
        self._findings = findings
        # The name's hash stands for the name: it is compared within this process only.
        self._seen: dict[int, int] = {}
        self.count = 0

    def add(self, line: AuditLine) -> bool:
        """Takes a line; False if its row had one before."""
        self.count += 1
        if line.row in self._seen:
            self._findings.add(
                "DoubledRecord",
                f"row {line.row} ({line.name!r}) is in the manifest more than once; {_FINISH_AGAIN}",
                row=line.row,
                name=line.name,
            )
            return False
        self._seen[line.row] = hash(line.name)
        return True

    def compare(self, plan: Plan, work: WorkFolder) -> None:
        """Compares what was taken with the planned rows.

        Raises:
            WorkFolderError: the plan's input is missing or damaged.
        """
        left = self._seen
        for shard in range(len(plan.shards)):
            for row in work.rows(plan, shard):
                name = left.pop(row.row, None)
                if name is None:
                    self._findings.add(
                        "MissingRecord",
                        f"row {row.row} ({row.name!r}, shard {shard}) was planned and is not in the manifest; "
                        f"{_FINISH_AGAIN}",
                        row=row.row,
                        name=row.name,
                    )
                elif name != hash(row.name):
                    self._findings.add(
                        "OtherName",
                        f"row {row.row} stands in the manifest under another name than the planned {row.name!r}; "
                        f"{_FINISH_AGAIN}",
                        row=row.row,
                        name=row.name,
                    )
        for number in left:
            self._findings.add(
                "UnplannedRecord",
                f"row {number} is in the manifest and was never planned; {_FINISH_AGAIN}",
                row=number,
            )
