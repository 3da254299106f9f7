"""The renderers' metrics, for looking live into a batch.

A renderer lives a minute or two, shorter than many scrape intervals: nothing that must be exact hangs on them (the
operator's counts come from the pods' termination messages). The label `batch` is on each; the namespace is the
scraped pod's own.
"""

from typing import Final

from pdfbatch_api.metrics.definition import Metric
from pdfbatch_api.metrics.labels import BATCH, REASON, RESULT, STAGE, STATE

# From a millisecond to two minutes: a stage may take either.
_STAGES: Final = (
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0,
)  # fmt: skip
# The browser's in small letters (engines/chromium), the worker process' as the failed document says it (lane.py).
_RESTARTS: Final = (
    "recycled", "lost", "timeout", "error", "memory", "crash", "Timeout", "OutOfMemory", "WorkerKilled",
)  # fmt: skip

RENDERED_DOCUMENTS: Final = Metric(
    "pdfbatch_renderer_documents_total",
    "counter",
    "documents",
    "Documents done by this renderer, by what became of them.",
    (BATCH, RESULT),
    ((RESULT, ("succeeded", "failed", "skipped")),),
)
RENDERED_PAGES: Final = Metric(
    "pdfbatch_renderer_pages_total", "counter", "pages", "Pages of the documents succeeded here.", (BATCH,)
)
RENDERED_BYTES: Final = Metric(
    "pdfbatch_renderer_bytes_total", "counter", "bytes", "Bytes of the documents succeeded here.", (BATCH,)
)
STAGE_SECONDS: Final = Metric(
    "pdfbatch_renderer_stage_seconds",
    "histogram",
    "seconds",
    "What a document takes, a stage each; a failed one as far as it came.",
    (BATCH, STAGE),
    ((STAGE, ("template", "engine", "postprocessing", "store")),),
    buckets=_STAGES,
)
DOCUMENTS_IN_FLIGHT: Final = Metric(
    "pdfbatch_renderer_documents_in_flight",
    "gauge",
    "documents",
    "Documents handed to the workers and not recorded yet.",
    (BATCH,),
)
ENGINE_RESTARTS: Final = Metric(
    "pdfbatch_renderer_engine_restarts_total",
    "counter",
    "engines",
    "Browsers and worker processes replaced, by reason; recycled is how it should be.",
    (BATCH, REASON),
    ((REASON, _RESTARTS),),
)
STORE_RETRIES: Final = Metric(
    "pdfbatch_renderer_store_retries_total",
    "counter",
    "requests",
    "Requests to a store that were tried again, by why the try before failed: each one that writes a document; of "
    "others (tables, images, records) those that were not answered within the client's own five quick tries.",
    (BATCH, REASON),
    ((REASON, ("throttled", "server_error", "connection", "timeout", "full")),),
)
SHARD_DOCUMENTS: Final = Metric(
    "pdfbatch_renderer_shard_documents",
    "gauge",
    "documents",
    "The current shard: its documents, and how many are done, earlier attempts' included.",
    (BATCH, STATE),
    ((STATE, ("total", "done")),),
)
