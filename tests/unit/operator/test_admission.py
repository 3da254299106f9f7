"""What is never begun: said, and nothing created."""

import pytest

from pdfbatch_operator.observation import IronPdfSettings
from tests.unit.operator.a_batch import ABatch, a_batch
from tests.unit.operator.reading import condition, decided, kinds, reasons, written


def _refused(batch: ABatch) -> tuple[str, str]:
    decision = decided(batch)
    assert decision.actions == ()
    assert written(decision).phase == "Pending" and written(decision).images is None
    assert condition(decision, "Stalled").status == "True"
    assert decided(batch.with_(status=written(decision)).after(3600)).status is None
    return reasons(decision)[0], condition(decision, "Stalled").message


def test_a_spec_that_this_operator_cannot_read() -> None:
    reason, message = _refused(a_batch().invalid_because("spec.engine.speed: there is no such field"))

    assert reason == "InvalidSpec"
    assert "spec.engine.speed: there is no such field" in message and "upgrade the operator" in message


def test_a_service_account_that_the_admin_did_not_allow() -> None:
    batch = a_batch().with_spec(podTemplate={"serviceAccountName": "admin"})

    reason, message = _refused(batch)

    assert reason == "ServiceAccountNotAllowed"
    assert "spec.podTemplate.serviceAccountName: admin" in message


def test_and_the_batch_goes_on_once_it_is_allowed() -> None:
    batch = a_batch().with_spec(podTemplate={"serviceAccountName": "store"})
    batch = batch.with_(status=written(decided(batch)))

    decision = decided(batch.with_settings(service_accounts=frozenset({"store"})))

    assert written(decision).phase == "Planning"
    assert condition(decision, "Stalled").status == "False"


def test_a_label_that_is_not_the_batch_s_to_give() -> None:
    reason, message = _refused(a_batch().with_spec(podTemplate={"labels": {"pdfbatch.io/batch-uid": "other"}}))

    assert reason == "PodTemplateNotAllowed"
    assert "pdfbatch.io/batch-uid" in message


def test_a_manifest_that_no_config_map_can_hold() -> None:
    reason, message = _refused(a_batch().with_spec(template={"inline": "😀" * 2**18}))

    assert reason == "ManifestTooLarge"
    assert message.startswith("The manifest has ")


def test_engine_ironpdf_where_nobody_names_a_licence_key() -> None:
    reason, message = _refused(a_batch().with_spec(engine={"name": "ironpdf"}))

    assert reason == "LicenseMissing"
    # what to do, for the admin and for the author
    assert "ironpdf.license.secret" in message and "spec.podTemplate.env" in message
    assert "IRONPDF_LICENSE_KEY" in message and "docs/ironpdf-on-kubernetes.md" in message


@pytest.mark.parametrize("by", ["the chart", "the batch"])
def test_and_it_begins_once_one_is_named(by: str) -> None:
    batch = a_batch().with_spec(engine={"name": "ironpdf"})
    batch = batch.with_(status=written(decided(batch)))

    if by == "the chart":
        batch = batch.with_settings(ironpdf=IronPdfSettings(license_secret="ironpdf"))
    else:
        own = {"name": "IRONPDF_LICENSE_KEY", "secretKeyRef": {"name": "ours", "key": "word"}}
        batch = batch.with_spec(podTemplate={"env": [own]})

    assert written(decided(batch)).phase == "Planning"
    assert condition(decided(batch), "Stalled").status == "False"


def test_a_suspended_batch_begins_with_its_status_and_nothing_else() -> None:
    decision = decided(a_batch().suspended())

    assert kinds(decision) == []
    assert written(decision).phase == "Suspended"
    assert written(decision).suspended_since == "2026-11-30T18:00:00Z"
    assert condition(decision, "Suspended").status == "True"
