"""The operator dies, alone or with its other replica, or loses its API server: batches end as if nothing had been."""

import random
import time
from collections import Counter
from collections.abc import Callable

import pytest
from devcluster import Cluster

from tests.cluster.a_batch_at_work import BatchAtWork
from tests.cluster.a_place import Place
from tests.cluster.an_audit import Audit
from tests.cluster.installation import Installation, kill_replica

# Seconds from apply to finish of these batches, about: the moment of the blow is drawn from it.
_LASTS = 15.0


def _kill_the_leader(cluster: Cluster, installed: Installation) -> None:
    kill_replica(cluster, installed.leader())


def _kill_all_replicas(cluster: Cluster, installed: Installation) -> None:
    for pod in installed.pods():
        kill_replica(cluster, pod)


def _restart_the_api_server(cluster: Cluster, installed: Installation) -> None:
    cluster.kill_api_server()
    time.sleep(2)
    cluster.start_api_server()


BLOWS: dict[str, Callable[[Cluster, Installation], None]] = {
    "the leader is killed": _kill_the_leader,
    "all replicas are killed at once": _kill_all_replicas,
    "the API server is killed and started again": _restart_the_api_server,
}


@pytest.mark.parametrize("blow", BLOWS)
def test_a_batch_ends_as_if_nothing_had_been(
    own_cluster: Cluster, installed: Installation, place: Place, blow: str
) -> None:
    # given two batches in different stages
    seed = random.randrange(1_000_000)
    chance = random.Random(seed)
    audit = Audit(own_cluster)
    names = ("one", "two")
    batches = []
    for name in names:
        batches.append(BatchAtWork.begun(place, name, shards=3, per_shard=30))
        time.sleep(chance.uniform(0, _LASTS / 3))

    # when, at some moment
    moment = chance.uniform(0, _LASTS / 3)
    print(f"\n{blow} after {moment:.1f} s (seed {seed})")
    time.sleep(moment)
    began = time.monotonic()
    BLOWS[blow](own_cluster, installed)

    # then each ends with all its documents, counted once
    for batch in batches:
        status = batch.succeeded()
        assert status["shards"] == {"total": 3, "succeeded": 3, "active": 0, "failed": 0, "unaccounted": 0}
    print(f"all are done {time.monotonic() - began:.1f} s later")

    # by one Job of a kind each, and one pod a shard
    made = Counter(
        call.name
        for call in audit.operator(place.namespace)
        if (call.verb, call.what, call.code) == ("create", "jobs", 201)
    )
    jobs = [job["metadata"]["name"] for job in place.get("jobs")["items"]]
    assert len(jobs) == 3 * len(names)
    # (an API server may be killed after it has made one and before it has written its log)
    unlogged = int(blow.startswith("the API server"))
    assert len(jobs) - unlogged <= made.total() <= len(jobs), made
    assert len(place.pods("render")) == 3 * len(names)
    # and a person who describes it reads its story, each step once; what one turn told of as the blow fell may lack
    for name in names:
        told = Counter(event.partition(":")[0] for event in place.events(name))
        steps = {"Planning", "Planned", "Scaled", "Finishing", "Complete"}
        lacks = steps - told.keys()
        assert len(lacks) <= 1 or lacks == {"Planned", "Scaled"}, told
        assert told.total() == len(told), told
