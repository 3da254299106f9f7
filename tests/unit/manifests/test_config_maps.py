"""The ConfigMaps: the manifest word for word and for ever; the lost attempts, a file each."""

import json

from pdfbatch_api.manifest import parse_manifest
from pdfbatch_api.pods import MANIFEST_KEY
from pdfbatch_operator import manifests
from tests.unit.operator.a_batch import a_batch, spec_of

MEBIBYTE = 2**20


def test_the_pods_read_the_manifest_that_was_applied() -> None:
    batch = a_batch().with_spec(documentDate="2026-11-30").batch()

    body = manifests.manifest_config_map(batch)

    assert body["immutable"] is True
    read = parse_manifest(body["data"][MANIFEST_KEY])
    assert read.metadata.name == "invoices"
    assert read.spec == batch.spec


def test_the_spec_is_given_word_for_word_defaults_and_all() -> None:
    # given what this operator's models do not know: a CRD of a later version
    batch = a_batch().with_spec().batch()
    spec = {**spec_of(), "page": {"size": "A4"}}

    body = manifests.manifest_config_map(type(batch)(**{**_fields(batch), "raw_spec": spec}))

    assert json.loads(body["data"][MANIFEST_KEY])["spec"] == spec


def _fields(batch: object) -> dict[str, object]:
    return {name: getattr(batch, name) for name in batch.__slots__}  # type: ignore[attr-defined]


def test_every_object_goes_with_its_batch() -> None:
    seen = a_batch().planned().seen()
    bodies = [
        manifests.manifest_config_map(seen.batch),
        manifests.disrupted_config_map(seen.batch, ["a"]),
        manifests.plan_job(seen),
        manifests.render_job(seen, 1, False),
        manifests.finish_job(seen, ""),
    ]

    for body in bodies:
        about = body["metadata"]
        assert about["namespace"] == "billing"
        assert about["ownerReferences"] == [
            {
                "apiVersion": "pdfbatch.io/v1alpha1",
                "kind": "PdfBatch",
                "name": "invoices",
                "uid": "uid-1",
                "controller": True,
                "blockOwnerDeletion": True,
            }
        ]
        assert about["labels"]["pdfbatch.io/batch-uid"] == "uid-1"
        assert "finalizers" not in about


def test_a_manifest_that_no_config_map_holds_is_said_with_its_size() -> None:
    small = a_batch().with_spec(template={"inline": "x" * (MEBIBYTE // 8)}).batch()
    rows = [{"text": "é" * 1000} for _ in range(600)]
    large = a_batch().with_spec(source={"items": {"values": rows}}).batch()

    assert manifests.manifest_too_large(small) == ""
    assert "1,048,576 are the most" in manifests.manifest_too_large(large)
    assert "put the rows into a file" in manifests.manifest_too_large(large)


def test_lost_attempts_are_a_key_each_and_bounded() -> None:
    batch = a_batch().batch()

    few = manifests.disrupted_config_map(batch, frozenset({"b", "a"}))
    many = manifests.disrupted_config_map(batch, [f"{number:036d}" for number in range(20_000)])

    assert few["data"] == {"a": "", "b": ""}
    assert "immutable" not in few
    # each name stands in managedFields again: etcd takes 1.5 MiB
    assert 4 * sum(map(len, many["data"])) < MEBIBYTE
