"""What became of each row, and how many attempts' accounts of it fold into one.

Attempts never overwrite each other's records. An attempt writes segments, each a whole object:
`records/<shard>/<generation>-<attempt>-<number>.jsonl`: a header line, then a record a line. The first is a
start marker, the last says how the attempt ended. Where documents go into containers, a segment of kind `spooled`
says that they are rendered and wait; the container's `records` come at the shard's end. A segment of kind `intent`
names the one row that is about to be rendered alone; it is only written after an earlier attempt died without an
ending.
"""

import re
from collections.abc import Iterable
from typing import Final, Literal, NamedTuple, TypeAlias

import msgspec

Status: TypeAlias = Literal["succeeded", "skipped", "failed"]
_RANK: Final[dict[str, int]] = {"succeeded": 0, "skipped": 1, "failed": 2}


class Failure(msgspec.Struct, frozen=True, omit_defaults=True):
    """Why a document failed: a CamelCase reason to count by, and a sentence to read."""

    reason: str
    message: str


class Record(msgspec.Struct, frozen=True, omit_defaults=True):
    """What became of one row.

    Attributes:
        row: the row's number in the source, from 1.
        name: the output's name under output.uri; in a container, the member's name.
        status: succeeded, skipped (an existing object was kept), or failed.
        input: sha256 of the frozen row, hex.
        sha256: of the stored PDF, hex; empty unless succeeded.
        pages, bytes: of the PDF.
        tries: how often the document was tried in this attempt.
        milliseconds: from its template to its stored bytes.
        generation: 0, and one more for each `retry`.
        container: the container it is a member of.
        container_sha256: of that whole container as it was stored, hex: the only proof of a merged PDF's members.
        error: set if and only if failed.
        warnings: what a person should know though it succeeded: fonts that fell back, optional assets missing.
        stages: milliseconds a stage: template, engine, postprocessing, store.
        finished: when, in seconds since the epoch.
    """

    row: int
    name: str
    status: Status
    input: str
    sha256: str = ""
    pages: int = 0
    bytes: int = 0
    tries: int = 1
    milliseconds: float = 0.0
    generation: int = 0
    container: str | None = None
    error: Failure | None = None
    warnings: tuple[str, ...] = ()
    stages: dict[str, float] = {}
    finished: float = 0.0
    etag: str | None = None
    container_sha256: str = ""


SegmentKind: TypeAlias = Literal["start", "records", "spooled", "intent", "end"]


class SegmentHeader(msgspec.Struct, frozen=True, omit_defaults=True):
    """The first line of a segment.

    Attributes:
        attempt: whose it is: a pod's uid, or a random id.
        window: start: how many rows of the shard's order may be unrecorded at once; whatever an attempt that
            died had in hand is among the first `window` rows that nobody recorded.
        row: intent: the row that is about to be rendered alone.
        writing: end: the seconds that writing the attempt's segments took.
        disrupted: end: whether it ended because it was told to (SIGTERM), not of itself.
    """

    kind: SegmentKind
    attempt: str
    shard: int
    generation: int
    number: int
    plan: str
    window: int = 0
    row: int = 0
    disrupted: bool = False
    writing: float = 0.0
    at: float = 0.0


class Segment(NamedTuple):
    """A segment as read back."""

    header: SegmentHeader
    records: list[Record]


_encoder = msgspec.json.Encoder()
_record_decoder = msgspec.json.Decoder(Record)
_header_decoder = msgspec.json.Decoder(SegmentHeader)

_NAME: Final = re.compile(r"(?P<generation>\d{4})-(?P<attempt>[0-9a-f-]{8,36})-(?P<number>\d{6})\.jsonl")


def segment_name(header: SegmentHeader) -> str:
    """The object's name in the shard's folder of records; names sort by generation, attempt and number."""
    return f"{header.generation:04d}-{header.attempt}-{header.number:06d}.jsonl"


def is_segment_name(name: str) -> bool:
    """Whether `name` (without folders) is a segment's."""
    return _NAME.fullmatch(name) is not None


def encode_segment(header: SegmentHeader, records: Iterable[Record] = ()) -> bytes:
    """The segment's bytes: JSON Lines, the header first."""
    return b"\n".join([_encoder.encode(header), *map(_encoder.encode, records), b""])


def decode_segment(data: bytes) -> Segment:
    """The segment that `encode_segment` made.

    Raises:
        msgspec.DecodeError: the bytes are not a segment.
    """
    lines = data.splitlines()
    if not lines:
        raise msgspec.DecodeError("an empty segment")
    return Segment(_header_decoder.decode(lines[0]), [_record_decoder.decode(line) for line in lines[1:]])


def fold(segments: Iterable[Segment], *, spooled: bool = False) -> dict[int, Record]:
    """Row number to its one record, whatever the order of `segments`.

    Args:
        segments: of one shard, from all attempts.
        spooled: also count what is rendered and waits for its container, for an attempt that goes on from there.

    Highest retry generation first, then succeeded before skipped before failed, then the lowest attempt id:
    a pure function of the set of segments, so that two finishes agree.
    """
    best: dict[int, tuple[tuple[int, int, str, int], Record]] = {}
    for header, records in segments:
        if header.kind == "spooled" and not spooled:
            continue
        for record in records:
            key = (-record.generation, _RANK[record.status], header.attempt, header.number)
            known = best.get(record.row)
            if known is None or key < known[0]:
                best[record.row] = (key, record)
    return {row: record for row, (_, record) in best.items()}
