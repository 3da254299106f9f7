"""Builds an observation of a batch: `a_batch().with_shards(10).suspended().rendering().seen()`."""

import datetime as dt
from dataclasses import dataclass, field, replace
from typing import Any, Self

from pdfbatch_api.resource import PdfBatchSpec, PdfBatchStatus
from pdfbatch_api.resource.status import BatchImages, DocumentCounts, PlanStatus, ShardCounts
from pdfbatch_api.summaries import FailureLine, FinishSummary, PlanSummary, RenderSummary
from pdfbatch_operator import manifests
from pdfbatch_operator.moments import text_of
from pdfbatch_operator.observation import Component, Observation, ObservedBatch, ObservedJob, ObservedPod, Settings
from pdfbatch_operator.scaling import Answers, History

NOW = dt.datetime(2026, 11, 30, 18, 0, tzinfo=dt.UTC)
PER_SHARD = 100
SETTINGS = Settings(renderer_image="pdfbatch-renderer:1", engine_image="pdfbatch-chromium:1")


def spec_of(**changes: Any) -> dict[str, Any]:
    """A spec as JSON."""
    return {
        "source": {"rows": {"uri": "s3://billing/rows.csv"}},
        "template": {"inline": "<p>{{ number }}"},
        "output": {"uri": "s3://archive/", "name": "{{ number }}.pdf"},
        **changes,
    }


def render_summary(shard: int, *, documents: int = PER_SHARD, failed: int = 0) -> RenderSummary:
    """What a renderer says at the end of its shard."""
    return RenderSummary(
        shard=shard,
        documents=documents,
        succeeded=documents - failed,
        failed=failed,
        pages=documents - failed,
        bytes=1000 * (documents - failed),
        failures=tuple(
            FailureLine(shard * documents + n + 1, f"{shard}-{n}.pdf", "TemplateFailed", "no such column")
            for n in range(min(failed, 10))
        ),
    )


def finish_summary(documents: int, *, failed: int = 0, within_policy: bool = True, error: str = "") -> FinishSummary:
    """What finish says."""
    return FinishSummary(
        documents=documents,
        succeeded=documents - failed,
        failed=failed,
        pages=documents - failed,
        bytes=1000 * (documents - failed),
        within_policy=within_policy,
        error=error,
    )


@dataclass(frozen=True)
class ABatch:
    """A batch with all around it. Each method gives the next; `seen()` gives the observation."""

    spec: dict[str, Any] = field(default_factory=spec_of)
    status: PdfBatchStatus = field(default_factory=PdfBatchStatus)
    shards: int = 10
    labels: dict[str, str] = field(default_factory=dict)
    deleting: bool = False
    invalid: str = ""
    jobs: dict[Component, ObservedJob] = field(default_factory=dict)
    pods: tuple[ObservedPod, ...] = ()
    now: dt.datetime = NOW
    settings: Settings = SETTINGS
    manifest_exists: bool = False
    disrupted_attempts: frozenset[str] = frozenset()
    answers: Answers = field(default_factory=Answers)
    history: History = field(default_factory=History)
    allowance: int | None = None

    # What its author wrote.

    def with_spec(self, **changes: Any) -> Self:
        return replace(self, spec={**self.spec, **changes})

    def with_shards(self, shards: int) -> Self:
        return replace(self, shards=shards)

    def suspended(self) -> Self:
        return self.with_spec(suspend=True)

    def with_renderers(self, renderers: int) -> Self:
        return self.with_spec(renderers=renderers)

    def in_queue(self) -> Self:
        return replace(self, labels={"kueue.x-k8s.io/queue-name": "team"})

    def invalid_because(self, reason: str) -> Self:
        return replace(self, invalid=reason)

    # What the admin chose.

    def with_settings(self, **changes: Any) -> Self:
        return replace(self, settings=replace(self.settings, **changes))

    # How far it is.

    def with_status(self, **changes: Any) -> Self:
        return replace(self, status=self.status.model_copy(update=changes))

    def begun(self) -> Self:
        return replace(self, manifest_exists=True).with_status(
            phase="Planning",
            images=BatchImages(renderer="pdfbatch-renderer:1", engine="pdfbatch-chromium:1"),
            selector="pdfbatch.io/batch-uid=uid-1,pdfbatch.io/component=render",
            start_time=text_of(NOW),
            last_update_time=text_of(NOW),
            observed_generation=1,
        )

    def planned(self) -> Self:
        documents = self.shards * PER_SHARD
        return self.begun().with_status(
            phase="Rendering",
            plan=PlanStatus(digest="d1", documents=documents, shards=self.shards),
            documents=DocumentCounts(total=documents),
            shards=ShardCounts(total=self.shards),
        )

    def rendering(self, **job: Any) -> Self:
        return self.planned().with_job("render", **{"completions": self.shards, "parallelism": self.shards, **job})

    def finishing(self, **status: Any) -> Self:
        done = f"0-{self.shards - 1}" if self.shards > 1 else "0"
        return self.rendering(completed_indexes=done, finished="Complete").with_status(
            **{"phase": "Finishing", **status}
        )

    # What is around it.

    def with_job(self, component: Component, **changes: Any) -> Self:
        job = ObservedJob(
            name=manifests.job_name(self.batch(), component),
            uid=f"{component}-job",
            component=component,
            owned=True,
            created=NOW,
            parallelism=1,
            completions=1,
            suspend=False,
        )
        return replace(self, jobs={**self.jobs, component: replace(job, **changes)})

    def with_pod(self, component: Component, index: int | None = None, **changes: Any) -> Self:
        number = len(self.pods)
        pod = ObservedPod(
            name=f"pod-{number}",
            uid=f"pod-uid-{number}",
            component=component,
            job_uid=f"{component}-job",
            index=index,
            phase="Running",
            created=NOW + dt.timedelta(milliseconds=number),
            node="node1",
        )
        return replace(self, pods=(*self.pods, replace(pod, **changes)))

    def with_rendered_shard(self, index: int, *, failed: int = 0) -> Self:
        return self.with_pod(
            "render", index, phase="Succeeded", exit_code=0, summary=render_summary(index, failed=failed)
        )

    def with_plan_pod(self, **summary: Any) -> Self:
        said = PlanSummary(digest="d1", documents=self.shards * PER_SHARD, shards=self.shards)
        return self.with_pod(
            "plan", phase="Succeeded", exit_code=0, summary=PlanSummary(**{**_fields(said), **summary})
        )

    def with_finish_pod(self, summary: FinishSummary) -> Self:
        return self.with_pod("finish", phase="Succeeded", exit_code=0, summary=summary)

    def after(self, seconds: float) -> Self:
        return replace(self, now=self.now + dt.timedelta(seconds=seconds))

    def with_(self, **changes: Any) -> Self:
        return replace(self, **changes)

    # What is seen.

    def batch(self) -> ObservedBatch:
        return ObservedBatch(
            namespace="billing",
            name="invoices",
            uid="uid-1",
            generation=1,
            resource_version="7",
            created=NOW,
            spec=None if self.invalid else PdfBatchSpec.model_validate(self.spec),
            raw_spec=self.spec,
            status=self.status,
            labels=self.labels,
            deleting=self.deleting,
            invalid=self.invalid,
        )

    def seen(self) -> Observation:
        return Observation(
            now=self.now,
            batch=self.batch(),
            settings=self.settings,
            jobs=self.jobs,
            pods=self.pods,
            manifest_exists=self.manifest_exists,
            disrupted_attempts=self.disrupted_attempts,
            answers=self.answers,
            history=self.history,
            allowance=self.allowance,
        )


def _fields(summary: PlanSummary) -> dict[str, Any]:
    return {name: getattr(summary, name) for name in summary.__struct_fields__}


def a_batch() -> ABatch:
    """A batch that was just applied: nothing of it is there yet."""
    return ABatch()
