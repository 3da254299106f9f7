"""Each alert has a severity, a text with what to do, a runbook in the usual order, and tests of both kinds."""

import re
from pathlib import Path

import pytest
import yaml

from pdfbatch_monitoring.rules import ALERTS, THRESHOLDS, Alert
from pdfbatch_monitoring.rules.text import for_prometheus, for_the_chart
from tests.chart.a_chart import CHART, ROOT

RUNBOOKS = ROOT / "docs" / "runbooks"
NAMES = {alert.name for alert in ALERTS}
PAGES = sorted(RUNBOOKS.glob("*.md"))


def test_each_alert_has_its_runbook_and_each_runbook_its_alert() -> None:
    assert {page.stem for page in PAGES} == NAMES
    assert len(NAMES) == len(ALERTS) > 8


def test_each_alert_has_its_tests_and_no_other_has() -> None:
    assert {file.stem for file in (ROOT / "tests" / "monitoring" / "alerts").glob("*.yaml")} == NAMES


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_runbook_says_what_it_means_how_to_see_it_and_what_to_do(page: Path) -> None:
    text = page.read_text()

    assert text.startswith(f"# {page.stem}\n")
    assert re.findall("^## (.+)$", text, re.MULTILINE) == ["What it means", "How to see it", "What to do"]
    assert "kubectl " in text.partition("## How to see it")[2]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_links_of_a_runbook_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text()):
        path, _, anchor = target.partition("#")
        assert (page.parent / path).exists(), target
        headings = re.findall("^##+ (.+)$", (page.parent / path).read_text(), re.MULTILINE)
        anchors = {re.sub("[^a-z0-9 -]", "", heading.lower()).replace(" ", "-") for heading in headings}
        assert not anchor or anchor in anchors, target


@pytest.mark.parametrize("alert", ALERTS, ids=lambda alert: alert.name)
def test_a_runbook_names_the_thresholds_of_its_alert_and_no_others(alert: Alert) -> None:
    thresholds = {threshold.name for threshold in THRESHOLDS}
    named = set(re.findall(r"`(\w+)`", (RUNBOOKS / f"{alert.name}.md").read_text()))

    assert named & thresholds == set(re.findall("<([A-Za-z]+)>", alert.expr))


@pytest.mark.parametrize("alert", ALERTS, ids=lambda alert: alert.name)
def test_texts_name_only_labels_that_the_alert_has(alert: Alert) -> None:
    named = set(re.findall(r"\$labels\.(\w+)", alert.summary + alert.description))

    assert named <= set(alert.labels)
    # and what it can be told apart by, it says
    assert set(alert.labels) - {"namespace"} <= named
    assert len(alert.summary) < 140
    assert alert.description.endswith(".")


def test_each_threshold_is_used_and_each_name_is_one() -> None:
    used = set(re.findall("<([A-Za-z]+)>", for_the_chart()))

    assert used == {threshold.name for threshold in THRESHOLDS} | {"runbooks"}
    assert not re.findall("<[A-Za-z]+>", for_prometheus())


def test_the_charts_defaults_are_those_of_the_plain_file() -> None:
    values = yaml.safe_load((CHART / "values.yaml").read_text())["metrics"]["prometheusRule"]

    assert values["thresholds"] == {threshold.name: threshold.default for threshold in THRESHOLDS}


@pytest.mark.parametrize("page", [*PAGES, ROOT / "docs" / "monitoring.md"], ids=lambda page: page.stem)
def test_values_that_a_page_names_are_the_charts(page: Path) -> None:
    values = yaml.safe_load((CHART / "values.yaml").read_text())

    for name in re.findall(rf"(?<![\w./-])((?:{'|'.join(values)})(?:\.(?!md\b)[a-zA-Z]+)+)(?==|\b)", page.read_text()):
        here = values
        for key in name.split("."):
            assert key in here, name
            here = here[key]
