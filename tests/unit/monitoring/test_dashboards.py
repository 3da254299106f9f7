"""The dashboards show every metric, and are what Grafana reads."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

import pdfbatch_monitoring
from pdfbatch_api.metrics import OPERATOR_METRICS, RENDERER_METRICS
from pdfbatch_monitoring.dashboard import Dashboard
from pdfbatch_monitoring.dashboards import DASHBOARDS
from pdfbatch_monitoring.grafana import as_json

METRICS = {metric.name for metric in (*OPERATOR_METRICS, *RENDERER_METRICS)}


def named(dashboard: Dashboard) -> set[str]:
    """The metrics that its queries ask for."""
    text = "\n".join(query.expr for panel in dashboard.panels() for query in panel.queries)
    words = set(re.findall(r"pdfbatch_\w+", text))
    return {re.sub("_(bucket|sum|count)$", "", word) if word not in METRICS else word for word in words}


def panels(dashboard: Dashboard) -> list[dict[str, Any]]:
    made: list[dict[str, Any]] = json.loads(as_json(dashboard))["panels"]
    return made


def test_every_metric_is_shown_somewhere() -> None:
    shown = set().union(*(named(dashboard) for dashboard in DASHBOARDS))

    assert shown == METRICS


def test_no_name_of_a_metric_is_typed_by_hand() -> None:
    (package,) = pdfbatch_monitoring.__path__
    files = sorted(Path(package).rglob("*.py"))

    assert len(files) > 10
    for file in files:
        text = file.read_text()
        assert [name for name in METRICS if name in text] == [], file


@pytest.mark.parametrize("dashboard", DASHBOARDS, ids=lambda one: one.name)
def test_titles_say_which_panel_is_meant(dashboard: Dashboard) -> None:
    for row in dashboard.rows:
        titles = [panel.title for panel in row.panels]
        assert len(set(titles)) == len(titles)
    assert all(panel.meaning.endswith(".") for panel in dashboard.panels())


@pytest.mark.parametrize("dashboard", DASHBOARDS, ids=lambda one: one.name)
def test_panels_fill_rows_and_do_not_overlap(dashboard: Dashboard) -> None:
    taken: set[tuple[int, int]] = set()
    for panel in panels(dashboard):
        place = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert not cells & taken, panel["title"]
        assert max(x for x, _ in cells) < 24
        taken |= cells
    for row in dashboard.rows:
        assert sum(panel.width for panel in row.panels) % 24 == 0, row.title


@pytest.mark.parametrize("dashboard", DASHBOARDS, ids=lambda one: one.name)
def test_each_query_goes_to_the_prometheus_that_is_chosen(dashboard: Dashboard) -> None:
    made = json.loads(as_json(dashboard))

    names = [one["name"] for one in made["templating"]["list"]]
    assert names == ["datasource", *(variable.name for variable in dashboard.variables)]
    for panel in made["panels"]:
        for target in panel.get("targets", []):
            assert target["datasource"] == {"type": "prometheus", "uid": "${datasource}"}
            assert set(re.findall(r"\$(\w+)", target["expr"])) <= set(names)


def test_a_dashboard_has_an_address_that_lasts() -> None:
    assert [json.loads(as_json(one))["uid"] for one in DASHBOARDS] == [
        "pdfbatch-fleet",
        "pdfbatch-batch",
        "pdfbatch-operator",
    ]


def test_it_is_the_same_text_each_time() -> None:
    assert [as_json(one) for one in DASHBOARDS] == [as_json(one) for one in DASHBOARDS]
