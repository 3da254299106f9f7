"""The plan: the frozen input of a batch, made once and never changed.

It lies in the batch's work folder. `plan.json` is a create-only write, so of two plan pods one wins and the
other adopts what it finds. All other files lie under the folder that plan.json names, each plan attempt its own:

    plan.json
    <folder>/input/00017.zst      a shard's rows
    <folder>/template/…           the template and its assets
    records/00017/…               see records.py
    sealed                        written by finish; attempts check it before each write
    retries/0001.json             which shards a retry renders; made once, as the plan is
"""

import hashlib
from collections.abc import Mapping
from typing import Any, Final

import msgspec

PLAN_NAME: Final = "plan.json"
SEALED_NAME: Final = "sealed"
RETRIES_PREFIX: Final = "retries/"
FORMAT: Final = 1


# How a batch runs, not what it renders: a person may change these and go on with the same batch.
RUNNING_FIELDS: Final = frozenset(
    {
        "renderers", "scaling", "retries", "limits", "failurePolicy", "suspend", "activeDeadlineSeconds",
        "ttlSecondsAfterFinished", "podTemplate",
    }
)  # fmt: skip


def identity_json(spec: Mapping[str, Any]) -> bytes:
    """What of a spec (as JSON) makes the batch the one it is, in one fixed form."""
    kept = {key: value for key, value in spec.items() if key not in RUNNING_FIELDS}
    return msgspec.json.encode(kept, order="sorted")


class SourceFingerprint(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a source file was when the plan was made: enough to say later that it is another one now."""

    uri: str
    size: int
    digest: str  # "sha256:…" where the store is local, else "etag:…"


class Versions(msgspec.Struct, frozen=True, omit_defaults=True):
    """What bytes depend on beside the input. A renderer that differs must not take part."""

    pdfbatch: str
    engine: str
    fonts: str


class PlannedShard(msgspec.Struct, frozen=True, omit_defaults=True):
    """A shard: how many rows, and the digest of its input file."""

    documents: int
    digest: str


class Plan(msgspec.Struct, frozen=True, omit_defaults=True):
    """Everything that `render` and `finish` need to know.

    Attributes:
        batch: the batch's uid: Kubernetes', or locally the hash of manifest and output.
        name: the batch's name.
        spec: the manifest's spec as JSON with every default filled in and every URI absolute.
        folder: where this plan's files lie, under the work folder.
        documents: planned rows; `filtered` rows of the source were left out by the filter.
        shards: one a shard, by index.
        template_digest: of all files of the template, hex.
        entry: the template's file that is rendered, unless a column names it.
        containers: whether documents go into containers.
        created: seconds since the epoch. Not part of the digest.
    """

    format: int
    batch: str
    name: str
    spec: msgspec.Raw
    folder: str
    documents: int
    shards: tuple[PlannedShard, ...]
    sources: tuple[SourceFingerprint, ...]
    template_digest: str
    versions: Versions
    entry: str | None = None
    filtered: int = 0
    created: float = 0.0
    warnings: tuple[str, ...] = ()

    @property
    def digest(self) -> str:
        """What two plans that would render the same have in common, hex. Takes a parse of the spec: keep it."""
        spec = msgspec.json.decode(self.spec)
        same = msgspec.structs.replace(self, folder="", created=0.0, spec=msgspec.Raw(identity_json(spec)))
        return hashlib.sha256(msgspec.json.encode(same)).hexdigest()

    def input_name(self, shard: int) -> str:
        """The name of a shard's input file under the work folder."""
        return f"{self.folder}/input/{shard:05d}.zst"


def records_prefix(shard: int) -> str:
    """The folder of a shard's records under the work folder."""
    return f"records/{shard:05d}/"


class PlannedRetry(msgspec.Struct, frozen=True):
    """What a retry renders.

    Attributes:
        generation: of the records that it makes.
        plan: the digest of the plan that it is a retry of.
        documents: rows that have failed, or that nothing is known of.
        shards: those that hold them, in order: the retry's n-th index is shards[n].
    """

    generation: int
    plan: str
    documents: int
    shards: tuple[int, ...]


def retry_name(generation: int) -> str:
    """The name of a `PlannedRetry` under the work folder."""
    return f"{RETRIES_PREFIX}{generation:04d}.json"


class PlannedRow(msgspec.Struct, frozen=True, array_like=True, omit_defaults=True):
    """A row of a shard's input file: MessagePack, one after the other, zstd over all.

    Attributes:
        row: its number in the source, from 1.
        name: its output's name.
        data: the frozen row (see values.py).
        entry: the template's entry, when a column names it.
        container: the container it belongs to.
        media_type: of `data` when it is a whole document (a file source) and not a row.
    """

    row: int
    name: str
    data: bytes
    entry: str | None = None
    container: str | None = None
    media_type: str | None = None
