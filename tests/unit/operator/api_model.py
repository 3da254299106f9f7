"""A model of the API and of what Kubernetes does with Jobs, as far as it matters to a batch; of people, and of power.

One batch, its Jobs, their pods, two nodes, a clock. Everything that happens is a move, so that a test can choose any
order of them. What a shard's documents come to is fixed from the start (`Truth`): whatever happened on the way, the
batch must end with it.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Literal, TypeAlias

from pdfbatch_api.labels import COMPONENT, RETRY
from pdfbatch_api.resource import PdfBatchSpec, PdfBatchStatus
from pdfbatch_api.resource.quantities import share_of
from pdfbatch_api.summaries import FailureLine, FinishSummary, PlanSummary, RenderSummary, Summary
from pdfbatch_operator.decision import (
    Action,
    CreateJob,
    CreateManifest,
    Decision,
    DeleteBatch,
    DeleteJob,
    Event,
    FailPod,
    NoteDisrupted,
    PatchJob,
)
from pdfbatch_operator.intervals import Intervals
from pdfbatch_operator.observation import Component, Observation, ObservedBatch, ObservedJob, ObservedPod, Settings
from pdfbatch_operator.scaling import Answers, History, Problem, Reading

NOW = dt.datetime(2026, 11, 30, 18, 0, tzinfo=dt.UTC)
NODES = ("node1", "node2")

# Something that may happen, and its name.
Move: TypeAlias = tuple[str, Callable[[], object]]


class ConflictError(Exception):
    """The batch was changed since it was observed."""


class KilledError(Exception):
    """The operator was."""


@dataclass(frozen=True)
class Truth:
    """What the source holds: documents of each shard, and how many of them fail; how many still do in a retry."""

    documents: tuple[int, ...]
    failing: tuple[int, ...]
    still: tuple[int, ...] = ()

    @property
    def total(self) -> int:
        return sum(self.documents)


@dataclass
class Pod:
    """A pod, as the API has it."""

    name: str
    uid: str
    component: Component
    job_uid: str
    index: int | None
    created: dt.datetime
    phase: Literal["Pending", "Running", "Succeeded", "Failed"] = "Pending"
    node: str = ""
    placed: dt.datetime | None = None
    ended: dt.datetime | None = None
    deleted: dt.datetime | None = None
    exit_code: int | None = None
    summary: Summary | None = None
    disrupted: bool = False
    counted: bool = False
    retry: int = 0

    @property
    def live(self) -> bool:
        return self.phase in ("Pending", "Running")


@dataclass
class Job:
    """A Job, with what its controller has last written into its status."""

    name: str
    uid: str
    component: Component
    created: dt.datetime
    parallelism: int
    completions: int
    suspend: bool
    backoff: int
    indexed: bool
    owned: bool = True
    active: int = 0
    ready: int = 0
    terminating: int = 0
    completed: set[int] = field(default_factory=set)
    failed: set[int] = field(default_factory=set)
    failures: dict[int, int] = field(default_factory=dict)
    failing: str = ""
    finished: Literal["", "Complete", "Failed"] = ""
    finished_at: dt.datetime | None = None
    reason: str = ""
    retry: int = 0


@dataclass
class Retry:
    """What a retry's plan found: its shards, and of each how many documents it takes up.

    Attributes:
        failed: of a shard, once it is rendered, how many have failed again.
    """

    shards: list[int]
    open: dict[int, int]
    failed: dict[int, int] = field(default_factory=dict)


class Cluster:
    """The world of one batch.

    Attributes:
        log: every API call of the operator, in words.
        made: how often a Job of a component was created.
        history: what the operator remembers of the scaling; it is lost when the operator is killed.
        answers, allowance: what Prometheus says, and the batch's part of the limit for all together.
        full: no node has room.
        recorded: shards whose documents are all recorded in the store. What a Job forgets, the store does not.
        failing: of each of these, how many of its documents have failed by the last that was recorded of them.
        sealed: the last generation that finish has sealed: attempts of it, and of those before, record nothing more.
        retries: what was found to be retried, by generation; made once.
    """

    def __init__(self, spec: dict[str, Any], truth: Truth, *, settings: Settings, labels: dict[str, str]) -> None:
        self.now = NOW
        self.spec = spec
        self._valid = PdfBatchSpec.model_validate(spec)
        self.truth = truth
        self.settings = settings
        self.labels = labels
        self.generation = 1
        self.version = 1
        self.status = PdfBatchStatus()
        self.gone = False
        self.jobs: dict[str, Job] = {}
        self.pods: dict[str, Pod] = {}
        self.manifest_exists = False
        self.disrupted: frozenset[str] = frozenset()
        self.dark: set[str] = set()
        self.tainted: set[str] = set()
        self.recorded: set[int] = set()
        self.failing: dict[int, int] = {}
        self.sealed = -1
        self.retries: dict[int, Retry] = {}
        self.planned = False
        self.log: list[str] = []
        self.events: list[Event] = []
        self.made: dict[str, int] = {}
        self.deleted_jobs: dict[str, int] = {}
        self.writes = 0
        self.history = History()
        self.answers = Answers()
        self.allowance: int | None = None
        self.full = False
        self._number = 0

    # What the operator sees and does.

    def observe(self) -> Observation:
        return Observation(
            now=self.now,
            batch=ObservedBatch(
                namespace="billing",
                name="invoices",
                uid="uid-1",
                generation=self.generation,
                resource_version=str(self.version),
                created=NOW,
                spec=self._valid,
                raw_spec=self.spec,
                status=self.status,
                labels=self.labels,
            ),
            settings=self.settings,
            jobs={job.component: self._seen_job(job) for job in self.jobs.values() if job.retry == self.status.round},
            pods=tuple(self._seen_pod(pod) for pod in self.pods.values() if pod.retry == self.status.round),
            manifest_exists=self.manifest_exists,
            disrupted_attempts=self.disrupted,
            answers=self.answers,
            history=self.history,
            allowance=self.allowance,
        )

    def _seen_job(self, job: Job) -> ObservedJob:
        return ObservedJob(
            name=job.name,
            uid=job.uid,
            component=job.component,
            owned=job.owned,
            created=job.created,
            parallelism=job.parallelism,
            completions=job.completions,
            suspend=job.suspend,
            active=job.active,
            ready=job.ready,
            terminating=job.terminating,
            succeeded=len(job.completed),
            completed_indexes=str(Intervals.single(job.completed)) if job.indexed else "",
            failed_indexes=str(Intervals.single(job.failed)) if job.indexed else "",
            finished=job.finished,
            finished_at=job.finished_at,
            reason=job.reason,
            message="said the Job controller",
            retry=job.retry,
        )

    def _seen_pod(self, pod: Pod) -> ObservedPod:
        return ObservedPod(
            name=pod.name,
            uid=pod.uid,
            component=pod.component,
            job_uid=pod.job_uid,
            index=pod.index,
            phase=pod.phase,
            created=pod.created,
            node=pod.node,
            placed=pod.placed,
            ended=pod.ended,
            unschedulable="" if pod.node or pod.phase != "Pending" or not self.full else "0/2 nodes have room",
            ready=pod.phase == "Running",
            deleted=pod.deleted,
            node_lost=pod.node in self.tainted,
            exit_code=pod.exit_code,
            summary=pod.summary,
            disrupted=pod.disrupted,
            evicted=pod.deleted if pod.node in self.tainted else None,
            retry=pod.retry,
        )

    def apply(self, seen: Observation, decision: Decision, *, calls: int | None = None) -> None:
        """Carries a decision out.

        Args:
            calls: API calls until the operator is killed; None: it lives.

        Raises:
            ConflictError: the status was refused.
            KilledError: as asked.
        """
        left = calls
        for step in [*decision.actions, *([decision.status] if decision.status is not None else [])]:
            if left is not None:
                if left == 0:
                    self.history = History()
                    raise KilledError
                left -= 1
            if isinstance(step, PdfBatchStatus):
                self._write_status(seen, step)
            else:
                self._act(step)
        if left == 0:
            self.history = History()
            raise KilledError
        self.events += decision.events
        if decision.scaling is not None:
            self.history = decision.scaling.history

    def _write_status(self, seen: Observation, status: PdfBatchStatus) -> None:
        if seen.batch.resource_version != str(self.version):
            raise ConflictError
        assert status != self.status, "a write that changes nothing"
        # Through JSON, as the API does: what does not survive it must not be relied on.
        self.status = PdfBatchStatus.model_validate_json(status.model_dump_json(by_alias=True))
        self.version += 1
        self.writes += 1
        self.log.append(f"status {status.phase}")

    def _act(self, action: Action) -> None:
        self.log.append(f"{type(action).__name__} {getattr(action, 'name', getattr(action, 'component', ''))}")
        match action:
            case CreateManifest():
                self.manifest_exists = True
            case CreateJob():
                self._create_job(action)
            case PatchJob():
                job = self.jobs.get(action.name)
                if job is not None and job.uid == action.uid:
                    job.parallelism = job.parallelism if action.parallelism is None else action.parallelism
                    job.suspend = job.suspend if action.suspend is None else action.suspend
            case DeleteJob():
                job = self.jobs.get(action.name)
                if job is not None and job.uid == action.uid:
                    self.delete_job(job)
            case NoteDisrupted():
                assert action.attempts >= self.disrupted, "a disrupted attempt was forgotten"
                self.disrupted = action.attempts
            case FailPod():
                pod = self.pods.get(action.uid)
                if pod is not None and pod.live:
                    pod.phase, pod.disrupted = "Failed", True
            case DeleteBatch():
                self.gone = True

    def _create_job(self, action: CreateJob) -> None:
        name = action.body["metadata"]["name"]
        if name in self.jobs:  # AlreadyExists
            return
        spec = action.body["spec"]
        assert action.body["metadata"]["labels"][COMPONENT] == action.component
        assert self.manifest_exists, "a Job whose pods cannot mount their manifest"
        retry = int(action.body["metadata"]["labels"].get(RETRY, "0"))
        assert retry == self.status.round, "a Job of a run that is not written"
        if action.component == "finish":
            at_work = [pod for pod in self.pods.values() if pod.component == "render" and pod.live]
            at_work = [pod for pod in at_work if pod.retry == retry]
            assert not [pod for pod in at_work if pod.node not in self.tainted], "finish began while renderers wrote"
        kind = f"{action.component} {retry}"
        self.made[kind] = self.made.get(kind, 0) + 1
        indexed = spec.get("completionMode") == "Indexed"
        self.jobs[name] = Job(
            name=name,
            uid=self._uid("job"),
            component=action.component,
            created=self.now,
            parallelism=spec.get("parallelism", 1),
            completions=spec.get("completions", 1),
            suspend=bool(spec.get("suspend")) or bool(self.labels),  # Kueue's webhook holds what it has not admitted
            backoff=spec.get("backoffLimitPerIndex", spec.get("backoffLimit", 6)),
            indexed=indexed,
            retry=retry,
        )

    def _uid(self, kind: str) -> str:
        self._number += 1
        return f"{kind}-{self._number}"

    # What Kubernetes does.

    def sync(self, job: Job) -> None:
        """The Job controller looks at a Job."""
        if job.name not in self.jobs or job.finished:
            return
        own = [pod for pod in self.pods.values() if pod.job_uid == job.uid]
        for pod in own:
            if not pod.live and not pod.counted:
                pod.counted = True
                self._count(job, pod)
        live = [pod for pod in own if pod.live]
        staying = [pod for pod in live if pod.deleted is None]
        if job.failing or job.suspend:
            for pod in staying:
                pod.deleted = self.now
            staying = []
        else:
            for pod in staying[job.parallelism :]:
                pod.deleted = self.now
            staying = staying[: job.parallelism]
            # podReplacementPolicy Failed: an index whose pod is Terminating waits for it.
            busy = {pod.index for pod in live}
            for index in range(job.completions):
                if len(staying) < job.parallelism and index not in job.completed | job.failed | busy:
                    staying.append(self._create_pod(job, index))
        # A pod that was deleted and has ended goes once it is counted.
        for pod in own:
            if not pod.live and pod.deleted is not None:
                self.pods.pop(pod.uid, None)
        job.active = len(staying)
        job.ready = sum(pod.phase == "Running" for pod in staying)
        job.terminating = sum(pod.live and pod.deleted is not None for pod in own)
        self._finish(job)

    def _create_pod(self, job: Job, index: int) -> Pod:
        uid = self._uid("pod")
        pod = Pod(uid, uid, job.component, job.uid, index if job.indexed else 0, self.now, retry=job.retry)
        self.pods[uid] = pod
        return pod

    def _count(self, job: Job, pod: Pod) -> None:
        index = pod.index or 0
        if pod.phase == "Succeeded":
            job.completed.add(index)
        elif pod.disrupted or pod.exit_code == 143:
            return
        elif pod.exit_code in ((64, 78) if job.indexed else (64, 65, 78)):
            job.failing = "PodFailurePolicy"
        elif pod.exit_code == 65:
            job.failed.add(index)
        else:
            job.failures[index] = job.failures.get(index, 0) + 1
            if job.failures[index] > job.backoff:
                if job.indexed:
                    job.failed.add(index)
                else:
                    job.failing = "BackoffLimitExceeded"

    def _finish(self, job: Job) -> None:
        if any(pod.live and pod.job_uid == job.uid for pod in self.pods.values()):
            return
        if job.failing:
            job.finished, job.reason = "Failed", job.failing
        elif len(job.completed | job.failed) == job.completions:
            job.finished = "Failed" if job.failed else "Complete"
            job.reason = "FailedIndexes" if job.failed else ""
        if job.finished:
            job.finished_at = self.now

    def admit(self, job: Job) -> None:
        """Kueue lets a Job run."""
        job.suspend = False

    def delete_job(self, job: Job) -> None:
        """Somebody deletes a Job, its pods in the background."""
        del self.jobs[job.name]
        kind = f"{job.component} {job.retry}"
        self.deleted_jobs[kind] = self.deleted_jobs.get(kind, 0) + 1
        for pod in [pod for pod in self.pods.values() if pod.job_uid == job.uid]:
            if pod.live:
                pod.deleted = pod.deleted or self.now
            else:
                del self.pods[pod.uid]

    def collect(self, pod: Pod) -> None:
        """The pod garbage collector, or a person, removes a pod that has ended."""
        job = next((job for job in self.jobs.values() if job.uid == pod.job_uid), None)
        if not pod.live and (pod.counted or job is None):
            self.pods.pop(pod.uid, None)

    def vanish(self, pod: Pod) -> None:
        """A pod ends well, is counted, and is removed before anybody has read what it said."""
        self.end(pod, 0)
        for job in [job for job in self.jobs.values() if job.uid == pod.job_uid]:
            self.sync(job)
        self.collect(pod)

    # What pods do.

    def start(self, pod: Pod) -> None:
        """The scheduler finds a node that has power and the kubelet starts the pod."""
        bright = [node for node in NODES if node not in self.dark]
        if pod.phase == "Pending" and bright and not self.full:
            pod.node = bright[len(pod.uid) % len(bright)] if not pod.node else pod.node
            pod.placed = pod.placed or self.now
            if pod.node not in self.dark:
                pod.phase = "Running"

    def end(self, pod: Pod, exit_code: int) -> None:
        """The pod ends, as long as its node has power."""
        if pod.phase == "Pending" and pod.deleted is not None and not pod.node:
            self.pods.pop(pod.uid, None)
            return
        if not pod.live or pod.node in self.dark or (pod.phase == "Pending" and pod.deleted is None):
            return
        if exit_code == 0:
            pod.summary = self._said(pod)
        elif exit_code != 137:
            error, hint = f"it ended with {exit_code}", "Do something about it."
            summaries: dict[Component, Summary] = {
                "plan": PlanSummary(error=error, hint=hint),
                "render": RenderSummary(shard=pod.index or 0, error=error, hint=hint),
                "finish": FinishSummary(error=error, hint=hint),
            }
            pod.summary = summaries[pod.component]
        pod.exit_code = exit_code
        pod.ended = self.now
        pod.phase = "Succeeded" if exit_code == 0 else "Failed"
        if not any(job.uid == pod.job_uid for job in self.jobs.values()):
            self.pods.pop(pod.uid, None)  # its Job is gone, and nobody holds it

    def _said(self, pod: Pod) -> Summary:
        shards = len(self.truth.documents)
        if pod.component == "plan" and pod.retry:
            retry = self._planned_retry(pod.retry)
            return PlanSummary(digest="d1", documents=sum(retry.open.values()), shards=len(retry.shards))
        if pod.component == "plan":
            self.planned = True
            finished = None
            if shards == 1:
                self._record(0, self.truth.failing[0], pod.retry)
                finished = self._totals(pod.retry)
            return PlanSummary(digest="d1", documents=self.truth.total, shards=shards, finished=finished)
        if pod.component == "finish":
            return self._totals(pod.retry)
        shard = pod.index or 0
        documents, failed = self.truth.documents[shard], self.truth.failing[shard]
        if pod.retry:
            retry = self.retries[pod.retry]
            shard = retry.shards[shard]
            documents = retry.open[shard]
            failed = min(documents, self.truth.still[shard] if self.truth.still else 0)
            retry.failed[shard] = failed
        self._record(shard, failed, pod.retry)
        return RenderSummary(
            shard=shard,
            documents=documents,
            succeeded=documents - failed,
            failed=failed,
            pages=documents - failed,
            bytes=10 * (documents - failed),
            rendered_here=documents,
            failures=tuple(FailureLine(shard * 1000 + n, f"{shard}-{n}", "TemplateFailed", "") for n in range(failed)),
        )

    def _record(self, shard: int, failed: int, generation: int) -> None:
        if generation > self.sealed:
            self.recorded.add(shard)
            self.failing[shard] = failed

    def _planned_retry(self, generation: int) -> Retry:
        if generation not in self.retries:
            documents = self.truth.documents
            left = {n: self.failing[n] if n in self.recorded else documents[n] for n in range(len(documents))}
            left = {shard: number for shard, number in left.items() if number}
            self.retries[generation] = Retry(list(left), left)
        return self.retries[generation]

    def totals(self) -> tuple[int, int]:
        """Succeeded and failed documents, from the records."""
        done = sum(self.truth.documents[shard] - self.failing[shard] for shard in self.recorded)
        return done, self.truth.total - done

    def _totals(self, generation: int) -> FinishSummary:
        self.sealed = max(self.sealed, generation)
        succeeded, failed = self.totals()
        policy = self._valid.failure_policy
        return FinishSummary(
            documents=self.truth.total,
            succeeded=succeeded,
            failed=failed,
            pages=succeeded,
            bytes=10 * succeeded,
            within_policy=failed <= share_of(policy.max_failed_documents, self.truth.total),
        )

    # What power and people do.

    def cut(self, node: str) -> None:
        """The node loses its power."""
        self.dark.add(node)

    def taint(self, node: str) -> None:
        """The node controller gives a dark node up: its pods are evicted, and stay Terminating."""
        if node in self.dark:
            self.tainted.add(node)
            for pod in self.pods.values():
                if pod.node == node and pod.live:
                    pod.deleted = pod.deleted or self.now

    def lose(self, node: str) -> None:
        """The node loses its power, and some time later it is given up."""
        self.cut(node)
        self.taint(node)

    def restore(self, node: str) -> None:
        """The power comes back. What was evicted meanwhile ends now."""
        self.dark.discard(node)
        self.tainted.discard(node)

    def edit(self, **changes: Any) -> None:
        """The user changes the spec."""
        new = {key: value for key, value in {**self.spec, **changes}.items() if value is not None}
        if new != self.spec:
            self.spec = new
            self._valid = PdfBatchSpec.model_validate(new)
            self.generation += 1
            self.version += 1

    def ask_for_retry(self) -> None:
        """The user raises spec.retries.generation, where the definition lets them."""
        status, retries = self.status, self.spec.get("retries", {})
        failed = status.phase == "Failed" and status.plan is not None
        if failed or (status.phase == "Succeeded" and status.documents.failed):
            self.edit(retries={**retries, "generation": retries.get("generation", 0) + 1})

    def pass_time(self, seconds: float) -> None:
        self.now += dt.timedelta(seconds=seconds)

    # All that may happen now.

    def mishaps(self) -> list[Move]:
        """What may go wrong, each with its name. Nothing is chosen here."""
        found: list[Move] = []

        def may(name: str, move: Callable[..., object], *arguments: object) -> None:
            found.append((name, partial(move, *arguments)))

        for job in self.jobs.values():
            may(f"delete {job.component}", self.delete_job, job)
        for pod in self.pods.values():
            what = f"{pod.uid} ({pod.component} {pod.index})"
            if pod.live:
                for code in (143,) if pod.deleted is not None else (69, 137, 65, 64):
                    may(f"end {what} {code}", self.end, pod, code)
            else:
                may(f"collect {what}", self.collect, pod)
            if pod.phase == "Running" and pod.deleted is None:
                may(f"{what} ends well and is gone unread", self.vanish, pod)
        for node in NODES:
            if node not in self.dark:
                may(f"cut {node}", self.cut, node)
                may(f"lose {node}", self.lose, node)
            elif node not in self.tainted:
                may(f"taint {node}", self.taint, node)
            else:
                may(f"restore {node}", self.restore, node)
        return found

    def wishes(self) -> list[Move]:
        """What people and the clock may do."""
        changes: tuple[dict[str, Any], ...] = (
            {"renderers": None},
            {"renderers": 0},
            {"renderers": 2},
            {"suspend": True},
            {"suspend": None},
            {"scaling": {"max": 3, "targetDuration": "1m"}},
            {"scaling": {"min": 2, "max": 7}},
            {"scaling": None},
        )
        at = self.now.timestamp()
        said: tuple[Answers, ...] = (
            Answers(),
            Answers(Reading(0.0, at), Reading(0.0, at)),
            Answers(Reading(7.5, at), Reading(7.5, at)),
            Answers(Reading(1e12, at - 1000), Reading(1e12, at - 1000)),
            Answers(Problem("timeout", "slow", at), Problem("empty", "nothing", at)),
        )
        return [
            *((f"Prometheus says {answers}", partial(setattr, self, "answers", answers)) for answers in said),
            *((f"the fleet leaves it {part}", partial(setattr, self, "allowance", part)) for part in (0, 1, None)),
            *((f"nodes are full: {full}", partial(setattr, self, "full", full)) for full in (True, False)),
            *((f"edit {change}", partial(self.edit, **change)) for change in changes),
            ("ask for a retry", self.ask_for_retry),
            *((f"{seconds} s pass", partial(self.pass_time, seconds)) for seconds in (1, 3, 30, 400)),
        ]
