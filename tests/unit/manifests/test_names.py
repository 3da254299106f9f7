"""Names: the same for the same batch, others for its namesake, and short enough for what Kubernetes makes of them."""

import re
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from pdfbatch_operator import manifests
from pdfbatch_operator.manifests.names import label_value
from pdfbatch_operator.observation import ObservedBatch
from tests.unit.operator.a_batch import a_batch

# RFC 1123: what a pod's host name may be.
LABEL = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")
SUBDOMAINS = st.from_regex(re.compile(r"[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?"), fullmatch=True)


def named(name: str, uid: str = "uid-1") -> ObservedBatch:
    return replace(a_batch().batch(), name=name, uid=uid)


def all_names(batch: ObservedBatch) -> list[str]:
    jobs = [manifests.job_name(batch, component) for component in ("plan", "render", "finish")]
    return [*jobs, manifests.manifest_name(batch), manifests.disrupted_name(batch)]


def test_a_person_recognises_the_batch() -> None:
    assert re.fullmatch("invoices-2026-11-render-[0-9a-f]{8}", manifests.job_name(named("invoices-2026-11"), "render"))


@settings(deadline=None)
@given(SUBDOMAINS, st.uuids())
def test_a_name_and_that_of_its_last_pod_are_dns_labels(name: str, uid: object) -> None:
    for made in all_names(named(name, str(uid))):
        assert LABEL.fullmatch(made)
        # the host name of the last index of the largest Job
        assert LABEL.fullmatch(f"{made}-99999")


@settings(deadline=None)
@given(SUBDOMAINS)
def test_the_objects_of_a_batch_have_names_of_their_own_which_do_not_change(name: str) -> None:
    names = all_names(named(name))

    assert len(set(names)) == len(names)
    assert names == all_names(named(name))


def test_a_namesake_with_another_uid_has_other_names() -> None:
    assert not set(all_names(named("invoices", "uid-1"))) & set(all_names(named("invoices", "uid-2")))


def test_batches_whose_names_differ_only_at_their_ends_do_not_meet() -> None:
    one, other = named("a" * 60 + "1", "uid-1"), named("a" * 60 + "2", "uid-2")

    assert manifests.job_name(one, "render") != manifests.job_name(other, "render")


@settings(deadline=None)
@given(SUBDOMAINS)
def test_a_batches_name_as_a_label_is_one(name: str) -> None:
    assert re.fullmatch(r"[a-z0-9]([-a-z0-9_.]{0,61}[a-z0-9])?", label_value(name))


def test_the_selector_finds_renderers_alone() -> None:
    # given the labels of the pods of each Job
    seen = a_batch().planned().seen()
    jobs = {
        "plan": manifests.plan_job(seen),
        "render": manifests.render_job(seen, 3, False),
        "finish": manifests.finish_job(seen, ""),
    }
    wanted = dict(pair.split("=") for pair in manifests.selector(seen.batch).split(","))

    found = [
        component
        for component, job in jobs.items()
        if wanted.items() <= job["spec"]["template"]["metadata"]["labels"].items()
    ]

    assert found == ["render"]
