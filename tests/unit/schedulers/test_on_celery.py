"""What Celery tells and does not tell of steps: none of them is forgotten."""

from typing import Any

import pytest
from celery import Celery  # type: ignore[import-untyped]

from pdfbatch_schedulers import Done, SchedulerError, on_celery
from pdfbatch_schedulers.on_celery import OnCelery
from pdfbatch_schedulers.step import Outcome, Step

SAID = {"status": 0, "summary": '{"type":"render"}'}


class Results:
    """Results as Celery's backend has them: a state and a value by task, or an error instead of them."""

    def __init__(self) -> None:
        self.of: dict[str, tuple[str, Any] | Exception] = {}
        self.forgotten: list[str] = []

    def asked(self, name: str) -> tuple[str, Any]:
        told = self.of.get(name, ("PENDING", None))
        if isinstance(told, Exception):
            raise told
        return told


class AResult:
    """One of them."""

    def __init__(self, results: Results, name: str) -> None:
        self.id = name
        self._results = results

    @property
    def state(self) -> str:
        return self._results.asked(self.id)[0]

    @property
    def result(self) -> Any:
        return self._results.asked(self.id)[1]

    def forget(self) -> None:
        self._results.asked(self.id)
        self._results.forgotten.append(self.id)


@pytest.fixture
def results() -> Results:
    return Results()


@pytest.fixture
def scheduler(results: Results, monkeypatch: pytest.MonkeyPatch) -> OnCelery:
    """Three steps of a batch, as tasks 0, 1 and 2."""
    monkeypatch.setattr(on_celery, "_PAUSE_SECONDS", 0.001)
    app = Celery("theirs", broker="memory://", backend="cache+memory://")
    names = iter("012")
    monkeypatch.setattr(app, "send_task", lambda task, arguments: AResult(results, next(names)))
    scheduler = OnCelery(app)
    for index in range(3):
        scheduler.submit(Step("render", "x", "/", index=index))
    return scheduler


def shards(over: list[Done]) -> list[int | None]:
    return [one.step.index for one in over]


def test_a_step_is_told_once_and_its_result_forgotten(scheduler: OnCelery, results: Results) -> None:
    results.of["1"] = ("SUCCESS", SAID)

    (done,) = scheduler.done(0.05)

    assert (done.step.index, done.outcome) == (1, Outcome(0, b'{"type":"render"}'))
    assert results.forgotten == ["1"]
    assert scheduler.done(0.01) == []


@pytest.mark.parametrize("state", ["FAILURE", "REVOKED"])
def test_a_task_that_did_not_succeed_is_a_lost_step(state: str, scheduler: OnCelery, results: Results) -> None:
    results.of["0"] = (state, RuntimeError("the worker is gone"))

    (done,) = scheduler.done(0.05)

    assert done.outcome is None and "the worker is gone" in done.lost


def test_what_was_over_is_told_although_the_next_could_not_be_asked(scheduler: OnCelery, results: Results) -> None:
    # given a backend that goes away between two questions
    results.of = {"0": ("SUCCESS", SAID), "1": OSError("connection reset"), "2": ("SUCCESS", SAID)}
    assert shards(scheduler.done(0.01)) == [0]
    # when it is back
    results.of["1"] = ("SUCCESS", SAID)
    told: list[int | None] = []
    for _ in range(3):
        told += shards(scheduler.done(0.01))
    # then each is told once
    assert sorted(told, key=str) == [1, 2]


def test_a_backend_that_stays_away_is_told_after_a_minute(
    scheduler: OnCelery, results: Results, monkeypatch: pytest.MonkeyPatch
) -> None:
    results.of = {name: OSError("connection refused") for name in "012"}
    assert scheduler.done(0.01) == []
    monkeypatch.setattr(on_celery, "_PATIENCE_SECONDS", 0.0)
    with pytest.raises(SchedulerError, match=r"cannot be reached: connection refused\. Run it again"):
        scheduler.done(0.01)


class Workers:
    """What workers say that they have in hand; None: nobody answers."""

    def __init__(self, *answers: dict[str, list[dict[str, str]]] | None) -> None:
        self.answers = list(answers)

    def inspect(self, timeout: float) -> "Workers":
        return self

    def active(self) -> dict[str, list[dict[str, str]]] | None:
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@pytest.mark.parametrize(
    ("answers", "lost"),
    [
        ([{"w": []}], [0]),
        ([{"w": [{"id": "0"}]}], []),
        ([{"w": []}, {"w": []}, {"w": [{"id": "0"}]}, {"w": []}, {"w": []}, {"w": [{"id": "0"}]}], []),
        ([None], []),
    ],
    ids=["nobody has it", "somebody has it", "somebody has it now and then", "nobody answers"],
)
def test_a_step_that_nobody_has_in_hand_for_a_while_is_lost(
    answers: list[Any], lost: list[int], scheduler: OnCelery, results: Results, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given a step that was begun, and two that wait
    results.of["0"] = ("STARTED", None)
    monkeypatch.setattr(on_celery, "_ASK_WORKERS_SECONDS", 0.0)
    monkeypatch.setattr(scheduler._app, "control", Workers(*answers))

    told = [one for _ in range(4) for one in scheduler.done(0.0)]

    assert shards(told) == lost
    assert all(one.outcome is None and "no Celery worker has it in hand" in one.lost for one in told)


def test_what_was_taken_back_is_not_told(scheduler: OnCelery, results: Results) -> None:
    results.of["0"] = ("SUCCESS", SAID)
    scheduler.drop()
    assert scheduler.done(0.01) == []
