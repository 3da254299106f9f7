"""What is known never goes back, whatever comes first: the watch's news or the answer to our own write."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from pdfbatch_operator.cluster.store import Seen, Store

Change = tuple[Seen[str] | None, Seen[str] | None]


def a_store() -> tuple[Store[str], list[Change]]:
    """A store, and what it has told."""
    changes: list[Change] = []
    return Store(lambda old, new: changes.append((old, new))), changes


def an_object(
    uid: str = "u", version: int = 1, group: str = "batch", value: str = "", namespace: str = "n"
) -> Seen[str]:
    return Seen(uid, namespace, f"name-of-{uid}", str(version), group, value)


def test_an_object_is_found_by_its_uid_and_its_group() -> None:
    store, changes = a_store()
    seen = an_object()
    store.put(seen)
    assert store.get("u") == seen
    assert dict(store.of("batch")) == {"u": seen}
    assert changes == [(None, seen)]


def test_older_news_and_the_same_news_change_nothing() -> None:
    store, changes = a_store()
    store.put(an_object(version=10, value="new"))
    store.put(an_object(version=9, value="old"))
    store.put(an_object(version=10, value="again"))
    seen = store.get("u")
    assert seen is not None and seen.value == "new"
    assert len(changes) == 1


def test_versions_are_numbers() -> None:
    store, _ = a_store()
    store.put(an_object(version=9))
    store.put(an_object(version=10, value="ten"))
    seen = store.get("u")
    assert seen is not None and seen.value == "ten"


def test_what_is_gone_does_not_come_back_by_a_late_answer() -> None:
    store, changes = a_store()
    store.put(an_object(version=5))
    store.remove("u")
    store.put(an_object(version=6))
    assert store.get("u") is None
    assert not store.of("batch")
    assert changes[-1][1] is None


def test_a_listing_removes_what_it_does_not_have() -> None:
    store, changes = a_store()
    store.put(an_object("a", 5))
    store.put(an_object("b", 6))
    store.replace(None, [an_object("b", 6)], "20")
    assert store.get("a") is None
    assert store.get("b") is not None
    assert (changes[-1][0] or an_object()).uid == "a"


def test_a_listing_leaves_what_was_made_while_it_was_on_its_way() -> None:
    store, _ = a_store()
    store.put(an_object("ours", 21))
    store.replace(None, [], "20")
    assert store.get("ours") is not None


def test_a_listing_of_one_namespace_leaves_the_others() -> None:
    store, _ = a_store()
    store.put(an_object("a", 5, namespace="one"))
    store.put(an_object("b", 5, namespace="two"))
    store.replace("one", [], "20")
    assert store.get("a") is None
    assert store.get("b") is not None


def test_an_object_that_changes_its_group_leaves_the_old_one() -> None:
    store, _ = a_store()
    store.put(an_object(version=1, group="x"))
    store.put(an_object(version=2, group="y"))
    assert not store.of("x")
    assert list(store.of("y")) == ["u"]


@given(
    st.permutations(range(1, 9)),
    st.integers(0, 8),
    st.booleans(),
)
def test_in_whatever_order_versions_come_the_newest_stays(order: list[int], removed_after: int, removed: bool) -> None:
    """Given the versions of an object in any order, and its removal anywhere between: the end is the same."""
    store, changes = a_store()
    for position, version in enumerate(order):
        if removed and position == removed_after:
            store.remove("u")
        store.put(replace(an_object(), version=str(version), value=f"v{version}"))
    if removed and removed_after < len(order):
        assert store.get("u") is None
    else:
        seen = store.get("u")
        assert seen is not None and seen.value == "v8"
    told = [new.version for _, new in changes if new is not None]
    assert told == sorted(told, key=int)
