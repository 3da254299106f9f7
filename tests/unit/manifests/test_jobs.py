"""The Jobs: what is run, how often it is tried, and what each way to end means."""

from typing import Any

import pytest

from pdfbatch_api.exit_codes import ExitCode
from pdfbatch_operator import manifests
from tests.unit.manifests.pod_security import Body
from tests.unit.manifests.test_pods import jobs_of, renderer
from tests.unit.operator.a_batch import a_batch


def arguments(job: Body) -> list[str]:
    return list(renderer(job["spec"]["template"]["spec"])["args"])


def meaning(job: Body, code: int, *, container: str = "renderer", disrupted: bool = False) -> str:
    """What the Job controller does about a pod that ended so: the first rule that fits (KEP-3329)."""
    for rule in job["spec"]["podFailurePolicy"]["rules"]:
        if disrupted and any(one["type"] == "DisruptionTarget" for one in rule.get("onPodConditions", ())):
            return str(rule["action"])
        exits = rule.get("onExitCodes")
        if exits and exits["containerName"] == container and code in exits["values"]:
            return str(rule["action"])
    return "Count"


def test_what_each_pod_is_told_to_do() -> None:
    made = jobs_of(a_batch())

    assert arguments(made["plan"]) == [
        "plan",
        "/pdfbatch/manifest/batch.yaml",
        "--whole-if-one-shard",
        "--workers",
        "1",
    ]
    assert arguments(made["render"]) == [
        "render",
        "--manifest",
        "/pdfbatch/manifest/batch.yaml",
        "--plan",
        "d1",
        "--workers",
        "1",
    ]
    assert arguments(made["finish"]) == [
        "finish",
        "/pdfbatch/manifest/batch.yaml",
        "--plan",
        "d1",
        "--reason",
        "the deadline is over",
    ]
    assert "--reason" not in arguments(manifests.finish_job(a_batch().planned().seen(), ""))


def test_the_render_job_has_an_index_a_shard() -> None:
    seen = a_batch().with_shards(300).planned().seen()

    spec = manifests.render_job(seen, 8, True)["spec"]

    assert (spec["completionMode"], spec["completions"], spec["parallelism"]) == ("Indexed", 300, 8)
    assert spec["suspend"] is True
    assert manifests.render_job(seen, 8, False)["spec"]["suspend"] is False


def test_tries_are_the_batchs_retries() -> None:
    made = jobs_of(a_batch().with_spec(retries={"shard": 2}))

    assert made["render"]["spec"]["backoffLimitPerIndex"] == 2
    assert "backoffLimit" not in made["render"]["spec"]
    assert made["plan"]["spec"]["backoffLimit"] == made["finish"]["spec"]["backoffLimit"] == 2


@pytest.mark.parametrize("component", ["plan", "render", "finish"])
def test_what_an_end_means(component: str) -> None:
    job = jobs_of(a_batch())[component]

    assert meaning(job, ExitCode.TERMINATED) == "Ignore"
    assert meaning(job, ExitCode.USAGE) == "FailJob"
    assert meaning(job, ExitCode.CONFIG) == "FailJob"
    # one shard's data are one index; without an index they are all there is
    assert meaning(job, ExitCode.DATA) == ("FailIndex" if component == "render" else "FailJob")
    for code in (ExitCode.UNAVAILABLE, ExitCode.CANTCREAT, ExitCode.TEMPFAIL, 137, 1):
        assert meaning(job, code) == "Count"
    # a disruption is nobody's fault, whatever the exit code says
    assert meaning(job, ExitCode.USAGE, disrupted=True) == "Ignore"
    assert meaning(job, 137, disrupted=True) == "Ignore"


def test_how_the_engine_ends_means_nothing() -> None:
    job = jobs_of(a_batch())["render"]

    assert meaning(job, ExitCode.USAGE, container="engine") == "Count"
    assert all(
        rule["onExitCodes"]["containerName"] == "renderer"
        for rule in job["spec"]["podFailurePolicy"]["rules"]
        if "onExitCodes" in rule
    )


@pytest.mark.parametrize("component", ["plan", "render", "finish"])
def test_what_podfailurepolicy_needs_is_there_and_what_is_the_batchs_is_not(component: str) -> None:
    spec = jobs_of(a_batch().with_spec(activeDeadlineSeconds=60, ttlSecondsAfterFinished=60))[component]["spec"]

    assert spec["template"]["spec"]["restartPolicy"] == "Never"
    assert spec["podReplacementPolicy"] == "Failed"
    assert not spec.keys() & {"ttlSecondsAfterFinished", "activeDeadlineSeconds", "maxFailedIndexes"}


def test_a_batch_in_a_queue_means_its_jobs_and_nothing_else_of_it() -> None:
    batch = a_batch().with_(
        labels={
            "kueue.x-k8s.io/queue-name": "team",
            "kueue.x-k8s.io/priority-class": "low",
            "kueue.x-k8s.io/prebuilt-workload-name": "somebody-elses",
            "team": "billing",
        }
    )

    for job in jobs_of(batch).values():
        labels = job["metadata"]["labels"]
        assert {key: value for key, value in labels.items() if "pdfbatch" not in key and "app." not in key} == {
            "kueue.x-k8s.io/queue-name": "team",
            "kueue.x-k8s.io/priority-class": "low",
        }


def test_a_job_is_the_same_whenever_it_is_made() -> None:
    seen = a_batch().planned().seen()
    later = a_batch().planned().after(3600).seen()

    assert manifests.render_job(seen, 3, False) == manifests.render_job(later, 3, False)


@pytest.mark.parametrize(
    "make", [lambda seen: manifests.render_job(seen, 1, False), lambda seen: manifests.finish_job(seen, "")]
)
def test_nothing_is_rendered_or_finished_without_a_plan(make: Any) -> None:
    with pytest.raises(ValueError, match="billing/invoices has no plan"):
        make(a_batch().begun().seen())


def test_no_job_is_made_of_a_spec_that_cannot_be_read() -> None:
    with pytest.raises(ValueError, match="billing/invoices is not valid here: a field of tomorrow"):
        manifests.plan_job(a_batch().invalid_because("a field of tomorrow").seen())
