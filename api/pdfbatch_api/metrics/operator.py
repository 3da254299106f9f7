"""The operator's metrics.

Those with the labels `namespace` and `batch` are there from a batch's first turn until it is deleted: a handful a
batch, whatever its size. They are worked out from its status, so they are exact: they agree with the batch's manifest
to the document, and an operator that is replaced says the same. Scrape them with `honor_labels: true`, else the
namespace is the operator's.
"""

from typing import Final

from pdfbatch_api.metrics.definition import Metric
from pdfbatch_api.metrics.labels import (
    CODE,
    NAMESPACE,
    OF_BATCH,
    PHASE,
    REASON,
    RESOURCE,
    RESULT,
    SIGNAL,
    STATE,
    VERB,
)

_PHASES: Final = ("Pending", "Planning", "Rendering", "Finishing", "Succeeded", "Failed", "Suspended")
_MOMENTS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_WAITS: Final = (1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 180.0, 600.0, 1800.0, 3600.0, 14400.0, 86400.0)
# Of scaling/ in the operator: what decides, and which of the bounds holds.
_SCALING_REASONS: Final = (
    *("RenderersSet", "Held", "Suspended"),
    *("TargetDuration", "TargetNotReachable", "CustomQuery"),
    *("MaximumReached", "AdminMaximum", "FleetLimit", "FewShards", "NoRoom"),
    *("PrometheusAway", "PrometheusUnusable"),
)

# The work, a batch each.

BATCH_DOCUMENTS: Final = Metric(
    "pdfbatch_batch_documents",
    "gauge",
    "documents",
    "Documents of a batch, by state; total is how many were planned.",
    (*OF_BATCH, STATE),
    ((STATE, ("total", "succeeded", "failed", "skipped")),),
)
BATCH_DOCUMENTS_PROCESSED: Final = Metric(
    "pdfbatch_batch_documents_processed_total",
    "counter",
    "documents",
    "Documents of a batch that are done, by what became of them; exact, and counted a shard at a time. A retry takes "
    "its documents back: failed begins again at 0.",
    (*OF_BATCH, RESULT),
    ((RESULT, ("succeeded", "failed", "skipped")),),
)
BATCH_SHARDS: Final = Metric(
    "pdfbatch_batch_shards",
    "gauge",
    "shards",
    "Shards of a batch, by state; unaccounted ones are done, and their pods were gone before their counts were read.",
    (*OF_BATCH, STATE),
    ((STATE, ("total", "succeeded", "active", "failed", "unaccounted")),),
)
BATCH_PAGES: Final = Metric(
    "pdfbatch_batch_pages_total", "counter", "pages", "Pages of a batch's succeeded documents.", OF_BATCH
)
BATCH_BYTES: Final = Metric(
    "pdfbatch_batch_bytes_total", "counter", "bytes", "Bytes of a batch's succeeded documents.", OF_BATCH
)
BATCH_RENDERERS: Final = Metric(
    "pdfbatch_batch_renderers",
    "gauge",
    "pods",
    "Renderer pods of a batch, by state; unschedulable ones wait for a node with room.",
    (*OF_BATCH, STATE),
    ((STATE, ("desired", "active", "ready", "unschedulable")),),
)
BATCH_REQUESTED_CORES: Final = Metric(
    "pdfbatch_batch_requested_cores",
    "gauge",
    "cores",
    "CPU that a batch's live pods have requested: what it costs, a second each.",
    OF_BATCH,
)
BATCH_STALLED: Final = Metric(
    "pdfbatch_batch_stalled",
    "gauge",
    "",
    "1 while a batch cannot go on without a person (its condition Stalled), else 0.",
    OF_BATCH,
)
BATCH_DISRUPTIONS: Final = Metric(
    "pdfbatch_batch_disruptions_total",
    "counter",
    "pods",
    "Pods of a batch that were lost with their node, drained or pre-empted, and replaced.",
    OF_BATCH,
)
BATCH_START_TIME: Final = Metric(
    "pdfbatch_batch_start_time_seconds", "gauge", "seconds", "When a batch began, in Unix time.", OF_BATCH
)
BATCH_LAST_DOCUMENT_TIME: Final = Metric(
    "pdfbatch_batch_last_progress_time_seconds",
    "gauge",
    "seconds",
    "When a batch's counts last moved, in Unix time; its start before the first.",
    OF_BATCH,
)
BATCH_TARGET_TIME: Final = Metric(
    "pdfbatch_batch_target_time_seconds",
    "gauge",
    "seconds",
    "When a batch should end by scaling.targetDuration, in Unix time, suspensions left out; absent without one.",
    OF_BATCH,
)
BATCH_DEADLINE_TIME: Final = Metric(
    "pdfbatch_batch_deadline_time_seconds",
    "gauge",
    "seconds",
    "When a batch is ended by activeDeadlineSeconds, in Unix time, suspensions left out; absent without one.",
    OF_BATCH,
)
BATCH_ESTIMATED_COMPLETION_TIME: Final = Metric(
    "pdfbatch_batch_estimated_completion_time_seconds",
    "gauge",
    "seconds",
    "When a batch will be rendered at its pace, in Unix time; absent when that is not known.",
    OF_BATCH,
)

# The work, all of it, since this operator process began to lead.

BATCHES: Final = Metric(
    "pdfbatch_batches", "gauge", "batches", "Batches that there are, by phase.", (PHASE,), ((PHASE, _PHASES),)
)
DOCUMENTS: Final = Metric(
    "pdfbatch_documents_total",
    "counter",
    "documents",
    "Documents done since this process began to lead, by what became of them; outlives the batches.",
    (NAMESPACE, RESULT),
    ((RESULT, ("succeeded", "failed", "skipped")),),
)
DOCUMENTS_RETRIED: Final = Metric(
    "pdfbatch_documents_retried_total",
    "counter",
    "documents",
    "Failed documents that retries took up since this process began to lead. What the manifests call failed is "
    "pdfbatch_documents_total's failed less these: a document that a retry mends has failed once and succeeded once.",
    (NAMESPACE,),
)
SHARDS: Final = Metric(
    "pdfbatch_shards_total",
    "counter",
    "shards",
    "Shards done since this process began to lead, by result; outlives the batches. One that a retry renders again "
    "counts again.",
    (NAMESPACE, RESULT),
    ((RESULT, ("succeeded", "failed")),),
)
COMPLETIONS: Final = Metric(
    "pdfbatch_batch_completions_total",
    "counter",
    "batches",
    "Batches that have ended since this process began to lead, by result; one that is retried ends again.",
    (RESULT,),
    ((RESULT, ("Succeeded", "Failed")),),
)
QUEUE_WAIT: Final = Metric(
    "pdfbatch_batch_queue_wait_seconds",
    "histogram",
    "seconds",
    "From a batch's creation until its first renderer is at work; retries are left out.",
    buckets=_WAITS,
)
BATCH_DURATION: Final = Metric(
    "pdfbatch_batch_duration_seconds",
    "histogram",
    "seconds",
    "From a batch's creation to its end, by result; retries are left out.",
    (RESULT,),
    ((RESULT, ("Succeeded", "Failed")),),
    buckets=_WAITS,
)
NODE_LOSS_RECOVERIES: Final = Metric(
    "pdfbatch_node_loss_recoveries_total", "counter", "pods", "Pods of lost nodes declared failed.", (NAMESPACE,)
)

# The autoscaler.

SCALING_DECISIONS: Final = Metric(
    "pdfbatch_scaling_decisions_total",
    "counter",
    "decisions",
    "Changes of a batch's number of renderers, by the reason that the condition ScalingActive gives.",
    (REASON,),
    ((REASON, _SCALING_REASONS),),
)
SCALING_SIGNALS: Final = Metric(
    "pdfbatch_scaling_signal_failures_total",
    "counter",
    "queries",
    "Queries to Prometheus whose answer could not be used, by signal and why.",
    (SIGNAL, REASON),
    (
        (SIGNAL, ("throughput", "custom")),
        (REASON, ("unreachable", "timeout", "refused", "empty", "several", "invalid", "stale")),
    ),
)
PROMETHEUS_QUERY_SECONDS: Final = Metric(
    "pdfbatch_prometheus_query_seconds",
    "histogram",
    "seconds",
    "How long Prometheus takes to answer the autoscaler.",
    buckets=_MOMENTS,
)
FLEET_RENDERERS: Final = Metric(
    "pdfbatch_fleet_renderers",
    "gauge",
    "pods",
    "Renderers of all batches: wanted, granted, and the admin's limit (absent without one).",
    (STATE,),
    ((STATE, ("limit", "wanted", "granted")),),
)

# The operator itself.

LEADER: Final = Metric("pdfbatch_operator_leader", "gauge", "", "1 for the replica that holds the Lease, else 0.")
RECONCILES: Final = Metric(
    "pdfbatch_operator_reconciles_total",
    "counter",
    "turns",
    "Turns, by result. idle: nothing was to be done; done: something was; conflict: the batch had changed meanwhile; "
    "gone: it is no more; error: the API refused or could not be reached, or the operator has a bug (see its log).",
    (RESULT,),
    ((RESULT, ("idle", "done", "conflict", "gone", "error")),),
)
RECONCILE_SECONDS: Final = Metric(
    "pdfbatch_operator_reconcile_seconds", "histogram", "seconds", "How long turns take.", buckets=_MOMENTS
)
QUEUE_DEPTH: Final = Metric(
    "pdfbatch_operator_queue_depth", "gauge", "batches", "Batches that are due and wait for their turn."
)
QUEUE_SECONDS: Final = Metric(
    "pdfbatch_operator_queue_seconds",
    "histogram",
    "seconds",
    "How long batches wait for their turn, from being due.",
    buckets=_MOMENTS,
)
API_REQUESTS: Final = Metric(
    "pdfbatch_operator_api_requests_total",
    "counter",
    "requests",
    "Requests to the API server; code 0: no answer.",
    (VERB, RESOURCE, CODE),
)
WATCH_RESTARTS: Final = Metric(
    "pdfbatch_operator_watch_restarts_total",
    "counter",
    "watches",
    "Watches begun anew, by reason.",
    (RESOURCE, REASON),
)
CACHED_OBJECTS: Final = Metric(
    "pdfbatch_operator_cached_objects", "gauge", "objects", "Objects in memory.", (RESOURCE,)
)
