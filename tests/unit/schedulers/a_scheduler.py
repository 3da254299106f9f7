"""A scheduler that answers at once, as it is told to."""

from collections import deque
from collections.abc import Callable
from typing import Any

import msgspec

from pdfbatch_api.summaries import FinishSummary, PlanSummary, RenderSummary, Summary, encode_summary
from pdfbatch_schedulers import Done
from pdfbatch_schedulers.step import Outcome, Step

Answer = Callable[[Step], Outcome | str | None]


def said(status: int, summary: Summary | None = None) -> Outcome:
    """A command's end."""
    return Outcome(status, b"" if summary is None else encode_summary(summary))


class AScheduler:
    """Carries out nothing: three shards of ten documents, each of which succeeds unless `answers` says otherwise.

    Args:
        answers: by the step's name what comes of it, one after the other; the last for ever. A text is a step that is
            lost, None one that never comes to its end.
    """

    def __init__(self, answers: dict[str, list[Outcome | str | None]] | None = None, *, shards: int = 3) -> None:
        self.answers = {name: deque(one) for name, one in (answers or {}).items()}
        self.shards = shards
        self.handed_over: list[Step] = []
        self.dropped = 0
        self.closed = False
        self._waiting: deque[Step] = deque()
        self.most_waiting = 0

    def submit(self, step: Step) -> None:
        self.handed_over.append(step)
        self._waiting.append(step)
        self.most_waiting = max(self.most_waiting, len(self._waiting))

    def done(self, seconds: float) -> list[Done]:
        assert seconds >= 0
        if not self._waiting:
            return []
        step = self._waiting.popleft()
        answer = self._answer(step)
        if answer is None:
            return []
        if isinstance(answer, str):
            return [Done(step, None, answer)]
        return [Done(step, answer)]

    def workers(self) -> str:
        return "no workers"

    def drop(self) -> None:
        self.dropped += 1
        self._waiting.clear()

    def close(self) -> None:
        self.closed = True

    def names(self) -> list[str]:
        """The steps, in the order in which they were handed over."""
        return [step.name for step in self.handed_over]

    def _answer(self, step: Step) -> Outcome | str | None:
        told = self.answers.get(step.name)
        if told:
            return told[0] if len(told) == 1 else told.popleft()
        documents = 10 * self.shards
        ends: dict[str, Summary] = {
            "plan": PlanSummary(digest="d" * 64, documents=documents, shards=self.shards),
            "render": RenderSummary(shard=step.index or 0, documents=10, succeeded=10),
            "finish": FinishSummary(documents=documents, succeeded=documents),
        }
        return said(0, ends[step.command])


class AWatcher:
    """Keeps what it was told."""

    def __init__(self) -> None:
        self.told: list[tuple[str, Any]] = []

    def planned(self, plan: PlanSummary) -> None:
        self.told.append(("planned", plan.shards))

    def rendered(self, shard: RenderSummary) -> None:
        self.told.append(("rendered", shard.shard))

    def trouble(self, text: str) -> None:
        self.told.append(("trouble", text))

    def quiet(self, seconds: float, workers: str) -> None:
        self.told.append(("quiet", (round(seconds), workers)))

    def finishing(self) -> None:
        self.told.append(("finishing", None))

    def of(self, kind: str) -> list[Any]:
        """What it was told of this kind."""
        return [what for name, what in self.told if name == kind]


def as_json(step: Step) -> dict[str, Any]:
    """A step as it travels."""
    return dict(msgspec.json.decode(msgspec.json.encode(step)))
