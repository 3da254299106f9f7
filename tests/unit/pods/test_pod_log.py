"""The log of a pod: lines of JSON, now and then."""

import asyncio
import ctypes
import io
import json
import logging
import signal
import sys
import warnings
from collections.abc import Iterator
from typing import Any
from unittest.mock import MagicMock

import pytest

from pdfbatch_api.errors import (
    ManifestError,
    OutputNameError,
    PdfbatchError,
    SourceError,
    StoreError,
    TemplateError,
    Where,
)
from pdfbatch_api.records import Failure, Record
from pdfbatch_renderer.cli.pod_log import PodLog
from pdfbatch_renderer.defects import described
from pdfbatch_renderer.json_lines import fields_of_pod
from pdfbatch_renderer.rendering import worker


class Clock:
    """Seconds, as told."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class Log:
    """A log under test."""

    def __init__(self) -> None:
        self.stream = io.StringIO()
        self.clock = Clock()
        self.pod = PodLog({"batch": "b1", "shard": 3}, stream=self.stream, clock=self.clock)

    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.stream.getvalue().splitlines()]


@pytest.fixture
def log() -> Iterator[Log]:
    root = logging.root
    handlers, level = root.handlers, root.level
    yield Log()
    root.handlers, root.level = handlers, level


def a_record(row: int, reason: str = "") -> Record:
    error = Failure(reason, "Müller has no address") if reason else None
    return Record(row=row, name=f"Müller-{row}.pdf", status="failed" if reason else "succeeded", input="", error=error)


def test_a_line_of_progress_every_ten_seconds_and_at_the_end(log: Log) -> None:
    with log.pod as pod:
        pod.rendering(1000)
        pod.inherited(3, 400)
        for row in range(401, 1001):
            log.clock.now += 0.0625  # 160 in ten seconds
            pod.recorded(3, a_record(row))
    progress = [line for line in log.lines() if line["event"] == "progress"]
    assert [(line["done"], line["total"]) for line in progress] == [(560, 1000), (720, 1000), (880, 1000), (1000, 1000)]
    assert [line["documents_per_second"] for line in progress] == [16.0, 16.0, 16.0, 16.0]
    assert all((line["batch"], line["shard"], line["level"]) == ("b1", 3, "info") for line in log.lines())


def test_failed_rows_are_told_by_number_and_reason_and_only_some_of_them(log: Log) -> None:
    with log.pod as pod:
        pod.rendering(100)
        for row in range(1, 51):
            pod.recorded(3, a_record(row, "TemplateFailed"))
    failed = [line for line in log.lines() if line["event"] == "document failed"]
    assert [line["row"] for line in failed] == list(range(1, 11))
    assert "Müller" not in log.stream.getvalue()


def test_a_replaced_browser_is_a_warning_unless_it_is_replaced_in_time(log: Log) -> None:
    with log.pod as pod:
        pod.restarted("OutOfMemory")
        pod.restarted("recycled")
    assert [(line["level"], line["reason"]) for line in log.lines()] == [
        ("warning", "OutOfMemory"),
        ("info", "recycled"),
    ]


def test_a_mistake_is_one_line_however_many_its_words_have(log: Log) -> None:
    with log.pod as pod:
        pod.mistake(ManifestError("first\nsecond", where=Where(key="spec.x"), hint="Mend it."))
    (line,) = log.lines()
    assert (line["message"], line["where"], line["hint"], line["level"]) == (
        "first\nsecond",
        "spec.x",
        "Mend it.",
        "error",
    )


@pytest.mark.parametrize(
    "error",
    [
        SourceError("'Müller' is not a number", where=Where(line=7, column="amount"), hint="Correct 'Müller'."),
        OutputNameError("rows 1 and 2 are both called 'Müller.pdf'", where=Where(line=7)),
        TemplateError("there is no template 'Müller'", where=Where(row=3, line=7)),
        StoreError("cannot be written", where=Where(uri="s3://a/", line=7, name="Müller.pdf")),
    ],
)
def test_a_mistake_in_a_row_is_told_by_its_place(log: Log, error: PdfbatchError) -> None:
    with log.pod as pod:
        pod.mistake(error)
    (line,) = log.lines()
    assert "line 7" in line["where"]
    assert "Müller" not in log.stream.getvalue()


def test_what_libraries_say_is_a_line_too(log: Log) -> None:
    with log.pod:
        logging.getLogger("some.library").warning("it is %s", "late")
        logging.getLogger("some.library").info("not of interest")
        warnings.warn("an old call", UserWarning, stacklevel=1)
    first, second = log.lines()
    assert (first["event"], first["logger"], first["message"]) == ("log", "some.library", "it is late")
    assert "an old call" in second["message"]


def raised(error: Exception, module: str = "pdfbatch_renderer.finish") -> Exception:
    """The error, as a function of `module` raised it."""
    scope: dict[str, Any] = {"__name__": module, "error": error}
    exec("def broken():\n    raise error", scope)
    try:
        scope["broken"]()
    except Exception as caught:  # noqa: BLE001
        return caught
    raise AssertionError


@pytest.mark.parametrize(
    ("error", "module", "expected"),
    [
        (RuntimeError("no luck"), "pdfbatch_renderer.finish", "unexpected: RuntimeError: no luck"),
        (RuntimeError(), "pdfbatch_renderer.finish", "unexpected: RuntimeError"),
        (ValueError("Müller"), "pdfbatch_renderer.sources.csv_source", "unexpected: ValueError"),
        (ValueError("Müller"), "pdfbatch_renderer.planning.plan", "unexpected: ValueError"),
        (
            OSError(28, "No space left on device", "/tmp/Müller"),
            "pdfbatch_renderer.planning.plan",
            "unexpected: OSError: No space left on device",
        ),
    ],
)
def test_a_defect_is_told_without_words_that_may_be_a_rows(error: Exception, module: str, expected: str) -> None:
    what, trace = described(raised(error, module))
    assert what == expected
    assert "in broken" in trace
    assert "Müller" not in what + trace


def test_a_defects_cause_is_in_its_traceback() -> None:
    try:
        try:
            raise raised(KeyError("inner"))
        except KeyError as inner:
            raise RuntimeError("outer") from inner
    except RuntimeError as error:
        _, trace = described(error)
    assert trace.index("KeyError: 'inner'") < trace.index("RuntimeError: outer")


def test_a_plan_pod_that_renders_names_the_shard_while_it_does(log: Log) -> None:
    # given a pod of which no Job says an index
    pod = PodLog({"batch": "b1"}, stream=log.stream, clock=log.clock)
    with pod:
        pod.started("plan")
        pod.rendering(1)
        pod.inherited(0, 0)
        pod.restarted("crash")
        pod.recorded(0, a_record(1))
        pod.finishing()
    assert [(line["event"], line.get("shard")) for line in log.lines()] == [
        ("started", None),
        ("rendering", None),
        ("begun", 0),
        ("restarted", 0),
        ("progress", 0),
        ("finishing", None),
    ]


def test_a_warning_is_a_line_of_that_level(log: Log) -> None:
    with log.pod as pod:
        pod.warning("no metrics")
    assert [(line["event"], line["level"], line["message"]) for line in log.lines()] == [
        ("warning", "warning", "no metrics")
    ]


def test_a_pod_names_its_batch_by_name_and_uid_its_attempt_and_its_shard(monkeypatch: pytest.MonkeyPatch) -> None:
    told = {"PDFBATCH_BATCH": "invoices", "PDFBATCH_UID": "u-1", "PDFBATCH_ATTEMPT": "a-1", "JOB_COMPLETION_INDEX": "7"}
    for name, value in told.items():
        monkeypatch.setenv(name, value)
    assert fields_of_pod() == {"batch": "invoices", "uid": "u-1", "attempt": "a-1", "shard": 7}
    # and what it is not told it does not make up
    for name in told:
        monkeypatch.delenv(name)
    assert fields_of_pod() == {}


def test_a_worker_that_breaks_says_so_in_a_line_and_without_the_rows_words(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # given a worker in a pod, with a row in hand that brings to light a defect of ours
    async def broken(descriptor: int, slots: int) -> None:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(fail())

    async def fail() -> None:
        raise KeyError("Mü" + "ller")

    root, level = logging.root.handlers, logging.root.level
    told = {"PDFBATCH_LOG_FORMAT": "json", "PDFBATCH_BATCH": "invoices", "JOB_COMPLETION_INDEX": "7"}
    for name, value in told.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(worker, "_main", broken)
    monkeypatch.setattr(sys, "argv", ["worker", "3", "4"])
    monkeypatch.setattr(ctypes, "CDLL", MagicMock())  # else this process dies with its parent
    monkeypatch.setattr(signal, "signal", MagicMock())
    # when
    try:
        with pytest.raises(SystemExit) as ended:
            worker.main()
    finally:
        logging.captureWarnings(False)
        logging.root.handlers = root
        logging.root.setLevel(level)
    # then
    assert ended.value.code == 1
    (line,) = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert (line["event"], line["level"], line["batch"], line["shard"]) == ("unexpected error", "error", "invoices", 7)
    assert line["message"] == "unexpected: KeyError"
    assert "in fail" in line["traceback"]
    assert "Müller" not in json.dumps(line, ensure_ascii=False)
