"""All batches together: is it going well, is there room, what does it cost."""

from typing import Final

from pdfbatch_api.metrics import operator as of
from pdfbatch_api.metrics.labels import NAMESPACE, PHASE, REASON, RESULT, STATE
from pdfbatch_monitoring.dashboard import Dashboard, Panel, Query, Row
from pdfbatch_monitoring.promql import EXACT, Value, increase, of_batch, quantile, rate, series, total

_AT_WORK: Final = ("Planning", "Rendering", "Finishing")
_ENDED: Final = "a document was done in the last hour"


def _renderers(state: str) -> str:
    return total(of_batch(series(of.BATCH_RENDERERS, state=state)))


def _batches(*by: str, **labels: Value) -> str:
    """Of each operator once: for some minutes after it was replaced, two pods have told them."""
    return total(f"max by ({NAMESPACE}, {PHASE}) ({series(of.BATCHES, **labels)})", *by)


def _share(result: str, window: str) -> str:
    """Of the documents that were tried."""
    tried = total(increase(of.DOCUMENTS, window, result=("succeeded", "failed")))
    return f"{total(increase(of.DOCUMENTS, window, result=result))} / ({tried} > 0)"


def _retried(window: str) -> str:
    """Failed documents that retries took up, against those that were tried."""
    tried = total(increase(of.DOCUMENTS, window, result=("succeeded", "failed")))
    return f"{total(increase(of.DOCUMENTS_RETRIED, window))} / ({tried} > 0)"


def _cost(window: str, minutes: int) -> str:
    """Core-seconds that were requested for each 1,000 documents that were done.

    The subquery counts moments without any batch as nothing, where avg_over_time would leave them out.
    """
    cores = total(of_batch(series(of.BATCH_REQUESTED_CORES)))
    core_seconds = f"{60 * minutes} * sum_over_time(({cores} or vector(0))[{minutes}m:30s]) / {2 * minutes}"
    return f"1000 * {core_seconds} / ({total(increase(of.DOCUMENTS, window))} >= 1000)"


_NOW: Final = Row(
    "Now",
    (
        Panel(
            "Batches at work",
            "Batches that are planned, rendered or finished just now.",
            (Query(_batches(phase=_AT_WORK)),),
            kind="tile",
            width=4,
        ),
        Panel(
            "Documents per second",
            f"Of all batches, over {EXACT}, from the operator's exact counts.",
            (Query(total(rate(of.DOCUMENTS, EXACT))),),
            kind="tile",
            width=4,
        ),
        Panel(
            "Success rate",
            "Documents of the last hour that succeeded, of those that succeeded or failed.",
            (Query(_share("succeeded", "1h"), empty_unless=_ENDED),),
            "percentunit",
            "tile",
            4,
            ((None, "red"), (0.95, "orange"), (0.99, "green")),
        ),
        Panel(
            "Renderers ready, of desired",
            "Pods that render, and how many there should be.",
            (Query(_renderers("ready"), "ready"), Query(_renderers("desired"), "desired")),
            kind="tile",
            width=4,
        ),
        Panel(
            "Unschedulable",
            "Renderer pods that wait for a node with room. A cluster autoscaler should see to them within minutes.",
            (Query(_renderers("unschedulable")),),
            kind="tile",
            width=4,
            steps=((None, "green"), (1, "orange")),
        ),
        Panel(
            "Core-seconds per 1,000",
            "CPU that the batches' pods requested in the last hour, for each 1,000 documents done in it.",
            (Query(_cost("1h", 60), empty_unless="1,000 documents were done in the last hour"),),
            kind="tile",
            width=4,
        ),
    ),
)

_WORK: Final = Row(
    "Work",
    (
        Panel(
            "Batches by phase",
            "Batches that there are. Those that have ended are there until they are deleted.",
            (Query(_batches(PHASE), "{{phase}}"),),
            kind="stacked",
        ),
        Panel(
            "Documents per second, by namespace",
            f"From the operator's exact counts, over {EXACT}: they move a shard at a time.",
            (Query(total(rate(of.DOCUMENTS, EXACT), NAMESPACE), "{{namespace}}"),),
            kind="stacked",
        ),
        Panel(
            "Documents that fail",
            "Of the last quarter of an hour, of those that succeeded or failed; also those that retries took up.",
            (
                Query(_share("failed", "15m"), "failed", "a document was done in the last quarter of an hour"),
                Query(_retried("15m"), "retried", "a document was done in the last quarter of an hour"),
            ),
            "percentunit",
        ),
        Panel(
            "Shards per minute",
            "Shards done, by result. A failed one has used up its tries; its documents are failed.",
            (Query(f"60 * {total(rate(of.SHARDS, EXACT), RESULT)}", "{{result}}"),),
        ),
        Panel(
            "Batches ended per hour",
            "By result.",
            (Query(total(increase(of.COMPLETIONS, "1h"), RESULT), "{{result}}"),),
        ),
        Panel(
            "From creation to the end",
            "How long batches took that ended in the last hour.",
            (
                Query(quantile(0.5, of.BATCH_DURATION, "1h"), "half", "a batch ended in the last hour"),
                Query(quantile(0.95, of.BATCH_DURATION, "1h"), "95 %", "a batch ended in the last hour"),
            ),
            "s",
        ),
    ),
)

_RENDERERS: Final = Row(
    "Renderers and what they cost",
    (
        Panel(
            "Renderers",
            "Pods of all batches: how many there should be, are, work, and wait for a node.",
            (Query(total(of_batch(series(of.BATCH_RENDERERS), STATE), STATE), "{{state}}"),),
        ),
        Panel(
            "Fleet limit",
            "Renderers that all batches want together, what they are granted, and the admin's limit "
            "(batches.maximumRenderersTogether in the chart).",
            (
                Query(f"max by ({STATE}) ({series(of.FLEET_RENDERERS, state=('wanted', 'granted'))})", "{{state}}"),
                Query(
                    f"max by ({STATE}) ({series(of.FLEET_RENDERERS, state='limit')})",
                    "{{state}}",
                    "the admin set a limit",
                ),
            ),
        ),
        Panel(
            "Until the first renderer is at work",
            "From a batch's creation, for batches of the last hour: the plan, waiting for room, pulling images.",
            (
                Query(quantile(0.5, of.QUEUE_WAIT, "1h"), "half", "a batch began in the last hour"),
                Query(quantile(0.95, of.QUEUE_WAIT, "1h"), "95 %", "a batch began in the last hour"),
            ),
            "s",
        ),
        Panel(
            "Cores requested, by namespace",
            "By the live pods of batches. Over time this is what they cost.",
            (Query(total(of_batch(series(of.BATCH_REQUESTED_CORES)), NAMESPACE), "{{namespace}}"),),
            kind="stacked",
        ),
        Panel(
            "Core-seconds per 1,000 documents",
            "CPU requested in the last half hour, for each 1,000 documents done in it.",
            (Query(_cost("30m", 30), "core-seconds", "1,000 documents were done in the last half hour"),),
        ),
        Panel(
            "Scaling and losses per hour",
            "Changes of the number of renderers by reason, and pods of lost nodes that were declared failed.",
            (
                Query(total(increase(of.SCALING_DECISIONS, "1h"), REASON), "{{reason}}", "a number was changed"),
                Query(total(increase(of.NODE_LOSS_RECOVERIES, "1h")), "lost with a node", "a node was lost"),
            ),
        ),
    ),
)

FLEET_DASHBOARD: Final = Dashboard(
    "fleet",
    "pdfbatch: all batches",
    "All batches together: is it going well, is there room, what does it cost.",
    (_NOW, _WORK, _RENDERERS),
)
