"""What each command says at its end, in the container's termination message: JSON of at most 4,096 bytes."""

from typing import Final, TypeAlias

import msgspec

# Kubernetes cuts a termination message at 4,096 bytes (pod.spec.containers.terminationMessagePath).
LIMIT: Final = 4096

# What `finish` is told, for the rows without a record, where spec.failurePolicy.stopEarly ended a batch.
STOPPED_EARLY: Final = "the batch was stopped: more documents failed than spec.failurePolicy allows"


class FailureLine(msgspec.Struct, frozen=True, omit_defaults=True):
    """One failed document."""

    row: int
    name: str
    reason: str
    message: str


class RenderSummary(msgspec.Struct, frozen=True, omit_defaults=True, tag="render"):
    """Cumulative counts of a whole shard, earlier attempts included; in a retry, of the documents that it took up."""

    shard: int = 0
    documents: int = 0
    succeeded: int = 0
    failed: int = 0
    skipped: int = 0
    pages: int = 0
    bytes: int = 0
    rendered_here: int = 0
    restarts: int = 0
    seconds: float = 0.0
    failures: tuple[FailureLine, ...] = ()
    error: str = ""
    hint: str = ""


class FinishSummary(msgspec.Struct, frozen=True, omit_defaults=True, tag="finish"):
    """Totals made from the records: they replace whatever was counted before."""

    documents: int = 0
    succeeded: int = 0
    failed: int = 0
    skipped: int = 0
    pages: int = 0
    bytes: int = 0
    within_policy: bool = True
    failures: tuple[FailureLine, ...] = ()
    error: str = ""
    hint: str = ""


class PlanSummary(msgspec.Struct, frozen=True, omit_defaults=True, tag="plan"):
    """What plan found.

    Attributes:
        finished: all fitted one shard, and the same pod rendered and finished it.
    """

    digest: str = ""
    documents: int = 0
    shards: int = 0
    warnings: tuple[str, ...] = ()
    finished: FinishSummary | None = None
    error: str = ""
    hint: str = ""


Summary: TypeAlias = PlanSummary | RenderSummary | FinishSummary
_decoder: msgspec.json.Decoder[Summary] = msgspec.json.Decoder(Summary)
_TEXT: Final = 480


def _cut(text: str, characters: int) -> str:
    return text if len(text) <= characters else text[: characters - 1] + "…"


def encode_summary(summary: Summary) -> bytes:
    """The summary as JSON of at most `LIMIT` bytes: long texts are cut, then failures dropped."""
    summary = _with_short_lines(summary)
    data = msgspec.json.encode(summary)
    while len(data) > LIMIT:
        summary = _shorter(summary)
        data = msgspec.json.encode(summary)
    return data


def _with_short_lines(summary: Summary) -> Summary:
    error, hint = _cut(summary.error, _TEXT), _cut(summary.hint, _TEXT)
    if isinstance(summary, PlanSummary):
        finished = _with_short_lines(summary.finished) if summary.finished else None
        warnings = tuple(_cut(line, 200) for line in summary.warnings[:5])
        return msgspec.structs.replace(summary, error=error, hint=hint, warnings=warnings, finished=finished)
    lines = tuple(
        FailureLine(line.row, _cut(line.name, 100), line.reason, _cut(line.message, 320))
        for line in summary.failures[:10]
    )
    return msgspec.structs.replace(summary, error=error, hint=hint, failures=lines)


def _shorter(summary: Summary) -> Summary:
    """The summary without its least important line."""
    if isinstance(summary, PlanSummary):
        if summary.warnings:
            return msgspec.structs.replace(summary, warnings=summary.warnings[:-1])
        if summary.finished is not None and summary.finished.failures:
            return msgspec.structs.replace(summary, finished=_shorter(summary.finished))
    elif summary.failures:
        return msgspec.structs.replace(summary, failures=summary.failures[:-1])
    return msgspec.structs.replace(summary, error=_cut(summary.error, 100), hint="")


def decode_summary(data: bytes) -> Summary:
    """The summary in a termination message.

    Raises:
        msgspec.DecodeError: the bytes are none.
    """
    return _decoder.decode(data)
