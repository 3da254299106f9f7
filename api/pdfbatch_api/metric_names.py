"""Names of what the operator exports to Prometheus, in one place: its code, the dashboards and the alerts share them.

Of the batches' own series (those with the labels `namespace` and `batch`) there are a handful a batch, whatever its
size; they go when the batch does.
"""

from typing import Final

PREFIX: Final = "pdfbatch"

# Labels.
NAMESPACE: Final = "namespace"
BATCH: Final = "batch"
STATE: Final = "state"
PHASE: Final = "phase"
RESULT: Final = "result"

# The work: gauges that follow each batch's status.
BATCHES: Final = f"{PREFIX}_batches"  # by phase
DOCUMENTS: Final = f"{PREFIX}_batch_documents"  # by state: total, succeeded, failed, skipped
SHARDS: Final = f"{PREFIX}_batch_shards"  # by state: total, succeeded, active, failed, unaccounted
RENDERERS: Final = f"{PREFIX}_batch_renderers"  # by state: desired, active, ready
STALLED: Final = f"{PREFIX}_batch_stalled"  # 1 while the condition Stalled is true

# The work: counters (Prometheus appends _total).
COMPLETIONS: Final = f"{PREFIX}_batch_completions"  # by result: Succeeded, Failed
NODE_LOSS_RECOVERIES: Final = f"{PREFIX}_node_loss_recoveries"  # pods declared failed, by namespace

# The operator itself.
RECONCILES: Final = f"{PREFIX}_operator_reconciles"  # by result: see RECONCILE_RESULTS
RECONCILE_SECONDS: Final = f"{PREFIX}_operator_reconcile_seconds"
QUEUE_DEPTH: Final = f"{PREFIX}_operator_queue_depth"
QUEUE_SECONDS: Final = f"{PREFIX}_operator_queue_seconds"  # from being due to being begun
API_REQUESTS: Final = f"{PREFIX}_operator_api_requests"  # by verb, resource, code
WATCH_RESTARTS: Final = f"{PREFIX}_operator_watch_restarts"  # by resource, reason
CACHED_OBJECTS: Final = f"{PREFIX}_operator_cached_objects"  # by resource
LEADER: Final = f"{PREFIX}_operator_leader"  # 1 for the replica that holds the Lease

# idle: nothing was to be done; done: something was; conflict: the batch had changed meanwhile; gone: it is no more;
# error: the API refused or could not be reached, or the operator has a bug (see its log).
RECONCILE_RESULTS: Final = ("idle", "done", "conflict", "gone", "error")
