"""Situations for the tests: an ordinary batch in the middle of its work, and what is different."""

from dataclasses import dataclass, replace
from typing import Any, Self

from pdfbatch_operator.scaling import Answers, Bounds, History, Pods, Problem, Reading, Situation, Verdict, Work, scale

NOW = 1_000_000.0


@dataclass(frozen=True)
class ASituation:
    """60,000 documents in 100 shards, a renderer does 10 a second, a tenth is done."""

    value: Situation

    def with_(self, **fields: Any) -> Self:
        return replace(self, value=replace(self.value, **fields))

    def with_bounds(self, **fields: Any) -> Self:
        return self.with_(bounds=replace(self.value.bounds, **fields))

    def with_work(self, **fields: Any) -> Self:
        return self.with_(work=replace(self.value.work, **fields))

    def with_pods(self, **fields: Any) -> Self:
        return self.with_(pods=replace(self.value.pods, **fields))

    def having(self, parallelism: int, *, age: float = 30.0, running: int | None = None) -> Self:
        """A Job with that parallelism, and its pods on nodes."""
        pods = parallelism if running is None else running
        return self.with_pods(parallelism=parallelism, running=(age,) * pods)

    def with_seconds_left(self, seconds: float) -> Self:
        return self.with_(target_at=self.value.now + seconds)

    def asking(self, target: float, answer: Reading | Problem | float | None) -> Self:
        """A query of the batch's own, and its answer."""
        if isinstance(answer, float):
            answer = Reading(answer, self.value.now)
        return self.with_(custom_target=target, answers=Answers(custom=answer))

    def hearing(self, throughput: Reading | Problem | float | None) -> Self:
        """The live throughput."""
        if isinstance(throughput, float):
            throughput = Reading(throughput, self.value.now)
        return self.with_(answers=replace(self.value.answers, throughput=throughput))

    def later(self, seconds: float) -> Self:
        return self.with_(now=self.value.now + seconds)

    def at_its_beginning(self) -> Self:
        return self.with_(work=Work(60_000, 100, 0, 100), pods=Pods())

    def scaled(self, history: History | None = None) -> Verdict:
        return scale(self.value, history if history is not None else History())


def a_situation() -> ASituation:
    return ASituation(
        Situation(
            now=NOW,
            renderers=None,
            bounds=Bounds(1, 50, 1000),
            work=Work(
                documents=60_000,
                shards=100,
                done=6_000,
                shards_left=90,
                measured_documents=6_000,
                measured_seconds=600.0,
                measured_shards=10,
                measured_squares=10 * 61.0**2,
                measured_longest=70.0,
            ),
            pods=Pods(parallelism=5, running=(30.0,) * 5),
        )
    )


def problem(reason: str = "timeout", message: str = "Prometheus did not answer within 5s") -> Problem:
    return Problem(reason, message, NOW)  # type: ignore[arg-type]
