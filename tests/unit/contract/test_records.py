"""Many attempts' accounts of a shard fold into one, whatever their order."""

from hypothesis import given
from hypothesis import strategies as st

from pdfbatch_api.records import (
    Failure,
    Record,
    Segment,
    SegmentHeader,
    decode_segment,
    encode_segment,
    fold,
    is_segment_name,
    segment_name,
)


def a_header(
    attempt: str = "aaaaaaaa", *, kind: str = "records", number: int = 1, generation: int = 0
) -> SegmentHeader:
    return SegmentHeader(
        kind=kind,  # type: ignore[arg-type]
        attempt=attempt,
        shard=3,
        generation=generation,
        number=number,
        plan="p" * 64,
    )


def a_record(row: int = 1, status: str = "succeeded", *, generation: int = 0, sha256: str = "ab") -> Record:
    return Record(
        row=row,
        name=f"{row}.pdf",
        status=status,  # type: ignore[arg-type]
        input="in",
        sha256=sha256 if status == "succeeded" else "",
        generation=generation,
        error=Failure("Timeout", "too slow") if status == "failed" else None,
    )


records = st.builds(
    a_record,
    st.integers(1, 5),
    st.sampled_from(["succeeded", "skipped", "failed"]),
    generation=st.integers(0, 2),
    sha256=st.sampled_from(["ab", "cd"]),
)
segments = st.lists(
    st.builds(
        Segment,
        st.builds(a_header, st.sampled_from(["aaaaaaaa", "bbbbbbbb", "cccccccc"]), number=st.integers(0, 9)),
        st.lists(records, max_size=4),
    ),
    max_size=6,
)


@given(segments, st.randoms())
def test_the_order_of_segments_does_not_matter(given_segments: list[Segment], random: object) -> None:
    shuffled = list(given_segments)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    ours, theirs = fold(given_segments), fold(shuffled)
    assert {row: (r.name, r.status, r.generation) for row, r in ours.items()} == {
        row: (r.name, r.status, r.generation) for row, r in theirs.items()
    }


@given(segments, segments)
def test_a_later_account_never_turns_a_success_into_a_failure(before: list[Segment], after: list[Segment]) -> None:
    once, twice = fold(before), fold(before + after)
    for row, record in once.items():
        if record.status == "succeeded" and twice[row].generation == record.generation:
            assert twice[row].status == "succeeded"


def test_a_retry_replaces_what_was_before() -> None:
    before = Segment(a_header(), [a_record(1, "failed")])
    retry = Segment(a_header("zzzzzzzz", generation=1), [a_record(1, "succeeded", generation=1)])
    assert fold([before, retry])[1].status == "succeeded"


def test_a_retry_that_fails_replaces_what_was_before_too() -> None:
    before = Segment(a_header(), [a_record(1, "succeeded")])
    retry = Segment(a_header("zzzzzzzz", generation=1), [a_record(1, "failed", generation=1)])
    assert fold([before, retry])[1].generation == 1


def test_what_waits_for_its_container_counts_only_for_those_who_go_on_from_it() -> None:
    spooled = Segment(a_header(kind="spooled"), [a_record(1)])
    assert fold([spooled]) == {}
    assert fold([spooled], spooled=True)[1].status == "succeeded"


@given(st.lists(records, max_size=5))
def test_a_segment_comes_back_as_it_was(given_records: list[Record]) -> None:
    header = a_header()
    assert decode_segment(encode_segment(header, given_records)) == Segment(header, given_records)


def test_names_of_segments_are_told_from_others() -> None:
    assert is_segment_name(segment_name(a_header("0123abcd-0123-0123-0123-0123456789ab")))
    assert not is_segment_name("0000-aaaaaaaa-000001.jsonl.tmp")
