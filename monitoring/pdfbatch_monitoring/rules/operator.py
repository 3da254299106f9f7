"""Alerts of the operator: it is not there, does not lead, fails, or cannot see what it scales by."""

from typing import Final

from pdfbatch_api.metrics import operator as of
from pdfbatch_api.metrics.labels import NAMESPACE, REASON, SIGNAL
from pdfbatch_monitoring.promql import increase, rate, series, total
from pdfbatch_monitoring.rules.alert import Alert, Threshold

ERRORS_SHARE: Final = Threshold("operatorErrorsShare", 0.1)
SIGNAL_FAILURES: Final = Threshold("signalFailures", 20)

OPERATOR_ALERTS: Final = (
    Alert(
        "PdfbatchOperatorDown",
        "critical",
        f"absent({series(of.LEADER)})",
        "5m",
        (),
        "No pdfbatch operator is there, or none is scraped",
        "Rendering pods go on, but no batch begins, scales or ends. Look at the operator's pods (kubectl get pods -A "
        "-l app.kubernetes.io/name=pdfbatch); if they run, Prometheus does not reach them.",
    ),
    Alert(
        "PdfbatchOperatorWithoutLeader",
        "critical",
        f"max by ({NAMESPACE}) ({series(of.LEADER)}) < 1",
        "2m",
        (NAMESPACE,),
        "No replica of the pdfbatch operator in {{ $labels.namespace }} leads",
        "Replicas run and none holds the Lease, so no batch goes on. See who holds it (kubectl get lease -n "
        "{{ $labels.namespace }}) and why others cannot take it (kubectl logs deploy/pdfbatch -n "
        "{{ $labels.namespace }}).",
    ),
    Alert(
        "PdfbatchOperatorErrors",
        "warning",
        f"{total(rate(of.RECONCILES, '10m', result='error'), NAMESPACE)} / "
        f"{total(rate(of.RECONCILES, '10m'), NAMESPACE)} > {ERRORS_SHARE}",
        "10m",
        (NAMESPACE,),
        "{{ $value | humanizePercentage }} of the operator's turns end with an error",
        "The API server refuses its requests or cannot be reached, or the operator has a bug. Each error is in its "
        "log: kubectl logs deploy/pdfbatch -n {{ $labels.namespace }}. It tries again by itself.",
    ),
    Alert(
        "PdfbatchAutoscalerBlind",
        "warning",
        f"{total(increase(of.SCALING_SIGNALS, '10m'), NAMESPACE, SIGNAL, REASON)} > {SIGNAL_FAILURES}",
        "5m",
        (NAMESPACE, SIGNAL, REASON),
        "The autoscaler cannot use what Prometheus says of {{ $labels.signal }}: {{ $labels.reason }}",
        "Batches scale by the operator's own exact counts meanwhile, and those with scaling.prometheus hold the number "
        "that they have. The condition ScalingActive of a batch has the query and the answer.",
    ),
)
