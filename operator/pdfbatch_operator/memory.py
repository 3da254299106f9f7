"""What the operator knows of a batch besides the cache: a saving of requests, never the truth.

Lost with the process, and thrown away at every resync: it is asked for again.
"""

from dataclasses import dataclass, field

from pdfbatch_operator.scaling import Answers, History


@dataclass(slots=True)
class Known:
    """Of one batch.

    Attributes:
        manifest: whether its manifest's ConfigMap exists; None: not asked yet.
        disrupted: the attempts that are noted as disrupted; None: not asked yet.
        stalled: the trouble that was last told in an Event.
        history: what the autoscaler remembers of it.
        answers: what Prometheus last said of it.
        answers_to: the generation of its spec that was asked for: an edit may have changed the question.
    """

    manifest: bool | None = None
    disrupted: frozenset[str] | None = None
    stalled: str = ""
    history: History = field(default_factory=History)
    answers: Answers = field(default_factory=Answers)
    answers_to: int = 0


class Memory:
    """Of all batches, by uid."""

    def __init__(self) -> None:
        self._known: dict[str, Known] = {}

    def __contains__(self, uid: object) -> bool:
        """Whether anything is known of a batch."""
        return uid in self._known

    def of(self, uid: str) -> Known:
        """What is known of that batch."""
        return self._known.setdefault(uid, Known())

    def forget(self, uid: str) -> None:
        """The batch is no more."""
        self._known.pop(uid, None)

    def refresh(self) -> None:
        """Ask again for all that can be asked for."""
        for known in self._known.values():
            known.manifest = known.disrupted = None
