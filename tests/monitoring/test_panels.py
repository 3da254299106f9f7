"""Every query of every panel is put to a real Prometheus that scrapes the real exporters, and finds something."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from pdfbatch_monitoring import answers
from pdfbatch_monitoring.dashboards.batch import BATCH_DASHBOARD
from pdfbatch_monitoring.local_prometheus import Target, a_prometheus
from pdfbatch_monitoring.panel_check import as_table, check_panels, check_rules, main, substituted
from tests.monitoring.a_minute import BATCH as NAME
from tests.monitoring.a_minute import NAMESPACE, PER_SECOND, RENDERERS, Minute, served

RULES = Path(__file__).parents[2] / "charts" / "pdfbatch" / "files" / "rules.yaml"
BATCH = {"namespace": NAMESPACE, "batch": NAME}
SECONDS, REPLACED_AFTER = 45, 25


@dataclass(frozen=True)
class Observed:
    """A Prometheus that has watched a batch for a while."""

    url: str
    at: float


@pytest.fixture(scope="module")
def observed(promtool: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Observed]:
    began = time.time()
    with served(Minute(began, replaced_at=REPLACED_AFTER)) as port:
        folder = tmp_path_factory.mktemp("prometheus")
        with a_prometheus(folder, (Target("pdfbatch", port),), rules=RULES) as url:
            time.sleep(began + SECONDS - time.time())
            yield Observed(url, time.time())


def test_every_panel_has_data(observed: Observed) -> None:
    found = check_panels(observed.url, BATCH, observed.at)

    print(as_table(found))
    assert len(found) > 70
    # the batch has all that can be: a deadline, a limit, trouble
    assert [f"{one.panel}: {one.query}" for one in found if not one.series] == []
    assert [f"{one.panel}: {one.query}" for one in found if one.example is None] == []


def test_whoever_asks_by_hand_gets_a_table(observed: Observed, capsys: pytest.CaptureFixture[str]) -> None:
    status = main([observed.url, *(f"{name}={value}" for name, value in BATCH.items())])

    assert status == 0
    assert capsys.readouterr().out.splitlines()[-1].endswith(" queries, 0 without an answer that they must have")


def test_a_query_that_finds_nothing_is_told(observed: Observed) -> None:
    found = check_panels(observed.url, {"namespace": "billing", "batch": "no-such"}, observed.at)

    # those of one batch, but for those that may have nothing
    assert {one.dashboard for one in found if one.nothing} == {"batch"}


def test_every_alerts_expression_is_taken(observed: Observed) -> None:
    firing = check_rules(observed.url, observed.at)

    assert firing["PdfbatchStoreThrottled"] == 1
    assert firing["PdfbatchOperatorDown"] == 0


def test_texts_of_alerts_are_filled_in(observed: Observed) -> None:
    alerts = answers.asked(observed.url, "alerts")["alerts"]

    assert {alert["labels"]["alertname"] for alert in alerts} >= {"PdfbatchStoreThrottled"}
    for alert in alerts:
        for text in alert["annotations"].values():
            assert "{{" not in text
            assert "error expanding" not in text
            assert "<no value>" not in text


def test_an_operator_that_is_replaced_is_no_jump(observed: Observed) -> None:
    # given the batch's exact pace, drawn over the moment at which another operator began to tell it
    panel = next(one for one in BATCH_DASHBOARD.panels() if one.title == "Documents per second")
    expr = substituted(panel.queries[0].expr, BATCH)

    (pace,) = answers.over(observed.url, expr, begin=observed.at - SECONDS + 10, end=observed.at, step=1)

    # over five minutes, it has not done more than it did under one operator, and not its whole work once more
    most = 300 * max(value for _, value in pace.points)
    assert 0.3 * SECONDS < most / (RENDERERS * PER_SECOND) < 1.2 * REPLACED_AFTER
