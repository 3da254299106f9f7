"""The probe: finds out before a batch begins whether a store can do what the batch will need."""

from pdfbatch_api.errors import PreconditionError, StoreError, StoreRefusedError, Where
from pdfbatch_api.protocols import Store


def probe(store: Store, token: str) -> None:
    """Writes, reads and deletes a small object, and tries to overwrite it with a write that must not.

    Args:
        store: its errors say what to do.
        token: random; two probes at once must not meet.

    Raises:
        StoreRefusedError: also when the store does not do what it says.
        StoreError.
    """
    name = f".pdfbatch/probe-{token}"
    content = f"pdfbatch probe {token}\n".encode()
    store.put(name, content, create_only=True)
    try:
        if store.get(name) != content:
            raise _useless(store, "an object that was just written reads differently")
        try:
            store.put(name, content + b"overwritten\n", create_only=True)
        except PreconditionError:
            pass
        else:
            # Older S3 servers ignore If-None-Match. Two plans would then overwrite each other.
            raise _useless(store, "the store overwrites an object though it was told not to (If-None-Match)")
    except StoreError:
        _try_to_delete(store, name)
        raise
    store.delete(name)


def _try_to_delete(store: Store, name: str) -> None:
    try:
        store.delete(name)
    except StoreError:
        return  # the first error is the one to tell


def _useless(store: Store, what: str) -> StoreRefusedError:
    return StoreRefusedError(
        what, where=Where(uri=store.uri), hint="Use a newer version of this store, or another store"
    )
