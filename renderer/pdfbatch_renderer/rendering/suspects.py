"""What earlier attempts of a shard left: what is done, and who may have killed them. Pure.

An attempt that died without an ending had some documents in hand, and nobody knows which of them killed it, if any
did. Since rows are handed out in order and at most `window` are unrecorded at once, they are among the first
`window` rows that nobody recorded. Those are rendered alone, one at a time, each with an intent noted before it.
A document is condemned only when as many attempts as it may have tries died right after noting that they begin it.
An attempt that is known to have been disrupted (node lost, drained, pre-empted) died of that: it accuses nobody.
"""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from pdfbatch_api.records import Record, Segment, fold


@dataclass(frozen=True, slots=True)
class Inheritance:
    """What is known when an attempt begins.

    Attributes:
        done: row to record: nothing is to be done about these in this generation.
        window: how many of the first rows that are not done are to be rendered alone; 0: none.
        intents: row to the number of attempts that died with it alone in hand.
    """

    done: dict[int, Record] = field(default_factory=dict)
    window: int = 0
    intents: dict[int, int] = field(default_factory=dict)


def inherit(segments: Iterable[Segment], generation: int, disrupted: Collection[str] = ()) -> Inheritance:
    """What `generation`'s next attempt inherits from all segments of a shard.

    In a later generation (a retry) only failed rows are rendered again, each once.

    Args:
        disrupted: attempts of which it is known that they were: as good as ended, with or without a word of theirs.
    """
    segments = list(segments)
    provisional = fold(segments, spooled=True)
    done = {
        row: record
        for row, record in provisional.items()
        if record.generation >= generation or record.status != "failed"
    }
    ended = {header.attempt for header, _ in segments if header.kind == "end"} | set(disrupted)
    died = [
        header
        for header, _ in segments
        if header.kind == "start" and header.generation == generation and header.attempt not in ended
    ]
    window = max((header.window for header in died), default=0)
    last_intents = {
        (header.attempt, header.row)
        for header, _ in segments
        if header.kind == "intent" and header.attempt not in ended and header.row not in done
    }
    return Inheritance(done=done, window=window, intents=Counter(row for _, row in last_intents))


def careful_order(rows: Iterable[int], intents: dict[int, int]) -> list[int]:
    """The rows to render alone, the least suspected first: while innocents are made, nobody dies of the guilty."""
    return sorted(rows, key=lambda row: (intents.get(row, 0), row))


def is_condemned(row: int, intents: dict[int, int], tries: int) -> bool:
    """Whether `tries` attempts died with this row alone in hand."""
    return intents.get(row, 0) >= tries
