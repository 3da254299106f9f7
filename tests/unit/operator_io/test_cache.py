"""Which batch a change is about."""

import json

from pdfbatch_operator.cache import Cache, read_node, read_pod
from tests.unit.operator_io.a_world import UID, a_node, a_pod


def a_cache() -> tuple[Cache, list[str]]:
    """A cache with a pod on node1, and what it marks from here on."""
    marks: list[str] = []
    cache = Cache(lambda uid, edited: marks.append(uid))
    seen = read_pod(json.dumps(a_pod()).encode())
    assert seen is not None
    cache.pods.put(seen)
    marks.clear()
    return cache, marks


def node(name: str = "node1", *, lost: bool = False, version: str = "3"):  # type: ignore[no-untyped-def]
    return read_node(json.dumps(a_node(name, lost=lost, version=version)).encode())


def test_a_node_that_is_lost_marks_the_batches_that_have_pods_there() -> None:
    cache, marks = a_cache()
    cache.nodes.put(node())
    marks.clear()
    cache.nodes.put(node(lost=True, version="4"))
    assert marks == [UID]
    assert cache.unreachable("node1") is True


def test_a_nodes_heartbeat_marks_nobody() -> None:
    cache, marks = a_cache()
    cache.nodes.put(node())
    marks.clear()
    cache.nodes.put(node(version="4"))
    assert marks == []


def test_another_node_marks_nobody() -> None:
    cache, marks = a_cache()
    cache.nodes.put(node("node2", lost=True))
    assert marks == []


def test_a_node_that_is_deleted_is_unknown_and_its_batches_are_marked() -> None:
    cache, marks = a_cache()
    cache.nodes.put(node())
    marks.clear()
    cache.nodes.remove("uid-node1")
    assert marks == [UID]
    assert cache.unreachable("node1") is None


def test_a_node_that_comes_again_under_its_old_name_is_known() -> None:
    cache, _ = a_cache()
    cache.nodes.put(node())
    again = a_node(version="9")
    again["metadata"]["uid"] = "another"
    cache.nodes.put(read_node(json.dumps(again).encode()))  # type: ignore[arg-type]
    cache.nodes.remove("uid-node1")  # the news of the old one's end comes last
    assert cache.unreachable("node1") is False
