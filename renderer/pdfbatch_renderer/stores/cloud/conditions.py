"""Of several attempts at a document whose bytes differ, the first stays: what a bucket must do for that.

A document is written only where there is none (If-None-Match), or in the place of just the one that an earlier batch
left (If-Match), and carries its plan's mark as metadata: whoever is refused reads whose it is that stands there.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pdfbatch_api.errors import StoreError, StoreRefusedError, Where
from pdfbatch_renderer.stores.cloud.requests import put_settings, replacing

if TYPE_CHECKING:
    from obstore import UpdateVersion

    from pdfbatch_renderer.stores.cloud.store import CloudStore


@dataclass(frozen=True, slots=True)
class Standing:
    """An object that was there first.

    Attributes:
        size: in bytes.
        version: by which it can be replaced, it and no other.
        data: its bytes; None where it is another plan's.
    """

    size: int
    version: "UpdateVersion"
    data: bytes | None


def probe_conditions(store: "CloudStore", token: str) -> None:
    """Finds out whether the store keeps marks and replaces an object only while it is the one that was read.

    Raises:
        StoreRefusedError: it does not, and two attempts at a document could overwrite each other's.
        StoreError.
    """
    name = f".pdfbatch/probe-{token}-conditions"
    store.put_if(name, b"first", put_settings(5, create=True, mark=token))
    try:
        first = store.standing(name, mark=token)
        if first is None or first.data is None:
            raise _useless(store, "does not keep the metadata of an object")
        if store.put_if(name, b"second", replacing(first.version, mark=token)) is None:
            raise _useless(store, "does not replace an object that is the one that was named (If-Match)")
        if store.put_if(name, b"third", replacing(first.version, mark=token)) is not None:
            raise _useless(store, "replaces an object though another one was named (If-Match)")
    except StoreError:
        _try_to_delete(store, name)
        raise
    store.delete(name)


def _try_to_delete(store: "CloudStore", name: str) -> None:
    try:
        store.delete(name)
    except StoreError:
        return  # the first error is the one to tell


def _useless(store: "CloudStore", what: str) -> StoreRefusedError:
    return StoreRefusedError(
        f"the store {what}, and the documents of this batch differ from attempt to attempt: two could overwrite each "
        "other",
        where=Where(uri=store.uri),
        hint="Use a newer version of this store, another store, or an engine that gives the same bytes for the same "
        "row (docs/engines.md)",
    )
