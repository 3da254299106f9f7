"""Who may have killed an attempt that died: found without ever blaming an innocent document."""

from pdfbatch_api.records import Failure, Record, Segment, SegmentHeader
from pdfbatch_renderer.rendering.suspects import careful_order, inherit, is_condemned


def a_segment(kind: str, attempt: str, *rows: int, number: int = 0, generation: int = 0, row: int = 0) -> Segment:
    header = SegmentHeader(
        kind=kind,  # type: ignore[arg-type]
        attempt=attempt,
        shard=0,
        generation=generation,
        number=number,
        plan="p",
        window=48 if kind == "start" else 0,
        row=row,
    )
    return Segment(
        header, [Record(row=r, name=str(r), status="succeeded", input="i", generation=generation) for r in rows]
    )


def test_a_first_attempt_inherits_nothing() -> None:
    assert inherit([], 0).window == 0


def test_after_an_attempt_that_ended_nobody_is_suspected() -> None:
    inheritance = inherit([a_segment("start", "one"), a_segment("records", "one", 1, 2), a_segment("end", "one")], 0)
    assert inheritance.window == 0
    assert set(inheritance.done) == {1, 2}


def test_after_an_attempt_that_died_its_window_is_suspected() -> None:
    inheritance = inherit([a_segment("start", "one"), a_segment("records", "one", 1, 2)], 0)
    assert inheritance.window == 48


def test_an_intent_without_an_outcome_counts_once_an_attempt() -> None:
    segments = [
        a_segment("start", "one"),
        a_segment("intent", "one", row=7),
        a_segment("start", "two"),
        a_segment("intent", "two", row=7),
        a_segment("intent", "two", row=7, number=3),
    ]
    assert inherit(segments, 0).intents == {7: 2}


def test_an_intent_whose_row_was_rendered_by_anybody_counts_nothing() -> None:
    segments = [a_segment("start", "one"), a_segment("intent", "one", row=7), a_segment("records", "two", 7)]
    assert inherit(segments, 0).intents == {}


def test_an_attempt_that_was_told_to_stop_accuses_nobody() -> None:
    segments = [a_segment("start", "one"), a_segment("intent", "one", row=7), a_segment("end", "one")]
    assert inherit(segments, 0).intents == {}


def test_a_row_is_condemned_only_after_as_many_deaths_as_it_has_tries() -> None:
    assert not is_condemned(7, {7: 2}, tries=3)
    assert is_condemned(7, {7: 3}, tries=3)
    assert not is_condemned(8, {7: 3}, tries=3)


def test_the_least_suspected_are_rendered_first() -> None:
    assert careful_order([1, 2, 3, 4], {1: 2, 3: 1}) == [2, 4, 3, 1]


def test_a_retry_takes_up_only_what_failed() -> None:
    failed = Record(row=2, name="2", status="failed", input="i", error=Failure("Timeout", "slow"))
    segments = [a_segment("records", "one", 1), Segment(a_segment("records", "one", number=1).header, [failed])]
    assert set(inherit(segments, 0).done) == {1, 2}
    assert set(inherit(segments, 1).done) == {1}


def test_a_retry_is_not_careful_because_of_a_death_before_it() -> None:
    assert inherit([a_segment("start", "one")], 1).window == 0
