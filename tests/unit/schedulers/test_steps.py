"""What a worker calls, and where it is told to look for it."""

import os
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from pdfbatch_api.errors import ManifestError
from pdfbatch_api.summaries import PlanSummary, decode_summary
from pdfbatch_schedulers import Order, SchedulerError
from pdfbatch_schedulers.address import open_scheduler
from pdfbatch_schedulers.carrying import carry_out
from pdfbatch_schedulers.celery_app import celery_app
from pdfbatch_schedulers.on_celery import OnCelery
from pdfbatch_schedulers.step import Step


def test_steps_are_pdfbatch_s_three_commands(tmp_path: Path) -> None:
    (tmp_path / "batch.yaml").write_text("…", encoding="utf-8")
    order = Order.of(tmp_path / "batch.yaml", output="s3://bucket/out/", limit=7, workers=2)
    common = ["--base", str(tmp_path), "--output", "s3://bucket/out/", "--limit", "7"]

    assert order.step("plan").arguments("m.yaml") == ["plan", "m.yaml", *common]
    assert order.step("render", plan="d", index=0).arguments("m.yaml") == [
        "render", "0", "--manifest", "m.yaml", *common, "--plan", "d", "--workers", "2",
    ]  # fmt: skip
    assert order.step("finish", plan="d", reason="it was late").arguments("m.yaml") == [
        "finish", "m.yaml", *common, "--plan", "d", "--reason", "it was late",
    ]  # fmt: skip


def test_a_step_travels_whole(tmp_path: Path) -> None:
    (tmp_path / "batch.yaml").write_text("Grüße: 😀", encoding="utf-8")
    step = Order.of(tmp_path / "batch.yaml").step("render", plan="d", index=3)
    assert msgspec.json.decode(msgspec.json.encode(step), type=Step) == step
    assert step.name == "render 3"


def test_a_path_is_told_so_that_it_is_the_same_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "batch.yaml").write_text("x")
    monkeypatch.chdir(tmp_path)
    order = Order.of("batch.yaml", output="out")
    assert (order.base, order.output) == (str(tmp_path), str(tmp_path / "out"))
    assert Order.of("batch.yaml", output="out/").output == f"{tmp_path}/out/"
    assert Order.of("batch.yaml", output="file:/x").output == "file:/x"


def test_a_worker_tells_what_its_command_said_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given a worker in a pod, which is told of another batch
    monkeypatch.setenv("PDFBATCH_UID", "somebody-else")
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)

    outcome = carry_out(Step("plan", "apiVersion: nonsense", base=str(tmp_path)))

    summary = decode_summary(outcome.summary)
    assert outcome.status == 64
    assert isinstance(summary, PlanSummary) and "apiVersion" in summary.error
    assert list(tmp_path.iterdir()) == []


def test_a_command_ends_with_its_worker() -> None:
    # given a worker that is gone by the time that its command begins
    command = [sys.executable, "-m", "pdfbatch_schedulers.bound", str(os.getppid()), "--help"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == ""


@pytest.mark.parametrize("address", ["", "dask", "spark=x", "ray=", "tcp://host:8786"])
def test_what_is_no_address_is_refused_with_examples(address: str) -> None:
    with pytest.raises(ManifestError, match=r"is no scheduler.*dask=tcp://HOST:8786"):
        open_scheduler(address)


def test_nobody_at_an_address_is_told() -> None:
    with pytest.raises(SchedulerError, match="no Dask scheduler answers at nonsense://x"):
        open_scheduler("dask=nonsense://x")


def test_an_app_that_keeps_no_results_is_refused() -> None:
    from celery import Celery  # type: ignore[import-untyped]

    with pytest.raises(SchedulerError, match="has no result backend"):
        OnCelery(Celery("theirs", broker="redis://127.0.0.1:1/0"))


def test_a_module_that_is_not_there_is_told() -> None:
    with pytest.raises(SchedulerError, match="there is no Celery app nowhere:app"):
        open_scheduler("celery=nowhere:app")


def test_an_app_is_looked_for_in_this_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "their_app.py").write_text("from celery import Celery\ntheirs = Celery(backend='cache+memory://')\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))

    assert isinstance(open_scheduler("celery=their_app:theirs"), OnCelery)
    with pytest.raises(SchedulerError, match="there is no Celery app their_app:other"):
        open_scheduler("celery=their_app:other")


@pytest.mark.parametrize(
    ("broker", "backend"),
    [("redis://h/0", "redis://h/0"), ("amqp://h", None), ("sqs://", None), (None, None)],
)
def test_results_are_kept_in_a_broker_that_can(
    broker: str | None, backend: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("CELERY_BROKER_URL", "CELERY_RESULT_BACKEND"):
        monkeypatch.delenv(name, raising=False)
    assert celery_app(broker).conf.result_backend == backend


@pytest.mark.parametrize("kind", ["dask", "ray", "celery"])
def test_what_is_not_installed_is_told(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(SchedulerError, match=rf"{kind} is not installed.*pip install 'pdfbatch\[{kind}\]'"):
        open_scheduler(f"{kind}=x")
