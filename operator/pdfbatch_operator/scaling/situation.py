"""All that the autoscaler looks at, and what it says: values of numbers, no Kubernetes in them.

Times are Unix time in seconds. The simulator (bench/scaling) makes the same values, so it runs the very policy that the
operator runs.
"""

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

ProblemReason: TypeAlias = Literal["unreachable", "timeout", "refused", "empty", "several", "invalid", "stale"]


@dataclass(frozen=True, slots=True)
class Reading:
    """A number that Prometheus gave.

    Attributes:
        value: finite.
        at: of which moment.
    """

    value: float
    at: float


@dataclass(frozen=True, slots=True)
class Problem:
    """Why Prometheus gave none.

    Attributes:
        message: for people: what was asked where, and what came back.
    """

    reason: ProblemReason
    message: str
    at: float


@dataclass(frozen=True, slots=True)
class Answers:
    """What Prometheus says of the batch. None: it was not asked (no address, or not needed), or has not answered yet.

    Attributes:
        throughput: documents per second of all the batch's renderers together, live from them.
        custom: of the batch's own query.
    """

    throughput: Reading | Problem | None = None
    custom: Reading | Problem | None = None


@dataclass(frozen=True, slots=True)
class Bounds:
    """How few and how many renderers there may be.

    Attributes:
        minimum, maximum: `spec.scaling.min` and `max`.
        admin: the most that the admin allows any batch.
        allowance: the batch's part of the admin's limit for all batches together; None: there is no such limit.
    """

    minimum: int
    maximum: int
    admin: int
    allowance: int | None = None


@dataclass(frozen=True, slots=True)
class Work:
    """How much there is, and how much of it is done, as the pods' termination messages have it.

    Attributes:
        documents, shards: of the whole batch.
        done: documents that are accounted for.
        shards_left: neither complete nor failed; those that are being rendered are among them.
        measured_documents, measured_seconds: documents that completed pods rendered, and how long those pods lived
            from being placed on a node to their end, summed over pods: the pace of one renderer, its start included.
        measured_shards: how many pods that is.
        measured_squares: the sum of the squares of those lives, and
        measured_longest: the longest of them: how uneven shards are, which is what a deadline needs to know of the last
            ones. 0: not known, and an ordinary unevenness is assumed.
    """

    documents: int
    shards: int
    done: int
    shards_left: int
    measured_documents: int = 0
    measured_seconds: float = 0.0
    measured_shards: int = 0
    measured_squares: float = 0.0
    measured_longest: float = 0.0


@dataclass(frozen=True, slots=True)
class Pods:
    """The render Job and its pods.

    Attributes:
        parallelism: of the Job; None: there is no Job yet.
        running: for each pod that is on a node, seconds since it was placed there.
        unschedulable: how many wait for a node with room.
        unschedulable_since: since when the one that waits longest does.
    """

    parallelism: int | None = None
    running: tuple[float, ...] = ()
    unschedulable: int = 0
    unschedulable_since: float | None = None


@dataclass(frozen=True, slots=True)
class Situation:
    """A batch that renders, at one moment.

    Attributes:
        renderers: `spec.renderers`; None: the autoscaler decides.
        target_at: when all should be done by `spec.scaling.targetDuration`, suspensions left out; None: as soon as the
            bounds allow.
        custom_target: `spec.scaling.prometheus.target`, how much of the query's value one renderer is there for; None:
            there is no query.
        held: the batch is suspended.
    """

    now: float
    renderers: int | None
    bounds: Bounds
    work: Work
    pods: Pods
    answers: Answers = field(default_factory=Answers)
    target_at: float | None = None
    custom_target: float | None = None
    held: bool = False


@dataclass(frozen=True, slots=True)
class Learnt:
    """What the policy has learnt of the pace of one renderer, its starts included.

    Attributes:
        documents, seconds: what completed pods rendered and how long they lived, the last few rounds of pods weighing
            most: a store that becomes slow is noticed.
        seen_documents, seen_seconds: up to where `Work.measured_*` is in them.
        first_running: how many pods were running when the first completed.
        enough: that at least half as many as these have completed. Before, the quick ones are those that are done, and
            what they say is too good.
        first: `Work.measured_shards`, `measured_seconds` and `measured_squares` when as many had completed as were
            running first: these pulled their images, and are left out of how uneven shards are.
        pace: documents per second, the last that was more than a guess; None: there was none.
        drift: by how much the live pace differs from the measured one, smoothed; a natural logarithm.
        running: moments, and how many pods were running then, of the last minutes: a rate that Prometheus gives is
            of the past minute, and is compared with the pods of that time.
    """

    documents: float = 0.0
    seconds: float = 0.0
    seen_documents: int = 0
    seen_seconds: float = 0.0
    first_running: int | None = None
    enough: bool = False
    first: tuple[int, float, float] | None = None
    pace: float | None = None
    drift: float = 0.0
    running: tuple[tuple[float, int], ...] = ()


@dataclass(frozen=True, slots=True)
class History:
    """What the policy remembers of a batch from one look to the next; of bounded size. A new operator begins with an
    empty one and the Job's own parallelism: it holds for a window before it steps down.

    Attributes:
        since: when the first look was; None: there was none.
        recommendations: moments, and what was wanted then, of the last stabilisation window.
        stepped_down_at: the last step down.
        waiting_since: since when there always were renderers that wait for a node with room; None: there are none.
        settled_for: more renderers than this had no room for too long; None: not so.
        settled_until: when more are tried again.
        learnt: the pace.
        corrected: the first number went by a guess, and the pace is known by now.
        trouble_since: since when Prometheus has given nothing that can be used; None: it does.
        missing: the target was found not to be reachable, and has not come within reach since.
    """

    since: float | None = None
    recommendations: tuple[tuple[float, int], ...] = ()
    stepped_down_at: float | None = None
    waiting_since: float | None = None
    settled_for: int | None = None
    settled_until: float | None = None
    learnt: Learnt = field(default_factory=Learnt)
    corrected: bool = False
    trouble_since: float | None = None
    missing: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """The number of renderers, and why.

    Attributes:
        renderers: the Job's parallelism.
        automatic: the autoscaler decided, and not `spec.renderers`.
        active: whether it could decide as it should (the condition ScalingActive): False while it holds because what it
            needs to know is missing.
        reason: CamelCase.
        message: for people, after "N renderers: ": by what figures, what is in the way and what to do. Figures in it
            are rounded, that they do not change at every look.
        demand: how many it would want were there no limit for all batches together; the fleet is shared out by it.
        misses_by: seconds by which the batch will end after its target even with the most renderers; None: it will not.
        again_after: seconds until the next look.
        history: for the next look.
    """

    renderers: int
    automatic: bool
    active: bool
    reason: str
    message: str
    demand: int
    history: History
    misses_by: float | None = None
    again_after: float | None = None
