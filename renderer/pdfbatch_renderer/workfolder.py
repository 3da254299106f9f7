"""The work folder: where plan, render and finish meet, though they never run in one process.

Its layout is the contract's (pdfbatch_api.plan, pdfbatch_api.records); this is the one place that reads and
writes it. All calls block; whoever is asynchronous calls them in a thread.
"""

import time
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import msgspec
import zstandard

from pdfbatch_api.errors import ObjectMissingError, PreconditionError, Where, WorkFolderError
from pdfbatch_api.plan import PLAN_NAME, SEALED_NAME, Plan, PlannedRetry, PlannedRow, records_prefix, retry_name
from pdfbatch_api.protocols import Store
from pdfbatch_api.records import (
    Record,
    Segment,
    SegmentHeader,
    decode_segment,
    encode_segment,
    is_segment_name,
    segment_name,
)
from pdfbatch_renderer.input_file import InputWriter, read_rows

__all__ = ["InputWriter", "Seal", "WorkFolder"]

# A shard has about a segment a second of its life. Read one after the other from S3 (20 ms each), the records of
# a large batch would take finish longer than the batch itself took to render.
_READERS: Final = 16


class Seal(msgspec.Struct, frozen=True, omit_defaults=True):
    """What `sealed` holds: why the batch ended, and when (seconds since the epoch).

    Attributes:
        generation: the last that is sealed: attempts of this one and of those before write no more.
    """

    reason: str = ""
    at: float = 0.0
    generation: int = 0


class WorkFolder:
    """A batch's work folder.

    Args:
        store: where it lies.
        prefix: the folder's name in the store, with or without a / at its end; empty for the store's root.
    """

    def __init__(self, store: Store, prefix: str = "") -> None:
        self.store = store
        self.prefix = f"{prefix.strip('/')}/" if prefix.strip("/") else ""

    @property
    def uri(self) -> str:
        """The folder's absolute URI, ending in /."""
        return self.store.uri + self.prefix

    # ---- the plan

    def load_plan(self) -> Plan | None:
        """The batch's plan, or None when there is none yet.

        Raises:
            WorkFolderError: plan.json is not a plan of this version.
            StoreError.
        """
        try:
            data = self.store.get(self.prefix + PLAN_NAME)
        except ObjectMissingError:
            return None
        try:
            return msgspec.json.decode(data, type=Plan)
        except msgspec.MsgspecError as error:
            raise self._broken(PLAN_NAME, f"this is not a plan that this version can read ({error})") from error

    def create_plan(self, plan: Plan) -> Plan:
        """Makes `plan` the batch's plan, unless there is one already: returns the one that holds.

        Raises:
            StoreError.
        """
        try:
            self.store.put(self.prefix + PLAN_NAME, msgspec.json.encode(plan), create_only=True)
        except PreconditionError:
            winner = self.load_plan()
            if winner is None:
                raise
            return winner
        return plan

    def load_retry(self, generation: int) -> PlannedRetry | None:
        """What a retry renders, or None when that is not planned yet.

        Raises:
            WorkFolderError: it cannot be read.
            StoreError.
        """
        name = retry_name(generation)
        try:
            return msgspec.json.decode(self.store.get(self.prefix + name), type=PlannedRetry)
        except ObjectMissingError:
            return None
        except msgspec.MsgspecError as error:
            raise self._broken(name, f"this is not a retry that this version can read ({error})") from error

    def create_retry(self, retry: PlannedRetry) -> PlannedRetry:
        """Makes this what the retry renders, unless that is planned already: returns what holds.

        Raises:
            StoreError.
        """
        try:
            self.store.put(self.prefix + retry_name(retry.generation), msgspec.json.encode(retry), create_only=True)
        except PreconditionError:
            return self.load_retry(retry.generation) or retry
        return retry

    # ---- what a plan froze

    def write_input(self, plan_folder: str, shard: int, path: str) -> None:
        """Stores a shard's input file that an `InputWriter` made at the local `path`."""
        self.store.put_file(f"{self.prefix}{plan_folder}/input/{shard:05d}.zst", path)

    def rows(self, plan: Plan, shard: int) -> Iterator[PlannedRow]:
        """A shard's rows in order, streamed.

        Raises:
            WorkFolderError: the input file is missing, broken, or not the one that was planned.
        """
        name = plan.input_name(shard)
        planned = plan.shards[shard]
        try:
            stream = self.store.stream(self.prefix + name)
        except ObjectMissingError as error:
            raise self._broken(name, "the shard's input is missing", shard=shard) from error
        with stream:
            try:
                yield from read_rows(stream, documents=planned.documents, digest=planned.digest)
            except (ValueError, zstandard.ZstdError) as error:
                raise self._broken(name, f"the shard's input is damaged: {error}", shard=shard) from error

    def write_template(self, plan_folder: str, files: Mapping[str, bytes]) -> None:
        """Stores the template's files (path to content) as one object: one write, one read by every renderer."""
        packed = msgspec.msgpack.encode(dict(sorted(files.items())))
        self.store.put(self.prefix + _template_name(plan_folder), zstandard.compress(packed, 3))

    def read_template(self, plan_folder: str) -> dict[str, bytes]:
        """The files that `write_template` stored.

        Raises:
            WorkFolderError: they are missing or broken.
        """
        name = _template_name(plan_folder)
        try:
            packed = zstandard.decompress(self.store.get(self.prefix + name))
            return msgspec.msgpack.decode(packed, type=dict[str, bytes])
        except ObjectMissingError as error:
            raise self._broken(name, "the template's copy is missing") from error
        except (zstandard.ZstdError, msgspec.MsgspecError) as error:
            raise self._broken(name, f"the template's copy is damaged ({error})") from error

    # ---- records

    def write_segment(self, header: SegmentHeader, records: Iterable[Record] = ()) -> None:
        """Stores a segment; durable when it returns."""
        name = records_prefix(header.shard) + segment_name(header)
        self.store.put(self.prefix + name, encode_segment(header, records))

    def segments_of(self, plan: str, shard: int) -> list[Segment]:
        """All segments of all attempts at a plan's shard, sorted by name.

        An attempt at another plan, of a batch that was started over while it ran, is none of this one.

        Args:
            plan: its digest.

        Raises:
            WorkFolderError, StoreError: see `segments`.
        """
        return [segment for segment in self.segments(shard) if segment.header.plan == plan]

    def segments(self, shard: int) -> list[Segment]:
        """All segments that lie in a shard's folder, sorted by name.

        Raises:
            WorkFolderError: a segment is cut off, damaged, or lies under a name that is not its own.
        """
        folder = self.prefix + records_prefix(shard)
        names = [info.name for info in self.store.list(folder) if is_segment_name(info.name.rpartition("/")[2])]
        if len(names) < 3:
            return [self._segment(name, shard) for name in names]
        with ThreadPoolExecutor(min(_READERS, len(names)), "segments") as pool:
            return list(pool.map(self._segment, names, [shard] * len(names)))

    def _segment(self, name: str, shard: int) -> Segment:
        data = self.store.get(name)
        short = name.removeprefix(self.prefix)
        if not data.endswith(b"\n"):
            raise self._broken(short, "this segment of records is cut off", shard=shard)
        try:
            segment = decode_segment(data)
        except msgspec.MsgspecError as error:
            raise self._broken(short, f"this segment of records is damaged ({error})", shard=shard) from error
        if segment.header.shard != shard or segment_name(segment.header) != name.rpartition("/")[2]:
            raise self._broken(short, "this segment of records lies under another one's name", shard=shard)
        return segment

    # ---- the end

    def seal(self, reason: str = "", generation: int = 0) -> Seal:
        """Ends the batch: attempts stop writing when they see it. A seal that is there already holds, unless it is of
        an earlier generation.

        Args:
            reason: why the batch ended, for the rows that have no record; empty when nothing special happened.
            generation: of the retry that ends; 0: of the first run.
        """
        seal = Seal(reason, time.time(), generation)
        data = msgspec.json.encode(seal)
        try:
            self.store.put(self.prefix + SEALED_NAME, data, create_only=True)
        except PreconditionError:
            there = self.read_seal()
            if there is not None and there.generation >= generation:
                return there
            self.store.put(self.prefix + SEALED_NAME, data)
        return seal

    def read_seal(self) -> Seal | None:
        """The batch's seal, or None while it is open."""
        try:
            return msgspec.json.decode(self.store.get(self.prefix + SEALED_NAME), type=Seal)
        except ObjectMissingError:
            return None
        except msgspec.MsgspecError as error:
            raise self._broken(SEALED_NAME, f"this is not a seal ({error})") from error

    def sealed(self, generation: int = 0) -> bool:
        """Whether the batch was ended, or its retry of that generation."""
        if generation:
            seal = self.read_seal()
            return seal is not None and seal.generation >= generation
        try:
            self.store.stat(self.prefix + SEALED_NAME)
        except ObjectMissingError:
            return False
        return True

    def unseal(self) -> None:
        """Opens an ended batch again, for `retry` on one machine.

        In a cluster the seal stays, for attempts of before may still run on a lost node: a retry's attempts look
        for a seal of their own generation.
        """
        self.store.delete(self.prefix + SEALED_NAME)

    def _broken(self, name: str, what: str, *, shard: int | None = None) -> WorkFolderError:
        return WorkFolderError(
            what,
            where=Where(uri=self.uri + name, shard=shard),
            hint="Restore the object from a backup, or remove the work folder and run the batch anew",
        )


def _template_name(plan_folder: str) -> str:
    return f"{plan_folder}/template/files.msgpack.zst"
