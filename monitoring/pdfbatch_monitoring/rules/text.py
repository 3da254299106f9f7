"""The alerts as Prometheus reads them."""

from collections.abc import Mapping
from typing import Any, Final

import yaml

from pdfbatch_monitoring.rules import GROUPS, THRESHOLDS
from pdfbatch_monitoring.rules.alert import Alert

RUNBOOKS: Final = "<runbooks>"
# Where they lie in the project; whoever serves them puts an address before it.
RUNBOOKS_HERE: Final = "docs/runbooks"

_HEADER: Final = """\
# Written by scripts/generate.py from monitoring/pdfbatch_monitoring/rules: change them there, then `make generate`.
"""


def for_the_chart() -> str:
    """With `<name>` where the chart puts its values."""
    return _HEADER + _yaml()


def for_prometheus() -> str:
    """With the defaults: a file for `rule_files` of a Prometheus that has no operator."""
    return _HEADER + with_defaults(_yaml()).replace(RUNBOOKS, RUNBOOKS_HERE)


def with_defaults(text: str) -> str:
    """With the thresholds' defaults where their names stand."""
    for threshold in THRESHOLDS:
        text = text.replace(str(threshold), f"{threshold.default:g}")
    return text


def _yaml() -> str:
    groups = [{"name": name, "rules": [_rule(alert) for alert in alerts]} for name, alerts in GROUPS.items()]
    return yaml.dump({"groups": groups}, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=4096)


def _rule(alert: Alert) -> Mapping[str, Any]:
    return {
        "alert": alert.name,
        "expr": alert.expr,
        "for": alert.lasting,
        "labels": {"severity": alert.severity},
        "annotations": {
            "summary": alert.summary,
            "description": alert.description,
            "runbook_url": f"{RUNBOOKS}/{alert.name}.md",
        },
    }


class _Dumper(yaml.SafeDumper):
    """Indents lists within mappings, as Kubernetes' people write them."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)
