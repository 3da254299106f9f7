"""A turn in the making: what was seen and what the policies have decided so far. Each policy returns the next.

The policies see the status as it becomes (`status`) and as it was written (`written`). A Job is made only from what is
written: it carries the plan's digest and the images, which an operator that dies in between must find again.
"""

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any, Literal, Self, TypeAlias

from pdfbatch_api.resource import PdfBatchSpec, PdfBatchStatus
from pdfbatch_api.resource.status import ConditionType
from pdfbatch_operator.conditions import cut, with_condition
from pdfbatch_operator.decision import Action, Event
from pdfbatch_operator.moments import text_of
from pdfbatch_operator.observation import Component, Observation, ObservedJob, ObservedPod
from pdfbatch_operator.scaling import Verdict

Stage: TypeAlias = Literal["Planning", "Rendering", "Finishing", "Over"]

# Kueue decides when a Job with this label runs, by Job.spec.suspend (kueue.sigs.k8s.io/docs/tasks/run/jobs).
QUEUE_LABEL = "kueue.x-k8s.io/queue-name"
_LONGEST_EVENT = 1024


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why the batch does not go on as it should.

    Attributes:
        reason: CamelCase.
        message: what, where, what to do.
        blocking: nothing goes on at all: the batch is Stalled. Otherwise some of it does.
    """

    reason: str
    message: str
    blocking: bool = True


@dataclass(frozen=True, slots=True)
class Turn:
    """What was seen, and what is decided.

    Attributes:
        seen: the observation.
        status: as it becomes.
        again_after: seconds until the next look; None: an event will tell.
        trouble: what keeps the batch from going on.
        scaling: how many renderers there are to be, and why; None: the batch does not render.
    """

    seen: Observation
    status: PdfBatchStatus
    actions: tuple[Action, ...] = ()
    events: tuple[Event, ...] = ()
    again_after: float | None = None
    trouble: Trouble | None = None
    scaling: Verdict | None = None

    @classmethod
    def of(cls, seen: Observation) -> Self:
        """The turn before any policy."""
        return cls(seen, seen.batch.status.model_copy(update={"observed_generation": seen.batch.generation}))

    @property
    def now(self) -> dt.datetime:
        """The clock's time, of the whole turn."""
        return self.seen.now

    @property
    def spec(self) -> PdfBatchSpec:
        """What is wanted. Only asked for once the spec is known to be valid."""
        assert self.seen.batch.spec is not None, "admission lets no batch through without a spec"
        return self.seen.batch.spec

    @property
    def written(self) -> PdfBatchStatus:
        """The status as it stands in the API."""
        return self.seen.batch.status

    @property
    def stage(self) -> Stage:
        """How far the batch is, whether it is suspended or not. It never goes back, for what it follows from stays;
        but for a retry, which goes the same way once more."""
        if self.status.phase in ("Succeeded", "Failed"):
            return "Over"
        if self.status.phase == "Finishing" or self.job("finish") is not None:
            return "Finishing"
        return "Planning" if self.shards is None else "Rendering"

    @property
    def shards(self) -> int | None:
        """How many there are to render, now that the batch, or its retry, is planned; None: it is not yet."""
        status = self.status
        if status.round and status.retries is not None:
            return status.retries.shards
        return status.plan.shards if status.plan is not None else None

    @property
    def documents(self) -> int:
        """How many there are to render: all that were planned, or those that the retry took up."""
        status = self.status
        if status.round and status.retries is not None:
            return status.retries.documents or 0
        return status.documents.total

    @property
    def done(self) -> int:
        """How many of them something has become of."""
        counts = self.status.documents
        settled = counts.total - self.documents
        return max(counts.succeeded + counts.failed + counts.skipped - settled, 0)

    @property
    def held(self) -> bool:
        """The batch is suspended, as far as there is anything left to hold: what finishes is not stopped."""
        return self.spec.suspend and self.stage in ("Planning", "Rendering")

    @property
    def queued(self) -> bool:
        """Kueue decides when the batch's Jobs run."""
        return QUEUE_LABEL in self.seen.batch.labels

    def job(self, component: Component) -> ObservedJob | None:
        """The batch's own Job."""
        job = self._job(component)
        return job if job is not None and job.owned else None

    def foreign(self, component: Component) -> ObservedJob | None:
        """A Job of that name that somebody else has."""
        job = self._job(component)
        return job if job is not None and not job.owned else None

    def _job(self, component: Component) -> ObservedJob | None:
        # In the turn in which a retry begins, what was seen is of the run before.
        job = self.seen.jobs.get(component)
        return job if job is not None and job.retry == self.status.round else None

    def pods(self, component: Component) -> list[ObservedPod]:
        """The pods of a component, oldest first."""
        found = [pod for pod in self.seen.pods if pod.component == component]
        return sorted(found, key=lambda pod: (pod.created, pod.uid))

    def with_status(self, **changes: Any) -> Self:
        """With fields of the status changed."""
        return replace(self, status=self.status.model_copy(update=changes))

    def with_condition(
        self, kind: ConditionType, status: Literal["True", "False", "Unknown"], reason: str, message: str = ""
    ) -> Self:
        """With a condition set."""
        conditions = with_condition(
            self.status.conditions,
            kind,
            status,
            reason,
            message,
            now=text_of(self.now),
            generation=self.seen.batch.generation,
        )
        return self.with_status(conditions=conditions)

    def doing(self, *actions: Action) -> Self:
        """With actions at the end."""
        return replace(self, actions=self.actions + actions)

    def saying(self, kind: Literal["Normal", "Warning"], reason: str, message: str) -> Self:
        """With an Event."""
        return replace(self, events=(*self.events, Event(kind, reason, cut(message, _LONGEST_EVENT))))

    def again(self, seconds: float) -> Self:
        """With a look in that many seconds at the latest."""
        seconds = max(seconds, 0.1)
        return replace(self, again_after=seconds if self.again_after is None else min(seconds, self.again_after))

    def scaled_as(self, verdict: Verdict) -> Self:
        """With the autoscaler's verdict, and a look when it wants one."""
        turn = replace(self, scaling=verdict)
        return turn if verdict.again_after is None else turn.again(verdict.again_after)

    def troubled(self, trouble: Trouble) -> Self:
        """With a trouble, unless there is one already: the first is what a person should see to first."""
        return self if self.trouble is not None else replace(self, trouble=trouble)


def has_spoken(pod: ObservedPod) -> bool:
    """Whether the pod's work is done and told. The pod itself is over a second or two later, when its engine has ended
    and the kubelet has looked."""
    return pod.phase == "Succeeded" or pod.exit_code == 0


def is_live(pod: ObservedPod) -> bool:
    """Whether the pod may still do something."""
    return pod.phase not in ("Succeeded", "Failed")
