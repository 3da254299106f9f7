"""Takes files to the store: whole, several at a time, and not again what lies there already."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

from pdfbatch_api.errors import ObjectMissingError
from pdfbatch_api.protocols import Store
from pdfbatch_kubectl.running.parcels import LocalFile, Parcel

_AT_ONCE: Final = 8


@dataclass(frozen=True, slots=True)
class Uploaded:
    """What was done: files and bytes that were sent, and files that lay there already."""

    sent: int = 0
    sent_bytes: int = 0
    there: int = 0


def upload(store: Store, parcels: Iterable[Parcel], *, on_file: Callable[[LocalFile], None]) -> Uploaded:
    """Uploads parcels below a store's root.

    A name holds the digest of its parcel's content and writes are whole, so an object of the same size is the same.

    Args:
        on_file: told of each file that is there, from several threads.

    Raises:
        StoreError.
    """

    def one(parcel: Parcel, file: LocalFile) -> tuple[bool, int]:
        name = f"{parcel.digest}/{file.name}"
        try:
            there = store.stat(name).size == file.size
        except ObjectMissingError:
            there = False
        if not there:
            store.put_file(name, str(file.path))
        on_file(file)
        return there, file.size

    work = [(parcel, file) for parcel in parcels for file in parcel.files]
    with ThreadPoolExecutor(_AT_ONCE) as threads:
        done = list(threads.map(lambda each: one(*each), work))
    return Uploaded(
        sent=sum(not there for there, _ in done),
        sent_bytes=sum(size for there, size in done if not there),
        there=sum(there for there, _ in done),
    )
