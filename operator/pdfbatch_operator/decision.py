"""What is to be done about a batch: the value that `decide` returns and `apply` carries out, in the order given here.

Carried out in part and then again from a fresh observation, it ends in the same place.
"""

from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from pdfbatch_api.resource.status import PdfBatchStatus, RendererCounts
from pdfbatch_operator.observation import Component
from pdfbatch_operator.scaling import Verdict

Body: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True)
class FailPod:
    """Mark a pod on a lost node Failed (status subresource, reason NodeLost, condition DisruptionTarget).

    Attributes:
        shard: that it rendered, for the log.
    """

    name: str
    uid: str
    message: str
    shard: int | None = None


@dataclass(frozen=True, slots=True)
class CreateManifest:
    """Create the immutable ConfigMap of the manifest; one that exists and is owned by this batch is right."""

    body: Body


@dataclass(frozen=True, slots=True)
class NoteDisrupted:
    """Create or extend the ConfigMap of attempts that are known to have been disrupted (see api's pods.py)."""

    name: str
    attempts: frozenset[str]


@dataclass(frozen=True, slots=True)
class CreateJob:
    """Create a Job; on AlreadyExists its owner's uid is checked."""

    component: Component
    body: Body


@dataclass(frozen=True, slots=True)
class PatchJob:
    """Change the only two things that are ever changed of a Job."""

    name: str
    uid: str
    parallelism: int | None = None
    suspend: bool | None = None


@dataclass(frozen=True, slots=True)
class DeleteJob:
    """Delete a Job with its pods (propagation Background, precondition the uid); one that is gone already is right.

    A plan or finish Job that ended well and whose pod was removed before its summary was read is run again; a Job in a
    Kueue queue, whose `suspend` is Kueue's, is stopped so.
    """

    name: str
    uid: str


@dataclass(frozen=True, slots=True)
class DeleteBatch:
    """Delete the batch: its time to live is over. Its Jobs and pods go with it, its outputs stay."""

    uid: str


Action: TypeAlias = FailPod | CreateManifest | NoteDisrupted | CreateJob | PatchJob | DeleteJob | DeleteBatch


@dataclass(frozen=True, slots=True)
class Event:
    """A line of `kubectl describe pdfb`: for people, not one a pod.

    Attributes:
        type: Normal or Warning.
        reason: CamelCase, one word for a kind of happening.
        message: at most 1,024 characters.
    """

    type: Literal["Normal", "Warning"]
    reason: str
    message: str


@dataclass(frozen=True, slots=True)
class Decision:
    """What is to be done.

    Attributes:
        actions: done one after the other; the first that fails ends the turn, and the next turn begins anew.
        status: written once, after the actions, when it differs from what is there (with the resourceVersion
            that was observed); None leaves it.
        events: recorded once the status is written, so that a turn that is done again does not say them twice.
        again_after: seconds until the batch must be looked at again though nothing happens; None: an event will tell.
        renderers: as they are seen now, though the status that says so may be written a little later.
        scaling: the autoscaler's verdict, of which it is to remember the history; None: the batch does not render.
    """

    actions: tuple[Action, ...] = ()
    status: PdfBatchStatus | None = None
    events: tuple[Event, ...] = ()
    again_after: float | None = None
    renderers: RendererCounts | None = None
    scaling: Verdict | None = None
