"""The three Jobs of a batch, and of each of its retries: plan, render, finish.

Made once; only parallelism and suspend are ever changed.
"""

from typing import Final

from pdfbatch_api.exit_codes import ExitCode
from pdfbatch_api.pods import MANIFEST_PATH, RENDERER_CONTAINER
from pdfbatch_api.resource import PdfBatchSpec
from pdfbatch_api.resource.status import PlanStatus
from pdfbatch_operator.decision import Body
from pdfbatch_operator.manifests.names import job_name
from pdfbatch_operator.manifests.ownership import metadata
from pdfbatch_operator.manifests.pod import pod_template
from pdfbatch_operator.manifests.resources import pod_resources
from pdfbatch_operator.observation import Component, Observation, ObservedBatch, Settings

# Kueue admits Jobs; a batch in a queue means its Jobs.
_PASSED_ON: Final = ("kueue.x-k8s.io/queue-name", "kueue.x-k8s.io/priority-class")


def plan_job(observation: Observation) -> Body:
    """Freezes the input; where all fits one shard, the same pod renders and finishes.

    Of a retry: finds the shards that it renders. That needs no engine.
    """
    batch, spec = _valid(observation)
    if batch.status.round:
        plan = _plan(batch)
        return _job(
            observation,
            "plan",
            ["plan", MANIFEST_PATH, "--plan", plan.digest, *_generation(batch)],
            {"backoffLimit": spec.retries.shard, "podFailurePolicy": _failure_policy(indexed=False)},
            with_engine=False,
        )
    return _job(
        observation,
        "plan",
        ["plan", MANIFEST_PATH, "--whole-if-one-shard", *_workers(spec, observation.settings)],
        {"backoffLimit": spec.retries.shard, "podFailurePolicy": _failure_policy(indexed=False)},
    )


def render_job(observation: Observation, parallelism: int, suspend: bool) -> Body:
    """An index a shard. The plan must be known (status.plan).

    Args:
        parallelism: renderer pods at first.
        suspend: whether it begins held.
    """
    batch, spec = _valid(observation)
    plan, retries = _plan(batch), batch.status.retries
    shards = plan.shards if not batch.status.round or retries is None else retries.shards
    if shards is None:
        raise ValueError(f"batch {batch.namespace}/{batch.name}: its retry is not planned yet")
    return _job(
        observation,
        "render",
        [
            "render",
            "--manifest",
            MANIFEST_PATH,
            "--plan",
            plan.digest,
            *_generation(batch),
            *_workers(spec, observation.settings),
        ],
        {
            "completionMode": "Indexed",
            "completions": shards,
            "parallelism": parallelism,
            "suspend": suspend,
            "backoffLimitPerIndex": spec.retries.shard,
            "podFailurePolicy": _failure_policy(indexed=True),
        },
    )


def finish_job(observation: Observation, reason: str) -> Body:
    """Writes the batch's manifest from the records, after every end.

    Args:
        reason: why the batch ends before all was rendered; "" when all was.
    """
    batch, spec = _valid(observation)
    told = [*_generation(batch), *(["--reason", reason] if reason else [])]
    return _job(
        observation,
        "finish",
        ["finish", MANIFEST_PATH, "--plan", _plan(batch).digest, *told],
        {"backoffLimit": spec.retries.shard, "podFailurePolicy": _failure_policy(indexed=False)},
        with_engine=False,
    )


def _plan(batch: ObservedBatch) -> PlanStatus:
    if batch.status.plan is None:
        raise ValueError(f"batch {batch.namespace}/{batch.name} has no plan yet: there is nothing to go on with")
    return batch.status.plan


def _generation(batch: ObservedBatch) -> list[str]:
    """Nothing in a first run: images of before there were retries know no such option."""
    return ["--generation", str(batch.status.round)] if batch.status.round else []


def _workers(spec: PdfBatchSpec, settings: Settings) -> list[str]:
    """Said, for a pod without a CPU limit sees all of its node's cores."""
    return ["--workers", str(pod_resources(spec, settings).workers)]


def _valid(observation: Observation) -> tuple[ObservedBatch, PdfBatchSpec]:
    batch = observation.batch
    if batch.spec is None:
        raise ValueError(f"batch {batch.namespace}/{batch.name} is not valid here: {batch.invalid}")
    return batch, batch.spec


def _job(
    observation: Observation, component: Component, arguments: list[str], fields: Body, *, with_engine: bool = True
) -> Body:
    batch, spec = _valid(observation)
    about = metadata(batch, job_name(batch, component), component)
    about["labels"].update({key: batch.labels[key] for key in _PASSED_ON if key in batch.labels})
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": about,
        "spec": {
            **fields,
            # What a podFailurePolicy implies, said: two pods of one index at once only where a node is lost.
            "podReplacementPolicy": "Failed",
            "template": pod_template(batch, spec, observation.settings, component, arguments, with_engine=with_engine),
        },
    }


def _failure_policy(*, indexed: bool) -> Body:
    """What an ended pod means, the first rule that fits: the exit codes are the renderer's, never the engine's.

    What no rule names (69, 73, 75, 137 …) is counted, and tried again. FailIndex is for indexed Jobs only: without an
    index, wrong data fails the whole.
    """
    mistakes = [ExitCode.USAGE, ExitCode.CONFIG] if indexed else [ExitCode.USAGE, ExitCode.DATA, ExitCode.CONFIG]
    rules = [
        {"action": "Ignore", "onPodConditions": [{"type": "DisruptionTarget", "status": "True"}]},
        _on_exit("Ignore", ExitCode.TERMINATED),
        _on_exit("FailJob", *mistakes),
    ]
    if indexed:
        rules.append(_on_exit("FailIndex", ExitCode.DATA))
    return {"rules": rules}


def _on_exit(action: str, *codes: ExitCode) -> Body:
    return {
        "action": action,
        "onExitCodes": {
            "containerName": RENDERER_CONTAINER,
            "operator": "In",
            "values": sorted(int(code) for code in codes),
        },
    }
