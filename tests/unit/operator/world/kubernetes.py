"""What Kubernetes does with the Jobs and pods of a batch: its controllers, its nodes, and their power."""

import datetime as dt

from pdfbatch_api.summaries import FinishSummary, PlanSummary, RenderSummary, Summary
from pdfbatch_operator.observation import Component
from tests.unit.operator.world.objects import Job, Pod
from tests.unit.operator.world.records import Records

NOW = dt.datetime(2026, 11, 30, 18, 0, tzinfo=dt.UTC)
NODES = ("node1", "node2")


class Kubernetes:
    """Two nodes, the Jobs, and their pods.

    Attributes:
        records: what the pods have recorded.
        deleted_jobs: how often a Job of a component was deleted.
        dark, tainted: nodes without power, and those of them that were given up.
        full: no node has room.
    """

    def __init__(self, records: Records) -> None:
        self.now = NOW
        self.records = records
        self.jobs: dict[str, Job] = {}
        self.pods: dict[str, Pod] = {}
        self.deleted_jobs: dict[str, int] = {}
        self.dark: set[str] = set()
        self.tainted: set[str] = set()
        self.full = False
        self._number = 0

    def pass_time(self, seconds: float) -> None:
        self.now += dt.timedelta(seconds=seconds)

    def new_uid(self, kind: str) -> str:
        self._number += 1
        return f"{kind}-{self._number}"

    # What controllers do.

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
        uid = self.new_uid("pod")
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
            pod.summary = self.records.said(pod)
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

    # What power does.

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
