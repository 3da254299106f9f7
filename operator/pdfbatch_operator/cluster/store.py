"""Objects as they were last seen, of one resource: fed by a watch, and by the answers to our own writes.

Whichever comes first, the newer one stays. Without this, a turn right after a write would see the world as it was
before, and do the same again.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Generic, TypeAlias, TypeVar

T = TypeVar("T")

# Removed uids that are remembered: an answer to a write of ours may arrive after the news that the object is gone.
_REMEMBERED: Final = 10_000


@dataclass(frozen=True, slots=True)
class Seen(Generic[T]):
    """An object.

    Attributes:
        version: its resourceVersion.
        group: what it is looked up by: a batch's uid.
        value: what is kept of it.
    """

    uid: str
    namespace: str
    name: str
    version: str
    group: str
    value: T


# The object before and after; None: it was not there, it is no more.
Changed: TypeAlias = Callable[[Seen[T] | None, Seen[T] | None], None]


class Store(Generic[T]):
    """The objects of one resource.

    Args:
        changed: told of each change, after it.
    """

    def __init__(self, changed: Changed[T]) -> None:
        self._changed = changed
        self._objects: dict[str, Seen[T]] = {}
        self._groups: dict[str, dict[str, Seen[T]]] = {}
        self._removed: OrderedDict[str, None] = OrderedDict()

    def __len__(self) -> int:
        return len(self._objects)

    def __iter__(self) -> Iterator[Seen[T]]:
        return iter(list(self._objects.values()))

    def get(self, uid: str) -> Seen[T] | None:
        """The object of that uid."""
        return self._objects.get(uid)

    def of(self, group: str) -> Mapping[str, Seen[T]]:
        """The objects of a group, by uid."""
        return self._groups.get(group, {})

    def put(self, seen: Seen[T]) -> None:
        """Take in an object, unless what is known of it is as new, or it is known to be gone."""
        old = self._objects.get(seen.uid)
        if seen.uid in self._removed or (old is not None and not _newer(seen.version, old.version)):
            return
        if old is not None and old.group != seen.group:
            self._forget(old)
        self._objects[seen.uid] = seen
        self._groups.setdefault(seen.group, {})[seen.uid] = seen
        self._changed(old, seen)

    def remove(self, uid: str) -> None:
        """The object is gone for good: uids do not come back."""
        self._removed[uid] = None
        if len(self._removed) > _REMEMBERED:
            self._removed.popitem(last=False)
        old = self._objects.get(uid)
        if old is not None:
            self._forget(old)
            self._changed(old, None)

    def replace(self, namespace: str | None, listed: Iterable[Seen[T]], version: str) -> None:
        """Take in a whole listing: what it does not have is gone, though nobody told.

        Args:
            namespace: the one that was listed; None: all.
            version: the listing's resourceVersion. What is known to be newer (an object that we made while it was on
                its way) stays.
        """
        present = set()
        for seen in listed:
            present.add(seen.uid)
            self.put(seen)
        for old in list(self._objects.values()):
            in_scope = namespace is None or old.namespace == namespace
            if in_scope and old.uid not in present and not _newer(old.version, version):
                self.remove(old.uid)

    def _forget(self, old: Seen[T]) -> None:
        del self._objects[old.uid]
        group = self._groups[old.group]
        del group[old.uid]
        if not group:
            del self._groups[old.group]


def _newer(one: str, other: str) -> bool:
    """Whether a resourceVersion is later than another of the same resource.

    They are numbers that grow (KEP-5504: guaranteed since Kubernetes 1.35, true of etcd ever since). Of what is no
    number, the later to arrive counts as the newer.
    """
    if one.isdigit() and other.isdigit():
        return int(one) > int(other)
    return one != other
