"""What holds for every tier: in CI, a test that is skipped is a test that failed.

A machine without the browser, qpdf or a socket would otherwise be green and have tested nothing. And no test of
Hypothesis fails because a machine is slow.
"""

import os
from collections.abc import Generator

import pytest
from hypothesis import HealthCheck, settings

# In CI its own profile holds, under which also the same examples come each time.
settings.register_profile("unhurried", parent=settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")

_CI = os.environ.get("CI", "").lower() == "true"


def refused(report: pytest.TestReport | pytest.CollectReport, *, ci: bool = _CI) -> bool:
    """Whether a report is of a skip that CI does not take. A test that is expected to fail is none."""
    return ci and report.skipped and not hasattr(report, "wasxfail")


def _fail(report: pytest.TestReport | pytest.CollectReport) -> None:
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
    report.outcome = "failed"
    report.longrepr = f"skipped, and CI skips nothing: {reason}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A test or fixture that skips."""
    report = yield
    if refused(report):
        _fail(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """A module that skips all of itself."""
    report = yield
    if refused(report):
        _fail(report)
    return report
