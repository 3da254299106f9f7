"""The autoscaler with a real Prometheus: a batch takes the time that it was given, and no more pods than that needs."""

import os
import random
import signal
import time
from collections import Counter
from pathlib import Path
from typing import Any

from devcluster.monitoring import Prometheus

from pdfbatch_monitoring.panel_check import as_table, check_panels
from tests.cluster.a_batch_at_work import BatchAtWork
from tests.cluster.a_place import Place
from tests.cluster.a_recording import PATH, Recording, unix
from tests.cluster.a_watch import Watch
from tests.cluster.example_invoices import lay
from tests.cluster.installation import Installation, kill_replica
from tests.cluster.pod_processes import renderer_of

EXAMPLES = Path(__file__).parents[2] / "examples"
EXAMPLE = EXAMPLES / "kubernetes" / "scaling" / "target-duration.yaml"
NAME = "invoices-in-time"
# For the page, the example as it stands; else half of its rows, in the time that a few renderers need by the pace of
# the first: what is tested is that a batch ends when it should, and on a slow machine that is later.
RECORDS = PATH in os.environ
INVOICES = 1000 if RECORDS else 500
RENDERERS = 4
# It keeps a reserve for shards that take long, and rounds up to whole renderers; a shard is a tenth of the batch.
EARLIEST, LATEST = (0.85, 1.1) if RECORDS else (0.75, 1.2)


def test_a_batch_that_was_held_at_one_renderer_still_ends_when_it_should(
    place: Place, asked_prometheus: Prometheus
) -> None:
    with Watch.of(place.cluster, ("pdfbatches", "--namespace", place.namespace)) as watch:
        # given a batch that somebody held at one, and lets go
        _hold(place)
        assert place.conditions(NAME)["ScalingActive"] == "False/RenderersSet"
        target = _let_go(place)

        # then the operator takes as many as the rest needs in the time that is left, by what it has seen of the one
        place.until("it is scaled up", lambda: _desired(place) >= 3, within=30)
        assert place.conditions(NAME)["ScalingActive"] == "True/TargetDuration"
        live = f'sum(rate(pdfbatch_renderer_documents_total{{namespace="{place.namespace}",batch="{NAME}"}}[20s]))'
        assert place.until("Prometheus knows its pace", lambda: asked_prometheus.value(live), within=60)

        # and each panel of the dashboards has something to show
        def empty() -> list[str]:
            found = check_panels(asked_prometheus.here, {"namespace": place.namespace, "batch": NAME})
            return [f"{one.dashboard}, {one.panel}: {one.query}" for one in found if one.nothing]

        # (a rate over some minutes needs two looks)
        place.until("no panel is empty", lambda: not empty(), within=60)
        print("\n" + as_table(check_panels(asked_prometheus.here, {"namespace": place.namespace, "batch": NAME})))

        # and it ends when it should
        place.succeeded(NAME, documents=INVOICES, within=2 * target)
    recording = Recording.of(watch, NAME, namespace=place.namespace, target=target, prometheus=asked_prometheus)
    print(f"\n{recording.story()}")
    recording.write()
    assert recording.decisions()[0][1] == 1
    assert 3 <= recording.most <= 10
    assert EARLIEST * target <= recording.took <= LATEST * target, recording.story()


def test_prometheus_goes_away_in_the_middle_and_the_batch_goes_on_by_what_it_knows(
    place: Place, asked_prometheus: Prometheus
) -> None:
    # given
    with Watch.of(place.cluster, ("pdfbatches", "--namespace", place.namespace)) as watch:
        _hold(place)
        target = _let_go(place, renderers=3)
        place.shards_done(NAME, of_at_least=4, within=target)

        # when
        asked_prometheus.stop()
        try:
            # then it says so
            place.until(
                "it says that Prometheus is gone",
                lambda: "Prometheus" in place.condition(NAME, "ScalingActive").get("message", ""),
                within=90,
            )
            told = place.condition(NAME, "ScalingActive")
            print(f"\n{told['status']}/{told['reason']}: {told['message']}")

            # and ends when it should all the same
            place.succeeded(NAME, documents=INVOICES, within=2 * target)
        finally:
            asked_prometheus.start()
    recording = Recording.of(watch, NAME, namespace=place.namespace, target=target, prometheus=None)
    print(recording.story())
    assert EARLIEST * target <= recording.took <= LATEST * target, recording.story()


def _hold(place: Place) -> None:
    """The example, held at one renderer, which has done its first shard."""
    lay(place, most=INVOICES)
    text = EXAMPLE.read_text().replace("spec:\n", "spec:\n  renderers: 1\n", 1)
    place.kubectl("apply", "--filename=-", input=text)
    place.shards_done(NAME, of_at_least=1, within=240)


def _let_go(place: Place, *, renderers: int = RENDERERS) -> float:
    """Once a second shard is done. Returns in how many seconds from its start these renderers should have done all."""
    first = time.monotonic()
    place.shards_done(NAME, of_at_least=2, within=240)
    a_shard = time.monotonic() - first
    if RECORDS:
        place.patch(NAME, renderers=None)
        return 240.0
    gone = time.time() - unix(place.status(NAME)["startTime"])
    target = round(gone + (INVOICES / 12 - 2) * a_shard / renderers)
    place.patch(NAME, renderers=None, scaling={"targetDuration": f"{target}s"})
    return float(target)


def test_what_prometheus_counts_is_what_the_manifest_has_whoever_was_killed(
    place: Place, asked_prometheus: Prometheus, installed: Installation
) -> None:
    # given a batch with some documents that fail
    seed = random.randrange(1_000_000)
    print(f"\nseed {seed}")
    chance = random.Random(seed)
    batch = BatchAtWork.begun(
        place,
        "counted",
        shards=8,
        per_shard=40,
        template={"inline": FAILING},
        failurePolicy={"maxFailedDocuments": "50%"},
    )

    # when renderers are killed, deleted, and the operator is
    place.shards_done("counted")
    for blow in (_kill_a_renderer, _delete_a_renderer, _kill_a_renderer):
        time.sleep(chance.uniform(0.5, 3))
        blow(batch, chance)
    kill_replica(place.cluster, installed.leader())
    status = place.ended("counted", within=300)
    assert status["phase"] == "Succeeded", place.story()

    # then
    lines = place.manifest("counted")
    counted = Counter(line["status"] for line in lines)
    assert (len(lines), counted["failed"]) == (320, 32)
    of_batch = f'{{namespace="{place.namespace}",batch="counted"}}'

    def agrees() -> bool:
        results = asked_prometheus.query(f"max by (result) (pdfbatch_batch_documents_processed_total{of_batch})")
        return {labels["result"]: value for labels, value in results if value} == dict(counted)

    place.until("Prometheus has the manifest's counts", agrees, within=30)
    for name, field in (("pages", "pages"), ("bytes", "bytes")):
        total = sum(line[field] or 0 for line in lines if line["status"] == "succeeded")
        assert asked_prometheus.value(f"max(pdfbatch_batch_{name}_total{of_batch})") == total
    shards = asked_prometheus.value(
        f'max(pdfbatch_batch_shards{{namespace="{place.namespace}",batch="counted",state="succeeded"}})'
    )
    assert shards == 8


# Each tenth row.
FAILING = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{{ number }}</title></head>
<body><h1>TOKEN{{ number }}</h1>{% if number.endswith("0") %}{{ 1 // 0 }}{% endif %}<p>{{ text }}</p></body></html>"""


def _desired(place: Place) -> int:
    return int(place.status(NAME).get("renderers", {}).get("desired", 0))


def _kill_a_renderer(batch: BatchAtWork, chance: random.Random) -> None:
    uid = batch.place.until("a renderer runs", lambda: _running(batch, chance), within=60)["metadata"]["uid"]
    process = renderer_of(uid)
    if process is not None:
        process.signal(signal.SIGKILL)


def _delete_a_renderer(batch: BatchAtWork, chance: random.Random) -> None:
    pod = batch.place.until("a renderer runs", lambda: _running(batch, chance), within=60)
    batch.place.kubectl("delete", "pod", pod["metadata"]["name"], "--wait=false")


def _running(batch: BatchAtWork, chance: random.Random) -> dict[str, Any]:
    found = [pod for pod in batch.pods() if pod["status"]["phase"] == "Running"]
    return chance.choice(found) if found else {}
