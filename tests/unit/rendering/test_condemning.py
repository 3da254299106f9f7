"""Attempts at a shard, one after the other, each ended by something: who is condemned, and who never is.

The attempts follow what attempt.py does, step by step, on segments as it would write them; what kills them is drawn.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st

from pdfbatch_api.records import Record, Segment, SegmentHeader, SegmentKind
from pdfbatch_renderer.rendering.suspects import careful_order, inherit, is_condemned

WINDOW = 4
ROWS = range(1, 13)


@dataclass
class Shard:
    """A shard of twelve rows, of which `poison` kills whoever renders it."""

    poison: frozenset[int]
    tries: int
    segments: list[Segment] = field(default_factory=list)
    disrupted: set[str] = field(default_factory=set)
    condemned: set[int] = field(default_factory=set)

    def attempt(self, name: str, disruption: tuple[int, bool] | None) -> bool:
        """One attempt; whether it came to its end.

        Args:
            disruption: after how many steps its node is lost, and whether anybody knows; None: never.
        """
        for step, alive in enumerate(self._steps(name)):
            if not alive:
                return False
            if disruption is not None and step == disruption[0]:
                if disruption[1]:
                    self.disrupted.add(name)
                return False
        return True

    def _steps(self, name: str) -> Iterator[bool]:
        """A step is a write, or the rendering of a row: False where a poison row kills the process."""
        inheritance = inherit(self.segments, 0, self.disrupted)
        left = [row for row in ROWS if row not in inheritance.done]
        self._write(name, "start")
        yield True
        for row in careful_order(left[: inheritance.window], inheritance.intents):
            if is_condemned(row, inheritance.intents, self.tries):
                self.condemned.add(row)
                self._write(name, "records", [row])
                yield True
                continue
            self._write(name, "intent", row=row)
            yield True
            yield row not in self.poison
            self._write(name, "records", [row])
            yield True
        others = left[inheritance.window :]
        for at in range(0, len(others), WINDOW):
            in_hand = others[at : at + WINDOW]
            yield not self.poison.intersection(in_hand)
            self._write(name, "records", in_hand)
            yield True
        self._write(name, "end")

    def _write(self, name: str, kind: SegmentKind, rows: list[int] | None = None, row: int = 0) -> None:
        number = sum(header.attempt == name for header, _ in self.segments)
        window = WINDOW if kind == "start" else 0
        header = SegmentHeader(kind, name, 0, 0, number, "p", window=window, row=row)
        # Of a failed row the status would say so; here only who has a record matters.
        records = [Record(row=r, name=str(r), status="succeeded", input="i") for r in rows or ()]
        self.segments.append(Segment(header, records))


known_losses = st.lists(st.integers(0, 30).map(lambda step: (step, True)), max_size=12)


@settings(max_examples=300)
@given(losses=known_losses, poison=st.frozensets(st.sampled_from(ROWS), max_size=2), tries=st.integers(1, 4))
def test_only_the_poison_is_condemned_however_many_nodes_are_lost(
    losses: list[tuple[int, bool]], poison: frozenset[int], tries: int
) -> None:
    # given nodes lost at any step, and rows that kill
    shard = Shard(poison, tries)
    attempts = 0
    # when attempts follow each other until one comes to its end
    while not shard.attempt(f"attempt-{attempts}", losses[attempts] if attempts < len(losses) else None):
        attempts += 1
        assert attempts < len(losses) + 2 + 2 * (tries + 1), "the shard is never done"
    # then
    assert shard.condemned == poison
    assert {record.row for _, records in shard.segments for record in records} == set(ROWS)


@given(losses=st.lists(st.integers(0, 30).map(lambda step: (step, True)), max_size=12))
def test_without_poison_nobody_is_ever_suspected(losses: list[tuple[int, bool]]) -> None:
    shard = Shard(frozenset(), tries=1)
    for number, loss in enumerate(losses):
        shard.attempt(f"attempt-{number}", loss)
    inheritance = inherit(shard.segments, 0, shard.disrupted)
    assert (inheritance.window, inheritance.intents) == (0, {})


def test_a_loss_that_nobody_knows_of_counts_as_a_death() -> None:
    # given a node lost while a row was rendered for the first time: the next attempt is careful
    shard = Shard(frozenset(), tries=1)
    shard.attempt("one", (1, False))
    # when that one is lost just after it noted its first row
    shard.attempt("two", (1, False))
    # then one try is one too many; known to be lost, it would have been none
    assert is_condemned(1, inherit(shard.segments, 0).intents, tries=1)
    assert not is_condemned(1, inherit(shard.segments, 0, {"two"}).intents, tries=1)
