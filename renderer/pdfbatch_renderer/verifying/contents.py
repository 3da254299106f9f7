"""Whether each stored document is, byte for byte, the one that its record names. Reads with several threads."""

import hashlib
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import IO, Final, Self

from pdfbatch_api.errors import ObjectMissingError, StoreError
from pdfbatch_api.protocols import Store
from pdfbatch_renderer.finishing.manifest_reader import AuditLine
from pdfbatch_renderer.verifying.findings import Findings

# Against a store across a network the wait is what costs; on a disk sixteen do no harm.
_READERS: Final = 16
_TOGETHER: Final = 32
_BLOCK: Final = 1 << 20
AGAIN: Final = "restore it from a backup, or render the batch anew with `pdfbatch run --new`"


def digest_of(stream: IO[bytes]) -> tuple[str, int]:
    """The sha256 (hex) of what is left of a stream, and how many bytes that was."""
    sha256 = hashlib.sha256()
    size = 0
    while block := stream.read(_BLOCK):
        sha256.update(block)
        size += len(block)
    return sha256.hexdigest(), size


class ContentAudit:
    """Takes lines whose object exists in the right size, and compares digests behind the scenes.

    A context manager; everything is compared once it is left.

    Args:
        on_checked: told how many more documents were compared.
    """

    def __init__(self, store: Store, findings: Findings, on_checked: Callable[[int], None]) -> None:
        self._store = store
        self._findings = findings
        self._on_checked = on_checked
        self._batch: list[AuditLine] = []
        self._under_way: deque[tuple[list[AuditLine], Future[list[tuple[str, int]]]]] = deque()
        self.bytes = 0

    def __enter__(self) -> Self:
        self._pool = ThreadPoolExecutor(_READERS, "verify")
        return self

    def add(self, line: AuditLine) -> None:
        """Takes a line of a succeeded document that is an object of its own."""
        self._batch.append(line)
        if len(self._batch) == _TOGETHER:
            self._send()
            if len(self._under_way) > 2 * _READERS:
                self._take()

    def _send(self) -> None:
        lines, self._batch = self._batch, []
        self._under_way.append((lines, self._pool.submit(self._read, lines)))

    def _read(self, lines: list[AuditLine]) -> list[tuple[str, int]]:
        results = []
        for line in lines:
            try:
                with self._store.stream(line.name) as stream:
                    results.append(digest_of(stream))
            except ObjectMissingError:
                results.append(("", -1))
            except StoreError as error:
                results.append((str(error), -2))
        return results

    def _take(self) -> None:
        lines, future = self._under_way.popleft()
        for line, (digest, size) in zip(lines, future.result(), strict=True):
            self.bytes += max(size, 0)
            if digest == line.sha256:
                continue
            where = f"{line.name!r} (row {line.row})"
            if size == -1:
                self._findings.add("MissingDocument", f"{where} went away during this audit; {AGAIN}", row=line.row)
            elif size == -2:
                self._findings.add("Unreadable", f"{where} cannot be read: {digest}", row=line.row, name=line.name)
            else:
                self._findings.add(
                    "OtherContent",
                    f"{where} holds other bytes than were written: its sha256 is {digest}, "
                    f"and the manifest says {line.sha256}; {AGAIN}",
                    row=line.row,
                    name=line.name,
                )
        self._on_checked(len(lines))

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._pool:
            if kind is not None:
                self._pool.shutdown(wait=False, cancel_futures=True)
                return
            if self._batch:
                self._send()
            while self._under_way:
                self._take()
