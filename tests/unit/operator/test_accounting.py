"""Each shard is counted once; what cannot be counted is said; figures follow counts and not the clock."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from pdfbatch_api.resource import PdfBatchStatus
from pdfbatch_operator.decision import Decision
from tests.unit.operator.a_batch import PER_SHARD, ABatch, a_batch
from tests.unit.operator.reading import decided, written


def counted(decision: Decision) -> tuple[int, int, str]:
    status = written(decision)
    return status.documents.succeeded, status.documents.failed, status.accounted


def test_a_completed_shard_whose_pod_is_there_is_counted_with_its_interval_in_one_write() -> None:
    batch = (
        a_batch().rendering(active=8, completed_indexes="0-1").with_rendered_shard(0).with_rendered_shard(1, failed=3)
    )

    decision = decided(batch)

    assert counted(decision) == (197, 3, "0-1")
    assert written(decision).progress == "200/1000"
    assert written(decision).pages == 197
    assert [sample.name for sample in written(decision).failures] == ["1-0.pdf", "1-1.pdf", "1-2.pdf"]


def test_a_second_look_counts_nothing_again() -> None:
    batch = a_batch().rendering(active=8, completed_indexes="0-1").with_rendered_shard(0).with_rendered_shard(1)
    first = written(decided(batch))

    assert decided(batch.with_(status=first)).status is None
    assert decided(batch.with_(status=first).after(3600)).status is None or (
        written(decided(batch.with_(status=first).after(3600))).documents == first.documents
    )


def test_two_pods_of_one_shard_count_once() -> None:
    batch = a_batch().rendering(active=8, completed_indexes="4").with_rendered_shard(4).with_rendered_shard(4)

    assert counted(decided(batch)) == (100, 0, "4")


def test_a_pod_that_succeeded_before_the_job_says_so_is_not_counted_yet() -> None:
    assert written(decided(a_batch().rendering(active=8).with_rendered_shard(0))).documents.succeeded == 0


def test_a_completed_shard_without_its_pod_is_unaccounted() -> None:
    status = written(decided(a_batch().rendering(active=8, completed_indexes="0-3").with_rendered_shard(2)))

    assert (status.accounted, status.shards.succeeded, status.shards.unaccounted) == ("2", 4, 3)


def test_a_summary_of_another_shard_or_of_a_failed_pod_counts_nothing() -> None:
    batch = a_batch().rendering(active=8, completed_indexes="0-1")
    right = batch.with_rendered_shard(0).with_rendered_shard(1).pods
    wrong = (replace(right[0], index=1), replace(right[1], phase="Failed"))

    assert written(decided(batch.with_(pods=wrong))).accounted == ""


def test_no_more_than_ten_failures_are_kept_the_first_by_row() -> None:
    batch = (
        a_batch()
        .rendering(active=8, completed_indexes="0-1")
        .with_rendered_shard(1, failed=9)
        .with_rendered_shard(0, failed=4)
    )
    failures = written(decided(batch)).failures

    assert [sample.row for sample in failures] == [1, 2, 3, 4, 101, 102, 103, 104, 105, 106]


@given(st.permutations(range(6)), st.sets(st.integers(1, 5)))
def test_in_whatever_order_and_however_often_it_is_looked_at_the_sum_is_the_same(
    order: list[int], looks: set[int]
) -> None:
    batch = a_batch().with_shards(6).rendering(active=1)
    status: PdfBatchStatus = batch.status
    for at, shard in enumerate(order):
        batch = batch.with_rendered_shard(shard, failed=shard)
        done = sorted(order[: at + 1])
        batch = batch.with_job("render", completions=6, parallelism=6, completed_indexes=",".join(map(str, done)))
        if at in looks or at == 5:
            status = written(decided(batch.with_(status=status).after(100 * at)))

    assert status.documents.failed == sum(range(6))
    assert status.documents.succeeded == 6 * PER_SHARD - sum(range(6))
    assert status.accounted == "0-5"


def _rendering_since_a_minute() -> ABatch:
    return a_batch().rendering(active=10).with_status(rendering_start_time="2026-11-30T18:00:00Z").after(60)


def test_before_the_first_shard_is_counted_nothing_is_said_of_the_speed() -> None:
    status = written(decided(_rendering_since_a_minute()))

    assert (status.progress, status.throughput, status.remaining) == ("0/1000", None, None)


def test_throughput_and_the_time_that_remains() -> None:
    batch = _rendering_since_a_minute().with_job(
        "render", completions=10, parallelism=10, completed_indexes="0-1", active=8
    )
    status = written(decided(batch.with_rendered_shard(0).with_rendered_shard(1)))

    assert (status.throughput, status.remaining) == ("3.3", "4m")
    assert status.estimated_completion_time == "2026-11-30T18:05:00Z"


def test_throughput_leaves_out_what_was_suspended_while_rendering() -> None:
    batch = _rendering_since_a_minute().with_status(suspended_seconds=500, suspended_seconds_of_rendering=40)
    batch = batch.with_job("render", completions=10, parallelism=10, completed_indexes="0-1", active=8)

    assert written(decided(batch.with_rendered_shard(0).with_rendered_shard(1))).throughput == "10.0"


def test_a_batch_that_stands_still_is_written_a_handful_of_times() -> None:
    # Nearly done: what is left takes a hundredth of the time gone by, and is soon overtaken, again and again.
    batch = a_batch().with_shards(100).rendering(active=1, completed_indexes="0-98", parallelism=10)
    batch = batch.with_status(rendering_start_time="2026-11-30T18:00:00Z").after(60)
    for shard in range(99):
        batch = batch.with_rendered_shard(shard)
    writes = 0
    for _ in range(12 * 60):  # half a day of looks, one a minute
        status = decided(batch).status
        if status is not None:
            writes += 1
            batch = batch.with_(status=status)
        batch = batch.after(60)

    assert writes < 80


def test_the_writes_of_a_batch_do_not_follow_its_shards() -> None:
    def writes_of(shards: int) -> int:
        batch = a_batch().with_shards(shards).rendering(active=10, parallelism=10)
        count, gone = 0, 600 / shards
        for done in range(1, shards):
            batch = batch.with_(pods=()).with_rendered_shard(done - 1).after(gone)
            # As it looks: pods come and go with every shard.
            batch = batch.with_job(
                "render",
                completions=shards,
                parallelism=10,
                active=10 - done % 2,
                ready=9 - done % 3,
                completed_indexes=f"0-{done - 1}",
            )
            status = decided(batch).status
            if status is not None:
                count += 1
                batch = batch.with_(status=status)
        return count

    many, few = writes_of(600), writes_of(200)

    assert many < 150
    assert many <= few * 1.3


def test_what_was_held_back_is_written_when_it_is_time() -> None:
    batch = a_batch().rendering(active=10, ready=10)
    batch = batch.with_(status=written(decided(batch)))
    counted_soon = batch.with_job(
        "render", completions=10, parallelism=10, active=9, completed_indexes="0"
    ).with_rendered_shard(0)

    soon = decided(counted_soon.after(1))

    assert soon.status is None and soon.again_after is not None and soon.again_after <= 2
    assert counted(decided(counted_soon.after(1 + soon.again_after))) == (100, 0, "0")


def test_the_first_failure_is_written_at_once() -> None:
    batch = a_batch().rendering(active=10)
    batch = batch.with_(status=written(decided(batch)))
    failing = batch.with_job(
        "render", completions=10, parallelism=10, active=9, completed_indexes="0"
    ).with_rendered_shard(0, failed=1)

    assert counted(decided(failing.after(1))) == (99, 1, "0")
