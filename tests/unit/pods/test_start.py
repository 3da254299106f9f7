"""A pod a shard: what it does not need it does not load, for a batch of many shards pays for it as often."""

import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    "slow",
    [
        "pikepdf",  # merged PDFs, and what seldom is done to a document
        "pyarrow",  # Parquet: the plan reads it, finish writes it
        "pdfbatch_renderer.planning.plan",
        "pdfbatch_renderer.finish",
        "prometheus_client",  # where it is told a port for its metrics, and not before
    ],
)
def test_a_pod_that_renders_does_not_load(slow: str) -> None:
    loads = f"import sys; import pdfbatch_renderer.cli.app, pdfbatch_renderer.steps; sys.exit({slow!r} in sys.modules)"
    assert subprocess.run([sys.executable, "-c", loads], check=False).returncode == 0


def test_a_laptops_run_loads_no_server_of_metrics() -> None:
    loads = "import sys; import pdfbatch_renderer.cli.app, pdfbatch_renderer.run; "
    loads += "sys.exit('prometheus_client' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", loads], check=False).returncode == 0
