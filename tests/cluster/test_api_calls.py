"""What a batch costs the API server does not grow with its documents."""

from collections import Counter

from devcluster import Cluster

from tests.cluster.a_place import Place
from tests.cluster.an_audit import Audit

SHARDS = 2
# Figures are written every two seconds at most, so that a longer batch has a few writes more, whatever its size.
MORE = 6


def test_twenty_times_the_documents_are_no_more_calls(place: Place, own_cluster: Cluster) -> None:
    few, few_seconds = _calls(place, own_cluster, "few", documents=40)
    many, many_seconds = _calls(place, own_cluster, "many", documents=800)

    print(f"\n40 documents: {few_seconds:.0f} s, {dict(few)}\n800 documents: {many_seconds:.0f} s, {dict(many)}")
    # what is made, is made once
    for call in ("create jobs", "create configmaps", "create events", "get configmaps"):
        assert many[call] == few[call], call
    assert many["create jobs"] == 3
    assert many.total() <= few.total() + MORE
    assert many.total() <= 30


def _calls(place: Place, cluster: Cluster, name: str, *, documents: int) -> tuple[Counter[str], float]:
    audit = Audit(cluster)
    place.apply(place.sharded(name, shards=SHARDS, per_shard=documents // SHARDS, renderers=2))
    place.succeeded(name, documents=documents, within=180)
    calls = audit.operator(place.namespace)
    return Counter(f"{call.verb} {call.what}" for call in calls), calls[-1].at - calls[0].at
