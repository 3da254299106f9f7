"""The operator itself: does one lead, does it keep up, what do Kubernetes and Prometheus answer."""

from typing import Final

from pdfbatch_api.metrics import operator as of
from pdfbatch_api.metrics.labels import CODE, REASON, RESOURCE, RESULT, SIGNAL, VERB
from pdfbatch_monitoring.dashboard import Dashboard, Panel, Query, Row
from pdfbatch_monitoring.promql import EXACT, increase, quantile, rate, series, total

_WINDOW: Final = EXACT
_TURNS: Final = "a turn was taken in the last minutes"
_ASKED: Final = "the autoscaler asks Prometheus"

_NOW: Final = Row(
    "Now",
    (
        Panel(
            "Leaders",
            "Replicas that hold the Lease: one.",
            (Query(total(series(of.LEADER))),),
            kind="tile",
            width=4,
            steps=((None, "red"), (1, "green"), (2, "red")),
        ),
        Panel(
            "Batches that wait for a turn",
            "They are due, and other batches are before them.",
            (Query(f"max({series(of.QUEUE_DEPTH)})"),),
            kind="tile",
            width=4,
        ),
        Panel(
            "Turns per second",
            f"Over {_WINDOW}.",
            (Query(total(rate(of.RECONCILES, _WINDOW))),),
            kind="tile",
            width=4,
        ),
        Panel(
            "Errors, 1 h",
            "Turns that ended with an error; the operator's log has each.",
            (Query(total(increase(of.RECONCILES, "1h", result="error"))),),
            kind="tile",
            width=4,
            steps=((None, "green"), (1, "orange"), (60, "red")),
        ),
        Panel(
            "Watches begun anew, 1 h",
            "The API server ends each after some minutes; many more mean that it cannot be reached.",
            (Query(total(increase(of.WATCH_RESTARTS, "1h")), empty_unless="a watch was begun anew"),),
            kind="tile",
            width=4,
        ),
        Panel(
            "Useless answers, 1 h",
            "Queries of the autoscaler to Prometheus whose answer could not be used.",
            (Query(total(increase(of.SCALING_SIGNALS, "1h")), empty_unless=_ASKED),),
            kind="tile",
            width=4,
            steps=((None, "green"), (60, "orange")),
        ),
    ),
)

_TURNS_ROW: Final = Row(
    "Turns",
    (
        Panel(
            "Turns per second, by result",
            "idle: nothing was to be done. conflict: the batch had changed meanwhile. error: see the log.",
            (Query(total(rate(of.RECONCILES, _WINDOW), RESULT), "{{result}}"),),
            kind="stacked",
        ),
        Panel(
            "How long turns take",
            f"Over {_WINDOW}.",
            tuple(
                Query(quantile(share, of.RECONCILE_SECONDS, _WINDOW), name, _TURNS)
                for share, name in ((0.5, "half"), (0.95, "95 %"), (0.99, "99 %"))
            ),
            "s",
        ),
        Panel(
            "How long batches wait for their turn",
            f"From being due, over {_WINDOW}.",
            tuple(
                Query(quantile(share, of.QUEUE_SECONDS, _WINDOW), name, _TURNS)
                for share, name in ((0.5, "half"), (0.95, "95 %"))
            ),
            "s",
        ),
        Panel(
            "Batches that wait for a turn",
            "Should return to 0 all the time; operator.concurrentTurns in the chart takes more at once.",
            (Query(f"max({series(of.QUEUE_DEPTH)})", "batches"),),
        ),
        Panel(
            "Leaders",
            "0 for some seconds when the leader goes.",
            (Query(total(series(of.LEADER)), "leaders"),),
        ),
        Panel(
            "Objects in memory",
            "What the operator watches and keeps.",
            (Query(f"max by ({RESOURCE}) ({series(of.CACHED_OBJECTS)})", "{{resource}}"),),
        ),
    ),
)

_OTHERS: Final = Row(
    "Kubernetes' API and Prometheus",
    (
        Panel(
            "API requests per second, by code",
            "0: no answer. 409 is usual: somebody was faster. 429: the API server is overloaded.",
            (Query(total(rate(of.API_REQUESTS, _WINDOW), CODE), "{{code}}"),),
            kind="stacked",
        ),
        Panel(
            "API requests per second, by what",
            "They do not grow with the documents.",
            (Query(total(rate(of.API_REQUESTS, _WINDOW), VERB, RESOURCE), "{{verb}} {{resource}}"),),
            kind="stacked",
        ),
        Panel(
            "Watches begun anew per hour",
            "By reason.",
            (Query(total(increase(of.WATCH_RESTARTS, "1h"), REASON), "{{reason}}", "a watch was begun anew"),),
        ),
        Panel(
            "How long Prometheus takes to answer",
            "The autoscaler; nothing waits for it.",
            (
                Query(quantile(0.5, of.PROMETHEUS_QUERY_SECONDS, _WINDOW), "half", _ASKED),
                Query(quantile(0.95, of.PROMETHEUS_QUERY_SECONDS, _WINDOW), "95 %", _ASKED),
            ),
            "s",
        ),
        Panel(
            "Useless answers of Prometheus per minute",
            "By signal and why. Until its renderers are scraped, a batch's are empty.",
            (
                Query(
                    f"60 * {total(rate(of.SCALING_SIGNALS, _WINDOW), SIGNAL, REASON)} > 0",
                    "{{signal}}: {{reason}}",
                    "one was useless",
                ),
            ),
        ),
        Panel(
            "Scaling decisions per hour",
            "Changes of a batch's number of renderers, by reason.",
            (Query(total(increase(of.SCALING_DECISIONS, "1h"), REASON), "{{reason}}", "a number was changed"),),
        ),
    ),
)

OPERATOR_DASHBOARD: Final = Dashboard(
    "operator",
    "pdfbatch: the operator",
    "Does one lead, does it keep up, what do Kubernetes and Prometheus answer.",
    (_NOW, _TURNS_ROW, _OTHERS),
)
