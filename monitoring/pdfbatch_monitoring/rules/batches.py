"""Alerts of one batch: it will be late, documents fail, nothing goes on, something crashes or is throttled."""

from typing import Final

from pdfbatch_api.metrics import Metric
from pdfbatch_api.metrics import operator as of
from pdfbatch_api.metrics import renderer as live
from pdfbatch_api.metrics.labels import OF_BATCH, RESULT
from pdfbatch_monitoring.promql import Not, Value, of_batch, rate, series, total
from pdfbatch_monitoring.rules.alert import Alert, Threshold

LATE_BY: Final = Threshold("lateBySeconds", 60)
FAILED_SHARE: Final = Threshold("failedShare", 0.05)
FAILED_DOCUMENTS: Final = Threshold("failedDocuments", 10)
STUCK_AFTER: Final = Threshold("stuckAfterSeconds", 900)
RESTARTS: Final = Threshold("engineRestarts", 20)
RESTARTS_SHARE: Final = Threshold("engineRestartsShare", 0.01)
THROTTLED: Final = Threshold("throttledRequests", 20)
THROTTLED_SHARE: Final = Threshold("throttledRequestsShare", 0.01)

_WHICH: Final = "{{ $labels.namespace }}/{{ $labels.batch }}"
_ACTIVE: Final = series(of.BATCH_RENDERERS, state="active")
_DESCRIBE: Final = "kubectl describe pdfbatch {{ $labels.batch }} -n {{ $labels.namespace }}"


def _late(end: Metric, by: str) -> str:
    return f"{of_batch(series(of.BATCH_ESTIMATED_COMPLETION_TIME))} - {of_batch(series(end))} > {by}"


def _processed(**labels: Value) -> str:
    return total(of_batch(series(of.BATCH_DOCUMENTS_PROCESSED, **labels), RESULT), *OF_BATCH)


def _storm(metric: Metric, count: Threshold, share: Threshold, **labels: Value) -> str:
    """Many of something in ten minutes, for the documents done meanwhile.

    Renderers live a minute or two, so their counters are added up as they last stood: a rate would miss the first of
    each pod, and it may have no second.
    """
    many = total(f"max_over_time({series(metric, **labels)}[10m])", *OF_BATCH)
    documents = total(f"max_over_time({series(live.RENDERED_DOCUMENTS)}[10m])", *OF_BATCH)
    return f"{many} >= {count} unless {many} <= {share} * {documents}"


BATCH_ALERTS: Final = (
    Alert(
        "PdfbatchBatchWillMissTarget",
        "warning",
        _late(of.BATCH_TARGET_TIME, str(LATE_BY)),
        "5m",
        OF_BATCH,
        f"{_WHICH} will end {{{{ $value | humanizeDuration }}}} after its target",
        "At its pace the batch is later than scaling.targetDuration asks for. See the condition ScalingActive "
        f"({_DESCRIBE}): raise scaling.max, or make room for its pods, or accept a later end.",
    ),
    Alert(
        "PdfbatchBatchWillMissDeadline",
        "critical",
        _late(of.BATCH_DEADLINE_TIME, "0"),
        "5m",
        OF_BATCH,
        f"{_WHICH} will be ended unfinished: it needs {{{{ $value | humanizeDuration }}}} more than its deadline",
        "At its pace activeDeadlineSeconds ends the batch before all is rendered, and what is left fails. Raise "
        f"activeDeadlineSeconds or scaling.max now; both may be changed while it runs ({_DESCRIBE}).",
    ),
    Alert(
        "PdfbatchBatchFailureRate",
        "warning",
        # A finished batch is let alone half an hour after its last document.
        f"{_processed(result='failed')} / {_processed()} > {FAILED_SHARE} "
        f"and {_processed(result='failed')} >= {FAILED_DOCUMENTS} "
        f"and time() - {of_batch(series(of.BATCH_LAST_DOCUMENT_TIME))} < 1800",
        "1m",
        OF_BATCH,
        f"{{{{ $value | humanizePercentage }}}} of the documents of {_WHICH} fail",
        f"The first failures are in the status ({_DESCRIBE}), all are in its manifest and report.html. If the template "
        "or the data is at fault, suspend the batch and mend it in a new one.",
    ),
    Alert(
        "PdfbatchBatchStuck",
        "critical",
        # All the time: a batch that was held, or planned for long, has had no document and is not stuck.
        f"time() - {of_batch(series(of.BATCH_LAST_DOCUMENT_TIME))} > {STUCK_AFTER} "
        f"and {of_batch(f'min_over_time({_ACTIVE}[{STUCK_AFTER}s])')} > 0 "
        f"unless {total(rate(live.RENDERED_DOCUMENTS, '5m'), *OF_BATCH)} > 0",
        "1m",
        OF_BATCH,
        f"{_WHICH} has renderers, and no document for {{{{ $value | humanizeDuration }}}}",
        "Its renderers neither count documents nor end. Look whether the pods run (kubectl get pods -n "
        "{{ $labels.namespace }} -l pdfbatch.io/batch={{ $labels.batch }}) and what they say (kubectl logs, container "
        "renderer): a store or an engine that does not answer, a node that is lost.",
    ),
    Alert(
        "PdfbatchBatchStalled",
        "warning",
        f"{of_batch(series(of.BATCH_STALLED))} == 1",
        "5m",
        OF_BATCH,
        f"{_WHICH} does not go on until somebody does something",
        f"Its condition Stalled has the reason and what to do: {_DESCRIBE}. No room, a quota, an image, a volume and a "
        "permission are the usual ones.",
    ),
    Alert(
        "PdfbatchEngineRestarts",
        "warning",
        _storm(live.ENGINE_RESTARTS, RESTARTS, RESTARTS_SHARE, reason=Not("recycled")),
        "1m",
        OF_BATCH,
        f"{{{{ $value | humanize }}}} engines or workers of {_WHICH} were replaced in ten minutes",
        "Documents kill the engine or take too long or too much memory, and each restart costs seconds. The panel "
        "Engine restarts has the reasons, the renderers' logs name the documents. Often podTemplate.engineResources "
        "has too little memory.",
    ),
    Alert(
        "PdfbatchStoreThrottled",
        "warning",
        _storm(live.STORE_RETRIES, THROTTLED, THROTTLED_SHARE, reason="throttled"),
        "5m",
        OF_BATCH,
        f"The store is too busy for {_WHICH}: {{{{ $value | humanize }}}} requests in ten minutes",
        "They are tried again, so nothing is lost, but more renderers make it worse. Lower scaling.max "
        "or take a fixed number (kubectl scale pdfbatch {{ $labels.batch }} -n {{ $labels.namespace }} --replicas=N), "
        "spread the names over more prefixes, or ask the store's admin for a higher limit.",
    ),
)
