"""What supervisor and workers say to each other: MessagePack, each message behind its length."""

import asyncio
import struct
from typing import Final, TypeAlias

import msgspec

from pdfbatch_api.plan import PlannedRow
from pdfbatch_api.records import Record

_LENGTH: Final = struct.Struct(">I")


class Setup(msgspec.Struct, frozen=True, tag="setup"):
    """To a worker, once: what it will render.

    Attributes:
        plan: plan.json.
        base: the folder that relative URIs are relative to.
        work_uri: the batch's work folder.
        attempt: a name that no other worker uses.
        alone: there is no other worker.
    """

    plan: bytes
    base: str
    work_uri: str
    attempt: str
    generation: int
    flush_documents: int
    flush_seconds: float
    alone: bool = True


class Rows(msgspec.Struct, frozen=True, tag="rows"):
    """To a worker: rows to render, in this order."""

    shard: int
    rows: tuple[PlannedRow, ...]


class Stop(msgspec.Struct, frozen=True, tag="stop"):
    """To a worker: finish the document in hand, flush, and end."""


class Ready(msgspec.Struct, frozen=True, tag="ready"):
    """From a worker: its engine is warm."""

    engine: str
    fonts: str


class Done(msgspec.Struct, frozen=True, tag="done"):
    """From a worker: documents that are stored, or failed for good. Nothing is said before it is durable.

    Attributes:
        restarts: of its engine, since the worker began, by reason.
        store_retries: requests to stores that were tried again, since the worker began, by reason.
    """

    records: tuple[Record, ...]
    restarts: dict[str, int] = {}
    store_retries: dict[str, int] = {}


class Fault(msgspec.Struct, frozen=True, tag="fault"):
    """From a worker, its last word: it cannot go on, and another try would not help it."""

    what: str
    hint: str
    exit_code: int


ToWorker: TypeAlias = Setup | Rows | Stop
FromWorker: TypeAlias = Ready | Done | Fault

_encoder = msgspec.msgpack.Encoder()
_to_worker: msgspec.msgpack.Decoder[ToWorker] = msgspec.msgpack.Decoder(ToWorker)
_from_worker: msgspec.msgpack.Decoder[FromWorker] = msgspec.msgpack.Decoder(FromWorker)


def frame(message: ToWorker | FromWorker) -> bytes:
    """The bytes of a message."""
    body = _encoder.encode(message)
    return _LENGTH.pack(len(body)) + body


async def _read(reader: asyncio.StreamReader) -> bytes:
    (length,) = _LENGTH.unpack(await reader.readexactly(_LENGTH.size))
    return await reader.readexactly(length)


async def read_to_worker(reader: asyncio.StreamReader) -> ToWorker:
    """The next message to a worker.

    Raises:
        asyncio.IncompleteReadError: the supervisor is gone.
    """
    return _to_worker.decode(await _read(reader))


async def read_from_worker(reader: asyncio.StreamReader) -> FromWorker:
    """The next message from a worker.

    Raises:
        asyncio.IncompleteReadError: the worker is gone.
    """
    return _from_worker.decode(await _read(reader))
