"""The engine's container dies as a whole, as the kernel ends it for its memory; and renderers die with it or alone.

On cgroup v2 a page that takes all memory ends its container; on v1 only a process of it. So here containers are ended
from outside, by SIGKILL to their first process, which takes all others with it.
"""

import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest
from devcluster import Access, Cluster

from tests.cluster import pod_processes
from tests.cluster.a_batch_at_work import BatchAtWork, index_of, tries_before
from tests.cluster.a_place import Place
from tests.cluster.installation import Installation

# Row 7 of the first shard; its page is so large that it is printed for some seconds.
POISON = 7
HEAVY = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{{ number }}</title></head>
<body><h1>TOKEN{{ number }}</h1><p>{{ text }}</p>{% if number == "000007" %}{% for n in range(30000) %}
<div><span>{{ n }}</span> <b>{{ text }}</b></div>{% endfor %}{% endif %}</body></html>"""
# Processor seconds of a tab that has more to print than an ordinary page.
_LARGE = 0.8


def test_engines_that_are_killed_at_any_moment_cost_no_document(place: Place) -> None:
    # given two renderers at work
    seed = random.randrange(1_000_000)
    print(f"\nseed {seed}")
    chance = random.Random(seed)
    batch = BatchAtWork.begun(place, "engines", shards=3, per_shard=300)
    place.until("the first documents are there", lambda: batch.written(0) and batch.written(1), within=90)

    # when three times one of their engines is killed
    killed: list[str] = []
    for _ in range(3):
        time.sleep(chance.uniform(0.2, 1.0))
        engines = place.until("an engine runs", lambda: _engines(batch), within=30)
        uid = chance.choice(sorted(engines))
        engines[uid].signal(signal.SIGKILL)
        killed.append(uid)
        # one that is throttled takes its time to end, and must not be counted twice
        place.until("it is gone", partial(_is_gone, uid, engines[uid]), within=30)

    # then the kubelet starts them again, and the documents in hand are tried again
    batch.succeeded()
    assert {record.status for record in batch.records().values()} == {"succeeded"}
    pods = [pod for pod in place.pods() if _uid(pod) in killed]
    assert [_restarts(pod) for pod in pods] == [killed.count(_uid(pod)) for pod in pods]
    # and no shard pays for it
    assert [tries_before(pod) for pod in place.pods()] == [0] * batch.shards


def test_a_renderer_that_is_killed_counts_as_a_try_and_blames_nobody(place: Place) -> None:
    batch = BatchAtWork.begun(place, "killed", shards=2, per_shard=150)
    pods = place.until("both render", lambda: [pod for pod in batch.pods() if batch.written(index_of(pod))][1:])
    uid, shard = _uid(pods[0]), index_of(pods[0])

    renderer = pod_processes.renderer_of(uid)
    assert renderer is not None
    renderer.signal(signal.SIGKILL)

    batch.succeeded()
    tries = {_uid(pod): tries_before(pod) for pod in place.pods() if index_of(pod) == shard}
    assert tries.pop(uid) == 0
    assert list(tries.values()) == [1]
    # it began with what the dead one may have had in hand, each document alone
    kinds = {one.header.kind for one in batch.segments(shard) if one.header.attempt != uid}
    assert "intent" in kinds
    assert {record.status for record in batch.records().values()} == {"succeeded"}


@dataclass(frozen=True)
class Outcomes:
    """What became of four batches with something in them that kills.

    Attributes:
        batches, statuses: by name.
        deaths: how many containers were ended for a batch.
        told: what the batch whose engines never stay up said meanwhile.
    """

    place: Place
    batches: dict[str, BatchAtWork]
    statuses: dict[str, dict[str, Any]]
    deaths: dict[str, int]
    told: str

    def all_but_one(self, name: str) -> dict[str, Any]:
        """The failure of the one document that failed, of a batch that has succeeded otherwise."""
        status, batch = self.statuses[name], self.batches[name]
        assert status["phase"] == "Succeeded", self.place.story()
        counts = status["documents"]
        assert (counts["succeeded"], counts["failed"]) == (batch.documents - 1, 1)
        assert self.place.problems(name) == []
        (failure,) = status["failures"]
        assert (failure["row"], failure["name"]) == (POISON, f"{POISON:06d}.pdf")
        return dict(failure)


@pytest.fixture(scope="module")
def outcomes(cluster: Access, installed: Installation) -> Iterator[Outcomes]:
    """All at once: most of their time is Kubernetes' back-off."""
    if not isinstance(cluster, Cluster):
        pytest.skip("containers are killed from the machine that they run on")
    place = Place.make(cluster, f"killers-{os.getpid()}")
    page = HEAVY.replace("range(30000)", "range(90000)").replace("<div>", "<div style='float:left'>")
    batches = {
        "poison": _tolerant(place, "poison", HEAVY, retries={"document": 1}),
        "condemned": _tolerant(place, "condemned", HEAVY, retries={"document": 0, "shard": 3}),
        "memory": _tolerant(place, "memory", page, retries={"document": 1}, engine_memory="350Mi"),
        "crashing": BatchAtWork.begun(place, "crashing", shards=2, per_shard=10, retries={"shard": 0}),
    }
    deaths: Counter[str] = Counter()

    def crashing() -> pod_processes.PodProcess | None:
        """An engine of the first shard, as soon as it is there."""
        pods = [pod for pod in batches["crashing"].pods() if index_of(pod) == 0]
        return next(filter(None, (pod_processes.engine_of(_uid(pod)) for pod in pods)), None)

    with (
        _killing(lambda: _with_the_poison(batches["poison"], pod_processes.engine_of), "poison", deaths),
        _killing(lambda: _with_the_poison(batches["condemned"], pod_processes.renderer_of), "condemned", deaths),
        _killing(crashing, "crashing", deaths),
    ):
        told = place.until("it says so", lambda: _said(place, "crashing", "EngineCrashing"), within=90)["message"]
        statuses = {name: place.ended(name, within=240) for name in batches}
    yield Outcomes(place, batches, statuses, dict(deaths), told)
    place.remove()


def test_a_document_that_kills_each_engine_is_named_and_its_neighbours_succeed(outcomes: Outcomes) -> None:
    failure = outcomes.all_but_one("poison")

    # retries.document is 1: two engines are enough
    assert failure["reason"] == "EngineCrashed"
    assert outcomes.deaths["poison"] == 2
    assert outcomes.batches["poison"].records()[POISON].tries == 2
    # and its shard was tried once
    pods = [pod for pod in outcomes.place.pods() if pod["metadata"]["labels"]["pdfbatch.io/batch"] == "poison"]
    assert [tries_before(pod) for pod in pods] == [0, 0]


def test_a_page_that_takes_all_of_the_engines_memory_is_named(outcomes: Outcomes) -> None:
    failure = outcomes.all_but_one("memory")

    assert failure["reason"] == "EngineCrashed"
    assert outcomes.batches["memory"].records()[POISON].tries == 2


def test_a_row_that_kills_each_renderer_is_condemned(outcomes: Outcomes) -> None:
    failure = outcomes.all_but_one("condemned")

    # the second renderer had it alone in hand, and retries.document is 0
    assert failure["reason"] == "RendererKilled"
    assert outcomes.deaths["condemned"] == 2


def test_an_engine_that_never_stays_up_is_told_and_ends_the_shard(outcomes: Outcomes) -> None:
    status = outcomes.statuses["crashing"]

    assert "kubectl logs" in outcomes.told and "-c engine" in outcomes.told
    # it is not waited for for ever: what could be rendered is there, and the rest says why it is not
    assert status["phase"] == "Failed"
    counts = status["documents"]
    assert (counts["succeeded"], counts["failed"], status["shards"]["failed"]) == (10, 10, 1)
    missing = [line for line in outcomes.place.manifest("crashing") if line["status"] == "failed"]
    assert [line["row"] for line in missing] == list(range(1, 11))
    assert all("no browser answers" in line["message"] for line in missing)
    assert outcomes.place.problems("crashing") == []


# ---- Parts -------------------------------------------------------------------------------------------------------


def _tolerant(place: Place, name: str, template: str, *, engine_memory: str = "", **spec: Any) -> BatchAtWork:
    """A batch of two shards in which one document may fail."""
    batch = place.sharded(
        name,
        shards=2,
        per_shard=20,
        template={"inline": template},
        renderers=2,
        failurePolicy={"maxFailedDocuments": 1},
        **spec,
    )
    if engine_memory:
        batch["spec"]["podTemplate"]["engineResources"]["limits"] = {"memory": engine_memory}
    place.apply(batch)
    return BatchAtWork(place, name, 2, 20)


def _with_the_poison(
    batch: BatchAtWork, of: Callable[[str], pod_processes.PodProcess | None]
) -> pod_processes.PodProcess | None:
    """The container that has the poison in hand: all rows before it are done, and a tab works on something large."""
    if len(batch.written(0)) < POISON - 1 or POISON in batch.records():
        return None
    for pod in batch.pods():
        processes = pod_processes.processes_of(_uid(pod)) if index_of(pod) == 0 else []
        if any(one.is_tab and one.cpu_seconds > _LARGE for one in processes):
            return of(_uid(pod))
    return None


@contextmanager
def _killing(
    victim: Callable[[], pod_processes.PodProcess | None], name: str, deaths: "Counter[str]"
) -> Iterator[None]:
    """Ends what `victim` names, whenever it names one, while the block runs."""
    over = threading.Event()
    killed: set[int] = set()  # the last may still be there for a moment
    mistakes: list[BaseException] = []

    def kill() -> None:
        try:
            while not over.wait(0.1):
                found = victim()
                if found is not None and found.pid not in killed:
                    killed.add(found.pid)
                    found.signal(signal.SIGKILL)
                    deaths[name] += 1
        except BaseException as mistake:  # noqa: BLE001 (told by the thread that waits)
            mistakes.append(mistake)

    thread = threading.Thread(target=kill, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join(30)
    assert mistakes == []


def _engines(batch: BatchAtWork) -> dict[str, pod_processes.PodProcess]:
    """The engines that run, by their pods' uids; of a pod near its shard's end none, for it may need none again."""
    at_work = [pod for pod in batch.pods() if len(batch.written(index_of(pod))) < batch.per_shard * 2 // 3]
    found = {_uid(pod): pod_processes.engine_of(_uid(pod)) for pod in at_work}
    return {uid: engine for uid, engine in found.items() if engine is not None}


def _is_gone(uid: str, engine: pod_processes.PodProcess) -> bool:
    return pod_processes.engine_of(uid) != engine


def _uid(pod: dict[str, Any]) -> str:
    return str(pod["metadata"]["uid"])


def _restarts(pod: dict[str, Any]) -> int:
    """How often the kubelet has started the pod's engine again."""
    return int(pod["status"]["initContainerStatuses"][0]["restartCount"])


def _said(place: Place, name: str, reason: str) -> dict[str, Any]:
    conditions = place.status(name).get("conditions", [])
    return next((one for one in conditions if (one["status"], one["reason"]) == ("True", reason)), {})
