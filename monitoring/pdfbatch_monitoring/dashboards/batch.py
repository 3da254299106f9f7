"""One batch: how far it is, whether it will be in time, and what is in its way."""

from typing import Final

from pdfbatch_api.metrics import Metric
from pdfbatch_api.metrics import operator as of
from pdfbatch_api.metrics import renderer as live
from pdfbatch_api.metrics.labels import BATCH, NAMESPACE, OF_BATCH, REASON, RESULT, STAGE, STATE
from pdfbatch_monitoring.dashboard import Dashboard, Panel, Query, Row, Variable
from pdfbatch_monitoring.promql import EXACT, LIVE, Value, of_batch, quantile, rate, series, total

_IT: Final[dict[str, Value]] = {NAMESPACE: f"${NAMESPACE}", BATCH: f"${BATCH}"}
_PACE: Final = "the batch renders at a pace that is known"
_TARGET: Final = "spec.scaling.targetDuration is set"
_DEADLINE: Final = "spec.activeDeadlineSeconds is set"
_RENDERING: Final = "the batch renders, and its pods are scraped"


def _its(metric: Metric, *by: str, **labels: Value) -> str:
    return of_batch(series(metric, **_IT, **labels), *by)


def _pace(metric: Metric) -> str:
    """A second's growth of one of the operator's counters of a batch."""
    own = [label for label in metric.labels if label not in OF_BATCH]
    return total(of_batch(rate(metric, EXACT, **_IT), *own))


def _left(metric: Metric) -> str:
    return f"{_its(metric)} - time()"


def _while_it_renders(expr: str) -> str:
    """Not for ever after."""
    return f"{expr} and {_its(of.BATCH_RENDERERS, state='desired')} > 0"


def _slack(metric: Metric) -> str:
    return f"{_its(metric)} - {_its(of.BATCH_ESTIMATED_COMPLETION_TIME)}"


_DONE: Final = total(_its(of.BATCH_DOCUMENTS_PROCESSED, RESULT))
_ALL: Final = total(_its(of.BATCH_DOCUMENTS, state="total"))
_LATE: Final = ((None, "red"), (0, "orange"), (60, "green"))

_NOW: Final = Row(
    "Now",
    (
        Panel(
            "Done",
            "Documents that are done, of all.",
            (Query(f"{_DONE} / ({_ALL} > 0)", empty_unless="the plan is made"),),
            "percentunit",
            "tile",
            3,
        ),
        Panel(
            "Since the start",
            "Suspended or not, and whether it is over or not.",
            (Query(f"time() - {_its(of.BATCH_START_TIME)}"),),
            "s",
            "tile",
            3,
        ),
        Panel(
            "Left",
            "Time until all is rendered at its pace.",
            (Query(_left(of.BATCH_ESTIMATED_COMPLETION_TIME), empty_unless=_PACE),),
            "s",
            "tile",
            3,
        ),
        Panel(
            "Ahead of the target",
            "Between the estimated end and the one that scaling.targetDuration asks for; negative: it will be late.",
            (Query(_slack(of.BATCH_TARGET_TIME), empty_unless=f"{_TARGET}, and {_PACE}"),),
            "s",
            "tile",
            3,
            _LATE,
        ),
        Panel(
            "Ahead of the deadline",
            "Between the estimated end and activeDeadlineSeconds; negative: it will be ended unfinished.",
            (Query(_slack(of.BATCH_DEADLINE_TIME), empty_unless=f"{_DEADLINE}, and {_PACE}"),),
            "s",
            "tile",
            3,
            _LATE,
        ),
        Panel(
            "Documents / s",
            f"Exact, over {EXACT}.",
            (Query(_pace(of.BATCH_DOCUMENTS_PROCESSED)),),
            kind="tile",
            width=3,
        ),
        Panel(
            "Failed documents",
            "For good, exact. status.failures names the first ten, the batch's manifest all.",
            (Query(_its(of.BATCH_DOCUMENTS, state="failed")),),
            kind="tile",
            width=3,
            steps=((None, "green"), (1, "red")),
        ),
        Panel(
            "Needs a person",
            "1 while the batch is Stalled: kubectl describe pdfbatch says why.",
            (Query(_its(of.BATCH_STALLED)),),
            kind="tile",
            width=3,
            steps=((None, "green"), (1, "red")),
        ),
    ),
)

_PROGRESS: Final = Row(
    "Progress",
    (
        Panel(
            "Documents",
            "Done, by what became of them, and all that there are. Exact; they move a shard at a time.",
            (
                Query(_its(of.BATCH_DOCUMENTS_PROCESSED, RESULT), "{{result}}"),
                Query(_its(of.BATCH_DOCUMENTS, state="total"), "all"),
            ),
        ),
        Panel(
            "Documents per second",
            f"Exact, from the operator's counts over {EXACT}; live, from the renderers over {LIVE}.",
            (
                Query(_pace(of.BATCH_DOCUMENTS_PROCESSED), "exact"),
                Query(total(rate(live.RENDERED_DOCUMENTS, LIVE, **_IT)), "live", _RENDERING),
            ),
        ),
        Panel(
            "Time left",
            "Until the estimated end, the target and the deadline. It is in time while the first line is the lowest.",
            (
                Query(_left(of.BATCH_ESTIMATED_COMPLETION_TIME), "estimated end", _PACE),
                Query(_while_it_renders(_left(of.BATCH_TARGET_TIME)), "target", f"{_TARGET}, and it renders"),
                Query(_while_it_renders(_left(of.BATCH_DEADLINE_TIME)), "deadline", f"{_DEADLINE}, and it renders"),
            ),
            "s",
        ),
        Panel(
            "Failed and skipped documents",
            "Skipped ones were there already (output.existing: Keep).",
            (Query(_its(of.BATCH_DOCUMENTS, STATE, state=("failed", "skipped")), "{{state}}"),),
        ),
        Panel(
            "Shards",
            "By state. Unaccounted: done, but the pod was gone before its counts were read; finish counts them.",
            (Query(_its(of.BATCH_SHARDS, STATE), "{{state}}"),),
        ),
        Panel(
            "Since anything was counted",
            "Time since the counts last moved. A shard's length is usual; much more is not.",
            (
                Query(
                    _while_it_renders(f"time() - {_its(of.BATCH_LAST_DOCUMENT_TIME)}"),
                    "since the last shard",
                    "the batch renders",
                ),
            ),
            "s",
        ),
    ),
)

_RENDERERS: Final = Row(
    "Renderers and scaling",
    (
        Panel(
            "Renderers",
            "Pods: how many there should be, are, work, and wait for a node with room.",
            (Query(_its(of.BATCH_RENDERERS, STATE), "{{state}}"),),
        ),
        Panel(
            "Scaling",
            "Changes of the desired number in ten minutes. The condition ScalingActive says why; many: it flaps.",
            (
                Query(
                    of_batch(f"changes({series(of.BATCH_RENDERERS, state='desired', **_IT)}[10m])"),
                    "changes of the number",
                ),
            ),
        ),
        Panel(
            "Cores and lost pods",
            "CPU that live pods have requested; pods lost with their node, drained or pre-empted so far.",
            (
                Query(_its(of.BATCH_REQUESTED_CORES), "cores requested"),
                Query(_its(of.BATCH_DISRUPTIONS), "pods lost"),
            ),
        ),
        Panel(
            "In hand",
            "Documents handed to the workers of all renderers and not recorded yet.",
            (Query(total(series(live.DOCUMENTS_IN_FLIGHT, **_IT)), "documents", _RENDERING),),
        ),
        Panel(
            "Shards in hand",
            "How much of the shards that are being rendered is done, all together.",
            (
                Query(
                    f"{total(series(live.SHARD_DOCUMENTS, state='done', **_IT))} / "
                    f"({total(series(live.SHARD_DOCUMENTS, state='total', **_IT))} > 0)",
                    "done",
                    _RENDERING,
                ),
            ),
            "percentunit",
            most=1,
        ),
        Panel(
            "Written per second",
            f"Bytes of succeeded documents, exact over {EXACT} and live over {LIVE}.",
            (
                Query(_pace(of.BATCH_BYTES), "exact"),
                Query(total(rate(live.RENDERED_BYTES, LIVE, **_IT)), "live", _RENDERING),
            ),
            "decbytes",
        ),
    ),
)


def _stage(share: float) -> Query:
    return Query(quantile(share, live.STAGE_SECONDS, LIVE, STAGE, **_IT), "{{stage}}", _RENDERING)


_STAGES: Final = Row(
    "Where the time goes, and trouble",
    (
        Panel("Half of the documents take less", "Time in each stage.", (_stage(0.5),), "s"),
        Panel("95 % of the documents take less", "Time in each stage.", (_stage(0.95),), "s"),
        Panel(
            "Work in each stage",
            "Seconds of all renderers' workers in each second, by stage.",
            (Query(total(rate(live.STAGE_SECONDS, LIVE, "_sum", **_IT), STAGE), "{{stage}}", _RENDERING),),
            kind="stacked",
        ),
        Panel(
            "Engine restarts per minute",
            "Workers and engines replaced, by reason. recycled is usual; others mean documents that kill them.",
            (
                Query(
                    f"60 * {total(rate(live.ENGINE_RESTARTS, LIVE, **_IT), REASON)} > 0",
                    "{{reason}}",
                    "an engine was replaced",
                ),
            ),
        ),
        Panel(
            "Store retries per minute",
            "Requests to the store that were tried again, by why. throttled: fewer renderers are faster.",
            (
                Query(
                    f"60 * {total(rate(live.STORE_RETRIES, LIVE, **_IT), REASON)} > 0",
                    "{{reason}}",
                    "a request was tried again",
                ),
            ),
        ),
        Panel(
            "Pages per second",
            f"Of succeeded documents, exact over {EXACT} and live over {LIVE}.",
            (
                Query(_pace(of.BATCH_PAGES), "exact"),
                Query(total(rate(live.RENDERED_PAGES, LIVE, **_IT)), "live", _RENDERING),
            ),
        ),
    ),
)

BATCH_DASHBOARD: Final = Dashboard(
    "batch",
    "pdfbatch: one batch",
    "How far a batch is, whether it will be in time, and what is in its way.",
    (_NOW, _PROGRESS, _RENDERERS, _STAGES),
    (
        Variable(NAMESPACE, "Namespace", f"label_values({series(of.BATCH_DOCUMENTS)}, {NAMESPACE})"),
        Variable(BATCH, "Batch", f"label_values({series(of.BATCH_DOCUMENTS, namespace=f'${NAMESPACE}')}, {BATCH})"),
    ),
)
