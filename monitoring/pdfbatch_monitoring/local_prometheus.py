"""A real Prometheus on this machine, for as long as somebody needs it."""

import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from devcluster import binaries


class PrometheusEndedError(Exception):
    """It does not run; with what it said."""


@dataclass(frozen=True)
class Target:
    """An endpoint to scrape on this machine."""

    job: str
    port: int
    path: str = "/metrics"


def program(name: str) -> str:
    """The path of prometheus or promtool, as devcluster built it.

    Raises:
        DevClusterError: it is not built.
    """
    return str(binaries.built((binaries.PROMETHEUS_MODULE,))[name])


@contextmanager
def a_prometheus(
    folder: Path,
    targets: Sequence[Target] = (),
    *,
    rules: Path | None = None,
    interval: str = "1s",
    lookback: str = "5m",
) -> Iterator[str]:
    """Its URL. It ends with the context.

    Args:
        folder: for its configuration, its log, and its data in `data`, which may hold blocks already.
        interval: of scrapes and of rules.
        lookback: how old a sample may be.
    """
    folder.mkdir(parents=True, exist_ok=True)
    configuration = folder / "prometheus.yml"
    configuration.write_text(yaml.safe_dump(_configuration(targets, rules, interval)))
    port = a_free_port()
    url, log = f"http://127.0.0.1:{port}", folder / "log"
    command = [
        program("prometheus"),
        f"--config.file={configuration}",
        f"--storage.tsdb.path={folder / 'data'}",
        "--storage.tsdb.retention.time=10y",
        f"--web.listen-address=127.0.0.1:{port}",
        f"--query.lookback-delta={lookback}",
    ]
    with log.open("wb") as file:
        process = subprocess.Popen(command, stdout=file, stderr=file)
    try:
        _wait(process, url, log)
        yield url
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _configuration(targets: Sequence[Target], rules: Path | None, interval: str) -> dict[str, Any]:
    jobs = [
        {
            "job_name": target.job,
            "honor_labels": True,
            "metrics_path": target.path,
            "static_configs": [{"targets": [f"127.0.0.1:{target.port}"]}],
        }
        for target in targets
    ]
    return {
        "global": {"scrape_interval": interval, "scrape_timeout": interval, "evaluation_interval": interval},
        "scrape_configs": jobs,
        "rule_files": [str(rules)] if rules else [],
    }


def _wait(process: "subprocess.Popen[bytes]", url: str, log: Path) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{url}/-/ready", timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise PrometheusEndedError(log.read_text()[-3000:])


def a_free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port
