"""When a batch should be done and when it is ended, in Unix time: suspensions are left out, and move both."""

from pdfbatch_api.resource import PdfBatchSpec, PdfBatchStatus
from pdfbatch_api.resource.quantities import seconds
from pdfbatch_operator.moments import moment_of


def target_at(spec: PdfBatchSpec | None, status: PdfBatchStatus, now: float) -> float | None:
    """By `scaling.targetDuration`; None without one, or before the batch has begun."""
    wanted = spec.scaling.target_duration if spec is not None else None
    begin = _begin(status, now)
    return None if wanted is None or begin is None else begin + seconds(wanted)


def deadline_at(spec: PdfBatchSpec | None, status: PdfBatchStatus, now: float) -> float | None:
    """By `activeDeadlineSeconds`; None without one, or before the batch has begun."""
    limit = spec.active_deadline_seconds if spec is not None else None
    begin = _begin(status, now)
    return None if limit is None or begin is None else begin + limit


def _begin(status: PdfBatchStatus, now: float) -> float | None:
    """When the batch began, or would have begun had it not been suspended since."""
    if status.start_time is None:
        return None
    begin = moment_of(status.start_time).timestamp() + status.suspended_seconds
    if status.suspended_since is None:
        return begin
    return begin + max(now - moment_of(status.suspended_since).timestamp(), 0.0)
