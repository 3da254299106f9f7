"""What holds for every situation, and for every way through them."""

import math
import re
from dataclasses import replace
from itertools import pairwise

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pdfbatch_operator.scaling import Answers, Bounds, History, Pods, Problem, Reading, Situation, Work, scale
from pdfbatch_operator.scaling.pace import learning
from pdfbatch_operator.scaling.remaining import remaining
from pdfbatch_operator.scaling.situation import Learnt
from pdfbatch_operator.scaling.stabilisation import PARTS
from pdfbatch_operator.scaling.target import window_of
from tests.unit.scaling.a_situation import NOW, a_situation

_UNHURRIED = settings(
    deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)

VALUES = st.one_of(
    st.floats(0, 1e9), st.floats(allow_nan=True, allow_infinity=True), st.just(0.0), st.just(-1.0), st.floats(0, 1e-300)
)
ANSWERS = st.one_of(
    st.none(),
    st.builds(Reading, VALUES, st.floats(NOW - 1000, NOW)),
    st.builds(
        Problem,
        st.sampled_from(["unreachable", "timeout", "refused", "empty", "several", "invalid", "stale"]),
        st.just("nothing"),
        st.just(NOW),
    ),
)


@st.composite
def works(draw: st.DrawFn) -> Work:
    shards = draw(st.integers(1, 5000))
    left = draw(st.integers(0, shards))
    each = draw(st.integers(1, 3000))
    measured = draw(st.integers(0, shards - left))
    life = draw(st.floats(0, 10_000))
    return Work(
        documents=shards * each,
        shards=shards,
        done=(shards - left) * each,
        shards_left=left,
        measured_documents=measured * each,
        measured_seconds=measured * life,
        measured_shards=measured,
        measured_squares=measured * life * life * draw(st.floats(0, 5)),
        measured_longest=life if measured else 0.0,
    )


@st.composite
def situations(draw: st.DrawFn) -> Situation:
    minimum = draw(st.integers(0, 100))
    unschedulable = draw(st.integers(0, 30))
    renderers = draw(st.one_of(st.none(), st.none(), st.integers(0, 2000)))
    target, custom = draw(
        st.sampled_from([(None, None), (draw(st.floats(-1e6, 1e6)), None), (None, draw(st.floats(1e-6, 1e9)))])
    )
    return Situation(
        now=NOW,
        renderers=renderers,
        bounds=Bounds(
            minimum,
            draw(st.integers(max(minimum, 1), 5000)),
            draw(st.integers(1, 5000)),
            draw(st.one_of(st.none(), st.integers(0, 5000))),
        ),
        work=draw(works()),
        pods=Pods(
            draw(st.one_of(st.none(), st.integers(0, 5000))),
            tuple(draw(st.lists(st.floats(0, 100_000), max_size=30))),
            unschedulable,
            NOW - draw(st.floats(0, 2000)) if unschedulable else None,
        ),
        answers=Answers(draw(ANSWERS), draw(ANSWERS)),
        target_at=None if target is None else NOW + target,
        custom_target=custom,
        held=draw(st.booleans()),
    )


@st.composite
def histories(draw: st.DrawFn) -> History:
    """What some way of looks has left."""
    history = History()
    for _ in range(draw(st.integers(0, 3))):
        seen = draw(situations())
        history = scale(replace(seen, now=NOW - draw(st.floats(1, 2000))), history).history
    return history


@_UNHURRIED
@given(situations(), histories())
def test_the_bounds_always_hold_and_it_is_a_function(seen: Situation, history: History) -> None:
    verdict = scale(seen, history)

    bounds = seen.bounds
    most = min(bounds.admin, seen.work.shards, bounds.allowance if bounds.allowance is not None else 10**9)
    assert 0 <= verdict.renderers <= most
    if seen.renderers is None:
        assert verdict.renderers <= bounds.maximum
        assert verdict.renderers >= min(bounds.minimum, most)
        if seen.custom_target is None:
            assert verdict.renderers >= min(1, most)
    assert 0 <= verdict.demand <= seen.work.shards
    assert verdict.reason.isidentifier()
    assert 0 < len(verdict.message) < 1000
    # only what Prometheus itself said
    assert not {"nan", "inf", "-inf"} & set(re.split(r"[ ,;)]", re.sub("gave [-a-z]+", "", verdict.message)))
    assert verdict.misses_by is None or (math.isfinite(verdict.misses_by) and verdict.misses_by > 0)
    assert verdict.again_after is None or verdict.again_after > 0
    assert scale(seen, history) == verdict


@_UNHURRIED
@given(works(), st.floats(1, 100_000), st.floats(1, 100_000), st.lists(st.floats(0, 500), max_size=20))
def test_less_time_never_needs_fewer(work: Work, one: float, other: float, running: list[float]) -> None:
    seen = replace(a_situation().value, work=work, pods=Pods(5, tuple(running)))
    pace, _ = learning(seen, Learnt(), None)
    left = remaining(seen, pace)

    less, more = sorted((one, other))
    assert left.needed(less) >= left.needed(more)


@_UNHURRIED
@given(works(), st.floats(1, 50_000), st.floats(1, 50_000))
def test_less_time_never_begins_with_fewer(work: Work, one: float, other: float) -> None:
    seen = replace(a_situation().value, work=work, pods=Pods(), bounds=Bounds(1, 5000, 5000))
    less, more = sorted((one, other))

    hurried = scale(replace(seen, target_at=NOW + less), History())
    assert hurried.renderers >= scale(replace(seen, target_at=NOW + more), History()).renderers


@_UNHURRIED
@given(st.lists(st.tuples(st.floats(0.1, 100), st.floats(0, 2000)), min_size=1, max_size=200))
def test_at_most_one_step_down_a_window_and_a_history_of_bounded_size(looks: list[tuple[float, float]]) -> None:
    # given a query that gives whatever it likes, at whatever moments
    batch, history, now, parallelism = a_situation(), History(), NOW, 10
    steps = []
    for gone, value in looks:
        now += gone
        seen = (
            batch.with_(now=now)
            .having(parallelism)
            .with_(answers=Answers(custom=Reading(value, now)), custom_target=20.0)
        )
        verdict = seen.scaled(history)
        history = verdict.history
        if verdict.renderers < parallelism:
            steps.append(now)
        parallelism = verdict.renderers

        assert len(history.recommendations) <= PARTS + 1
        assert len(history.learnt.running) <= 62

    assert all(later - earlier >= 120 for earlier, later in pairwise(steps))
    assert not steps or steps[0] - (NOW + looks[0][0]) >= 120


@_UNHURRIED
@given(st.lists(st.floats(0.96, 1.04), min_size=10, max_size=60), st.integers(1, 45))
def test_noise_of_four_percent_does_not_move_the_number(noise: list[float], level: int) -> None:
    # given a query that is the same but for noise; more than that moves it up, and down once a window at most
    history, parallelism = History(), level
    for step, factor in enumerate(noise):
        batch = a_situation().later(15.0 * step).having(parallelism)
        verdict = batch.asking(10.0, Reading(10.0 * level * factor, batch.value.now)).scaled(history)
        history, parallelism = verdict.history, verdict.renderers

        assert parallelism == level


@_UNHURRIED
@given(st.lists(st.floats(0.8, 1.2), min_size=8, max_size=60), st.floats(600, 30_000))
def test_live_noise_of_a_fifth_does_not_move_a_target_at_all(noise: list[float], seconds: float) -> None:
    def walked(factors: list[float]) -> list[int]:
        history, numbers, parallelism = History(), [], 8
        for step, factor in enumerate(factors):
            batch = a_situation().having(parallelism).with_seconds_left(seconds).later(15.0 * step)
            batch = batch.hearing(10.0 * parallelism * factor)
            verdict = batch.scaled(history)
            history, parallelism = verdict.history, verdict.renderers
            numbers.append(parallelism)
        return numbers

    # a number that stands still leaves nothing but the noise
    assert walked(noise)[:5] == walked([1.0] * len(noise))[:5]


@_UNHURRIED
@given(st.floats(-1e9, 1e9))
def test_the_window_is_between_half_a_minute_and_five(span: float) -> None:
    assert 30 <= window_of(span) <= 300
