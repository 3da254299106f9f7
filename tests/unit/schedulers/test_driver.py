"""A batch on a scheduler is driven to its end, whatever its steps end with."""

import time
from typing import Any

import pytest
import yaml

from pdfbatch_api.errors import ManifestError
from pdfbatch_api.exit_codes import ExitCode
from pdfbatch_api.summaries import FinishSummary, PlanSummary, RenderSummary
from pdfbatch_schedulers import BatchFailedError, Order, SchedulerError, driver, run_on
from pdfbatch_schedulers.step import Outcome
from tests.unit.schedulers.a_scheduler import AScheduler, AWatcher, said


class Clock:
    """Time that passes only when somebody looks."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        self.now += 0.25
        return self.now


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(driver, "time", clock)
    return clock


def an_order(**spec: Any) -> Order:
    whole = {
        "source": {"items": {"values": [{"id": 1}]}},
        "template": {"inline": "x"},
        "output": {"uri": "s3://bucket/out/", "name": "{{ id }}.pdf"},
        **spec,
    }
    manifest = {"apiVersion": "pdfbatch.io/v1alpha1", "kind": "PdfBatch", "metadata": {"name": "small"}, "spec": whole}
    return Order(yaml.safe_dump(manifest), "/somewhere")


def broken(status: int, error: str = "it is broken", hint: str = "") -> Any:
    return said(status, RenderSummary(error=error, hint=hint))


def test_it_plans_renders_each_shard_once_and_finishes() -> None:
    scheduler, watcher = AScheduler(), AWatcher()

    summary = run_on(scheduler, an_order(), watcher)

    assert summary == FinishSummary(documents=30, succeeded=30)
    assert scheduler.names() == ["plan", "render 0", "render 1", "render 2", "finish"]
    assert {step.plan for step in scheduler.handed_over[1:]} == {"d" * 64}
    assert watcher.told == [("planned", 3), *(("rendered", shard) for shard in range(3)), ("finishing", None)]


def test_without_a_watcher_a_log_tells_of_it(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", "pdfbatch.schedulers")
    answers = {"render 1": [broken(75), said(0, RenderSummary(shard=1, documents=10, succeeded=8, failed=2))]}

    run_on(AScheduler(answers), an_order())

    assert caplog.messages == [
        "planned 30 documents in 3 shards",
        "shard 0 is done: 10 of 30 documents, 0 failed",
        "render 1 is tried again in 1 s (1 of 5): it is broken",
        "shard 2 is done: 20 of 30 documents, 0 failed",
        "shard 1 is done: 30 of 30 documents, 2 failed",
        "finishing",
    ]


def test_a_batch_of_very_many_shards_is_handed_over_bit_by_bit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(driver, "_MOST_HANDED_OVER", 20)
    scheduler = AScheduler(shards=500)

    run_on(scheduler, an_order(), AWatcher())

    assert len(scheduler.handed_over) == 502
    assert scheduler.most_waiting == 20


@pytest.mark.parametrize("status", [ExitCode.UNAVAILABLE, ExitCode.CANTCREAT, ExitCode.TEMPFAIL, 1, -9, -11])
def test_what_may_pass_is_tried_again_later_and_later(status: int, clock: Clock) -> None:
    bad = broken(int(status)) if status > 0 else said(int(status))
    scheduler, watcher = (
        AScheduler({"render 1": [bad, bad, bad, said(0, RenderSummary(shard=1, documents=10))]}),
        AWatcher(),
    )

    run_on(scheduler, an_order(), watcher)

    assert scheduler.names().count("render 1") == 4
    what = "it is broken" if status > 0 else f"it was ended by signal {-status}"
    assert watcher.of("trouble") == [
        f"render 1 is tried again in {pause} s ({number} of 5): {what}" for number, pause in ((1, 1), (2, 2), (3, 4))
    ]


def test_a_shard_that_never_succeeds_is_left_out_and_the_rest_is_finished() -> None:
    scheduler, watcher = AScheduler({"render 1": [broken(75)]}), AWatcher()

    run_on(scheduler, an_order(retries={"shard": 2}), watcher)

    assert scheduler.names().count("render 1") == 3
    assert "render 1 failed, and was tried as often as spec.retries.shard allows" in watcher.of("trouble")[-1]
    assert scheduler.handed_over[-1].reason == "shard 1 could not be rendered"


def test_a_shards_own_data_are_not_tried_again() -> None:
    scheduler, watcher = AScheduler({"render 2": [broken(int(ExitCode.DATA))]}), AWatcher()

    run_on(scheduler, an_order(), watcher)

    assert scheduler.names().count("render 2") == 1
    assert watcher.of("trouble") == ["render 2 is left out: it is broken"]
    assert scheduler.handed_over[-1].reason == "shard 2 could not be rendered"


@pytest.mark.parametrize("status", [ExitCode.USAGE, ExitCode.CONFIG])
def test_what_holds_for_all_shards_ends_the_batch_at_once(status: ExitCode) -> None:
    scheduler = AScheduler({"render 0": [broken(int(status), "another engine", "Put it back.")]})

    with pytest.raises(BatchFailedError) as caught:
        run_on(scheduler, an_order(), AWatcher())

    assert (caught.value.exit_code, str(caught.value)) == (status, "another engine. Put it back.")
    assert scheduler.dropped == 1
    assert "finish" not in scheduler.names()


@pytest.mark.parametrize("status", [ExitCode.USAGE, ExitCode.DATA])
def test_a_mistake_that_the_plan_finds_is_passed_on(status: ExitCode) -> None:
    told = said(int(status), PlanSummary(error="two rows with one name", hint="Name them by id."))

    with pytest.raises(BatchFailedError, match=r"two rows with one name\. Name them by id"):
        run_on(AScheduler({"plan": [told]}), an_order(), AWatcher())


@pytest.mark.parametrize("step", ["plan", "finish"])
def test_without_plan_or_finish_there_is_no_batch(step: str) -> None:
    watcher = AWatcher()

    with pytest.raises(BatchFailedError, match=f"{step} failed, and was tried as often as it may: it ended with 75"):
        run_on(AScheduler({step: [said(75)]}), an_order(), watcher)

    assert len(watcher.of("trouble")) == 6


def test_a_plan_whose_store_is_away_ends_as_the_store_s_error() -> None:
    told = said(int(ExitCode.UNAVAILABLE), PlanSummary(error="the bucket does not answer"))

    with pytest.raises(BatchFailedError, match="the bucket does not answer") as caught:
        run_on(AScheduler({"plan": [told]}), an_order(), AWatcher())

    assert caught.value.exit_code == ExitCode.UNAVAILABLE


@pytest.mark.parametrize("nonsense", [b"", b"{", b"[]", b'{"type": "other"}'])
def test_a_command_that_says_nothing_sensible_is_tried_again(nonsense: bytes) -> None:
    scheduler, watcher = AScheduler({"render 0": [Outcome(0, nonsense)]}), AWatcher()

    run_on(scheduler, an_order(retries={"shard": 1}), watcher)

    assert scheduler.names().count("render 0") == 2


def test_what_waits_to_be_tried_again_is_nothing_to_a_batch_that_is_stopped() -> None:
    # given a shard that was lost, and another that has more failures than allowed
    bad = said(0, RenderSummary(shard=1, documents=10, failed=10))
    scheduler = AScheduler({"render 0": ["the worker died"], "render 1": [bad]})

    summary = run_on(scheduler, an_order(failurePolicy={"stopEarly": True}), AWatcher())

    assert summary.documents == 30
    assert scheduler.names()[-1] == "finish" and scheduler.names().count("render 0") == 1


@pytest.mark.parametrize("loss", ["the worker died", said(143), said(-15)])
def test_a_lost_worker_is_no_try(loss: Any) -> None:
    good = said(0, RenderSummary(shard=0, documents=10, succeeded=10))
    scheduler, watcher = AScheduler({"render 0": [*[loss] * 10, good]}), AWatcher()

    run_on(scheduler, an_order(retries={"shard": 0}), watcher)

    assert scheduler.names().count("render 0") == 11
    assert all(text.startswith("render 0 is carried out again: ") for text in watcher.of("trouble"))


def test_a_step_that_loses_every_worker_comes_to_an_end() -> None:
    scheduler, watcher = AScheduler({"render 0": ["the machine is gone"]}), AWatcher()

    run_on(scheduler, an_order(), watcher)

    assert scheduler.names().count("render 0") == 21
    assert "render 0 was lost 20 times, and is given up: the machine is gone" in watcher.of("trouble")[-1]
    assert scheduler.handed_over[-1].reason == "shard 0 could not be rendered"


@pytest.mark.parametrize(("early", "rendered"), [(True, 2), (False, 4)])
def test_more_failures_than_allowed_stop_it_where_the_manifest_says_so(early: bool, rendered: int) -> None:
    # given four shards of ten, each with two failures, of which three are allowed
    answers = {
        f"render {shard}": [said(0, RenderSummary(shard=shard, documents=10, succeeded=8, failed=2))]
        for shard in range(4)
    }
    scheduler, watcher = AScheduler(answers, shards=4), AWatcher()

    run_on(scheduler, an_order(failurePolicy={"maxFailedDocuments": 3, "stopEarly": early}), watcher)

    assert len(watcher.of("rendered")) == rendered
    assert scheduler.dropped == int(early)
    reason = scheduler.handed_over[-1].reason
    assert reason == ("the batch was stopped: more documents failed than spec.failurePolicy allows" if early else None)


def test_when_nothing_happens_it_says_so_and_who_is_there(clock: Clock) -> None:
    class OverError(Exception):
        pass

    class Watching(AWatcher):
        def quiet(self, seconds: float, workers: str) -> None:
            super().quiet(seconds, workers)
            if len(self.told) == 3:
                raise OverError

    watcher = Watching()
    with pytest.raises(OverError):
        run_on(AScheduler({"plan": [None]}), an_order(), watcher)

    seconds = [what[0] for what in watcher.of("quiet")]
    assert seconds[0] == 30 and 60 <= seconds[1] < 65 and 120 <= seconds[2] < 130
    assert {what[1] for what in watcher.of("quiet")} == {"no workers"}


def test_workers_that_cannot_be_asked_end_nothing(clock: Clock) -> None:
    class Deaf(AScheduler):
        def workers(self) -> str:
            raise SchedulerError("the broker is away")

        def done(self, seconds: float) -> Any:
            return super().done(seconds) if clock.now > 1060 else []

    watcher = AWatcher()
    assert run_on(Deaf(), an_order(), watcher).succeeded == 30
    assert watcher.of("quiet")[0][1] == "no workers to be seen (the broker is away)"


def test_whoever_interrupts_it_takes_all_back() -> None:
    class Interrupted(AScheduler):
        def done(self, seconds: float) -> Any:
            if self.handed_over[-1].command == "render":
                raise KeyboardInterrupt
            return super().done(seconds)

    scheduler = Interrupted()
    with pytest.raises(KeyboardInterrupt):
        run_on(scheduler, an_order(), AWatcher())

    assert scheduler.dropped == 1


def test_a_manifest_that_is_none_is_refused_before_anything_is_handed_over() -> None:
    scheduler = AScheduler()

    with pytest.raises(ManifestError, match=r"spec\.tmplate"):
        run_on(scheduler, an_order(tmplate={}), AWatcher())

    assert not scheduler.handed_over


def test_it_takes_no_time_of_its_own() -> None:
    begun = time.monotonic()
    run_on(AScheduler(shards=1000), an_order(), AWatcher())
    assert time.monotonic() - begun < 5
