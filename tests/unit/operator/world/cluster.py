"""One batch in a Kubernetes: what the operator sees of it and does to it, and what its user asks for."""

from typing import Any

from pdfbatch_api.labels import COMPONENT, RETRY
from pdfbatch_api.resource import PdfBatchSpec, PdfBatchStatus
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
from pdfbatch_operator.observation import Observation, ObservedBatch, ObservedJob, ObservedPod, Settings
from pdfbatch_operator.scaling import Answers, History
from tests.unit.operator.world.kubernetes import NOW, Kubernetes
from tests.unit.operator.world.objects import Job, Pod
from tests.unit.operator.world.records import Records, Truth


class ConflictError(Exception):
    """The batch was changed since it was observed."""


class KilledError(Exception):
    """The operator was."""


class Cluster(Kubernetes):
    """The world of one batch.

    Attributes:
        log: every API call of the operator, in words.
        made: how often a Job of a component was created.
        history: what the operator remembers of the scaling; it is lost when the operator is killed.
        answers, allowance: what Prometheus says, and the batch's part of the limit for all together.
    """

    def __init__(self, spec: dict[str, Any], truth: Truth, *, settings: Settings, labels: dict[str, str]) -> None:
        self._valid = PdfBatchSpec.model_validate(spec)
        super().__init__(Records(truth, self._valid.failure_policy.max_failed_documents))
        self.spec = spec
        self.settings = settings
        self.labels = labels
        self.generation = 1
        self.version = 1
        self.status = PdfBatchStatus()
        self.gone = False
        self.manifest_exists = False
        self.disrupted: frozenset[str] = frozenset()
        self.log: list[str] = []
        self.events: list[Event] = []
        self.made: dict[str, int] = {}
        self.writes = 0
        self.history = History()
        self.answers = Answers()
        self.allowance: int | None = None

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
            uid=self.new_uid("job"),
            component=action.component,
            created=self.now,
            parallelism=spec.get("parallelism", 1),
            completions=spec.get("completions", 1),
            suspend=bool(spec.get("suspend")) or bool(self.labels),  # Kueue's webhook holds what it has not admitted
            backoff=spec.get("backoffLimitPerIndex", spec.get("backoffLimit", 6)),
            indexed=indexed,
            retry=retry,
        )

    # What its user asks for.

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
