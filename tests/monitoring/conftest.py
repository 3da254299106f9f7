"""Prometheus' own programs, which devcluster builds."""

import pytest
from devcluster.errors import DevClusterError

from pdfbatch_monitoring.local_prometheus import program


@pytest.fixture(scope="session")
def promtool() -> str:
    """The path of promtool; prometheus lies beside it."""
    try:
        return program("promtool")
    except DevClusterError as error:
        pytest.skip(f"promtool is missing: {error}")
