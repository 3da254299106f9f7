"""The cluster's tables: what is promised is judged by the figures beside it."""

from collections import Counter
from pathlib import Path

import pytest
from bench.cluster.measure import ClusterRun, Letter, LocalRun, Results, Settings
from bench.cluster.moments import Moment
from bench.cluster.operator_use import OperatorUse, PodUse, use_of
from bench.cluster.report import busy, do_not_grow, report, sizes, speed
from bench.process_tree import Process
from devcluster.images import Image, Images

SETTINGS = Settings(documents=10_000, repetitions=2, cores=2, shards=4, letters=3, batches=200, idle=60)


def images(unpacked: int) -> Images:
    image = Image("localhost/x:1", Path("x.tar"), unpacked_bytes=unpacked * 1_000_000, packed_bytes=30_000_000)
    return Images(image, image, image)


def test_the_ratio_is_of_runs_of_the_same_repetition() -> None:
    # given a machine that was twice as slow in the second
    results = Results(
        local=[LocalRun(100.0), LocalRun(50.0)],
        cluster=[ClusterRun(84.0, 80.0, 4.0, 3.0), ClusterRun(42.0, 40.0, 4.0, 3.0)],
    )
    assert "| ratio, in a repetition | 0.84 | ≥ 0.85 | **no** |" in speed(results)


def test_a_longer_batch_may_write_its_figures_oftener_and_make_nothing_more() -> None:
    few = Counter({"create jobs": 3, "patch pdfbatches/status": 8})
    assert do_not_grow(few, few + Counter({"patch pdfbatches/status": 6}))
    assert not do_not_grow(few, few + Counter({"patch pdfbatches/status": 7}))
    assert not do_not_grow(few, few + Counter({"create jobs": 1}))
    assert not do_not_grow(few, few + Counter({"create events": 1}))


def test_an_images_size_is_judged_by_its_own_promise() -> None:
    text = sizes(images(unpacked=200))
    assert "| pdfbatch-operator | 200 | 30 | < 150 | **no** |" in text
    assert "| pdfbatch-renderer | 200 | 30 | < 250 | yes |" in text


def test_the_whole_part_has_every_table() -> None:
    moments = [Moment(0.5, "begun"), Moment(3.0, "Complete")]
    results = Results(
        local=[LocalRun(90.0)],
        cluster=[ClusterRun(85.0, 80.0, 4.0, 9.0)],
        letters=[Letter(2.0, 3.0, moments), Letter(2.0, 3.5, []), Letter(2.0, 2.5, [])],
        calls={1_000: Counter({"create jobs": 3}), 10_000: Counter({"create jobs": 3})},
        engines={"chromium 1", "chromium 2"},
        uses={"idle": OperatorUse(PodUse(60.0, 0.5), PodUse(50.0, 0.1), 40.0)},
    )
    text = report(results, SETTINGS, images(100), machine="a machine", kubernetes="v1.37.2", load=0.1)
    assert "**The engines differ**: chromium 1, chromium 2." in text
    assert "| many documents: from the last PDF to Complete | 9.00 | < 8 | **no** |" in text
    # the middle one of the letters is told
    assert "| Complete | 3.00 | 2.50 |" in text
    assert "| create jobs | 3 | 3 |" in text
    assert "| idle | 60 | 0.50 | 50 | 0.10 | 40 |" in text


def test_a_pods_cpu_is_what_it_spent_between_two_readings() -> None:
    before = {7: Process(7, 1, "python", cpu=10.0, waited=0.0, rss=2**20)}
    after = {
        7: Process(7, 1, "python", cpu=10.5, waited=0.0, rss=3 * 2**20),
        8: Process(8, 7, "python", cpu=0.25, waited=0.0, rss=2**20),
    }
    assert use_of(before, after, seconds=30) == PodUse(memory=4.0, cpu=1.5)


def test_a_pod_without_a_process_is_not_measured_as_zero() -> None:
    with pytest.raises(RuntimeError, match="replaced"):
        use_of({}, {}, seconds=60)


def test_figures_of_a_busy_machine_say_so() -> None:
    assert busy(0.9, cores=2) == ""
    assert "load average 14.0" in busy(14.0, cores=2)
