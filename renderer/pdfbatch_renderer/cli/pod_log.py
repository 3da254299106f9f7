"""The log of a command in a pod: one JSON object a line on standard error, and never a row's data.

No name of a document either: it is made of the row. A failed row is told by its number and reason; what it says is in
the record, where the rows' data is anyway. A mistake in the rows is told by its place; its words are in the termination
message, which ends with the pod and is not collected.
"""

import dataclasses
import logging
import sys
import time
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any, Final, Self, TextIO

from pdfbatch_api.errors import DocumentError, OutputNameError, PdfbatchError, SourceError
from pdfbatch_api.plan import Plan
from pdfbatch_api.records import Record
from pdfbatch_renderer.json_lines import LOGGER, JsonLines, log_to

_LINE_SECONDS: Final = 10.0
_NAMED_FAILURES: Final = 10
# A browser that has printed so many documents is replaced: that is how it should be.
_ORDINARY: Final = frozenset({"recycled"})
# Their words are about what stands in a row.
_QUOTE_ROWS: Final = (DocumentError, OutputNameError, SourceError)

_log = logging.getLogger(LOGGER)


class PodLog:
    """Logs a step; an Observer. A context manager, which sets the process's logging up.

    Args:
        fields: batch, attempt, shard: whatever is known. A shard that it is told of is in the lines from there on.
        version: pdfbatch's own.
        clock: monotonic seconds.
    """

    def __init__(
        self,
        fields: Mapping[str, Any],
        *,
        version: str = "",
        stream: TextIO | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._clock = clock
        self._version = version
        self._given = fields
        self._fields = dict(fields)
        self._handler = logging.StreamHandler(stream or sys.stderr)
        self._handler.setFormatter(JsonLines(self._fields))
        self._began = self._said = clock()
        self._total = self._done = self._done_then = self._failed = 0

    def __enter__(self) -> Self:
        log_to(self._handler)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        logging.captureWarnings(False)  # what is said from here on is ours: `ended`

    def say(self, event: str, level: int = logging.INFO, **fields: Any) -> None:
        """One line."""
        _log.log(level, event, extra={"fields": fields})

    def started(self, command: str) -> None:
        """The command begins."""
        self.say("started", command=command, version=self._version)

    def stopping(self) -> None:
        """It was told to stop."""
        self.say("told to stop")

    def ended(self, exit_code: int) -> None:
        """The command ends."""
        self.say("ended", exit_code=exit_code, seconds=round(self._clock() - self._began, 3))

    def warning(self, text: str) -> None:
        """It goes on, without something that was asked for."""
        self.say("warning", logging.WARNING, message=text)

    def mistake(self, error: PdfbatchError) -> None:
        """It ends with an error that a person should read."""
        where = str(dataclasses.replace(error.where, name=None))
        if error.where.row is not None or isinstance(error, _QUOTE_ROWS):
            kind = type(error).__name__
            self.say("error", logging.ERROR, message=f"{kind}, in words in the termination message", where=where)
        else:
            self.say("error", logging.ERROR, message=error.what, where=where, hint=error.hint or "")

    def defect(self, what: str, trace: str) -> None:
        """It ends with an error that nobody foresaw."""
        self.say("unexpected error", logging.ERROR, message=what, traceback=trace)

    # ---- an Observer

    def planning(self, rows: int) -> None:
        """So many rows are planned."""
        if self._due():
            self.say("planning", documents=rows)

    def planned(self, plan: Plan, *, resumed: bool) -> None:
        """The plan is there."""
        self.say(
            "plan adopted" if resumed else "planned",
            plan=plan.digest,
            documents=plan.documents,
            shards=len(plan.shards),
            filtered=plan.filtered,
            engine=plan.versions.engine,
            fonts=plan.versions.fonts,
        )
        for warning in plan.warnings:
            self.warning(warning)

    def rendering(self, documents: int) -> None:
        """So many documents are to be rendered here."""
        self._total = documents
        self._said = self._clock()
        self.say("rendering", documents=documents)

    def inherited(self, shard: int, documents: int) -> None:
        """So many documents of the shard were done by earlier attempts."""
        self._fields["shard"] = shard
        self._done += documents
        self._done_then = self._done
        self.say("resumed" if documents else "begun", done=self._done, total=self._total)

    def recorded(self, shard: int, record: Record) -> None:
        """A document's record is durable."""
        self._done += 1
        if record.error is not None:
            self._failed += 1
            if self._failed <= _NAMED_FAILURES:
                self.say("document failed", logging.WARNING, row=record.row, reason=record.error.reason)
        since = self._clock() - self._said
        if self._due():
            speed = (self._done - self._done_then) / since
            self._done_then = self._done
            self._progress(round(speed, 1))
        elif self._done == self._total:
            self._progress(round((self._done - self._done_then) / since, 1) if since > 0 else 0.0)

    def _progress(self, speed: float) -> None:
        self.say("progress", done=self._done, total=self._total, failed=self._failed, documents_per_second=speed)

    def note(self, text: str) -> None:
        """Something worth knowing."""
        self.say("note", message=text)

    def restarted(self, reason: str) -> None:
        """A worker or its browser was replaced."""
        self.say("restarted", logging.INFO if reason in _ORDINARY else logging.WARNING, reason=reason)

    def quiet(self, seconds: float) -> None:
        """No document was recorded for so long."""
        self.say("quiet", logging.WARNING, seconds=round(seconds))

    def finishing(self) -> None:
        """The manifest and the report are being written."""
        if "shard" not in self._given:
            self._fields.pop("shard", None)
        self.say("finishing")

    def _due(self) -> bool:
        now = self._clock()
        if now - self._said < _LINE_SECONDS:
            return False
        self._said = now
        return True
