"""promtool says that the rules are right, and that each alert fires when it should and not when it should not."""

import subprocess
from pathlib import Path

import pytest
import yaml

from pdfbatch_monitoring.rules import ALERTS
from tests.chart.a_chart import a_chart

RULES = Path(__file__).parents[2] / "charts" / "pdfbatch" / "files" / "rules.yaml"
TESTS = Path(__file__).parent / "alerts"


def run(promtool: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([promtool, *arguments], capture_output=True, text=True, check=False, timeout=60)


def test_promtool_finds_no_mistake(promtool: str) -> None:
    checked = run(promtool, "check", "rules", "--lint=all", "--lint-fatal", str(RULES))

    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert f"{len(ALERTS)} rules found" in checked.stdout


def test_nor_in_those_of_the_chart(promtool: str, tmp_path: Path) -> None:
    rule = a_chart().with_("metrics.prometheusRule.enabled", True).only("PrometheusRule")
    (tmp_path / "rules.yaml").write_text(yaml.safe_dump(rule["spec"]))

    checked = run(promtool, "check", "rules", "--lint=all", "--lint-fatal", str(tmp_path / "rules.yaml"))

    assert checked.returncode == 0, checked.stdout + checked.stderr


@pytest.mark.parametrize("alert", [alert.name for alert in ALERTS])
def test_it_fires_when_it_should_and_only_then(promtool: str, alert: str) -> None:
    file = TESTS / f"{alert}.yaml"
    cases = yaml.safe_load(file.read_text())["tests"]

    # there is a case of each kind
    assert any(one["exp_samples"] for case in cases for one in case["promql_expr_test"])
    assert any(not any(one["exp_samples"] for one in case["promql_expr_test"]) for case in cases)
    tested = run(promtool, "test", "rules", str(file))
    assert tested.returncode == 0, tested.stdout + tested.stderr


def test_a_rule_that_never_fires_is_found(promtool: str, tmp_path: Path) -> None:
    # given the tests of an alert, and a threshold out of reach
    rules = RULES.read_text().replace("> 900", "> 90000")
    (tmp_path / "rules.yaml").write_text(rules)
    text = (TESTS / "PdfbatchBatchStuck.yaml").read_text()
    (tmp_path / "test.yaml").write_text(text.replace("../../../charts/pdfbatch/files/rules.yaml", "rules.yaml"))

    assert run(promtool, "test", "rules", str(tmp_path / "test.yaml")).returncode == 1
