"""What this version lacks is refused by name; what only a cluster uses is said."""

import pytest

from pdfbatch_api.errors import ManifestError, NotInThisVersionError
from pdfbatch_api.manifest import parse_manifest
from pdfbatch_api.unsupported import refuse_unsupported

from .manifests import GOOD, added, instead

REFUSED = {
    "network": (
        added("  engine: {chromium: {network: [fonts.example]}}"),
        "spec.engine.chromium.network: pages that load from the network: not in this version. "
        "Put the files into the template's folder, or name a column of URIs in images.",
    ),
    "urls": (
        instead("    rows:\n      uri: rows.csv\n  template:\n    uri: invoice.html\n", "    urls: {uri: pages.csv}\n"),
        "spec.source.urls: source urls: not in this version. Fetch the pages, and give them as spec.source.files.",
    ),
    "signature": (
        added("  postprocessing: {signature: {secretRef: {name: seal, key: p12}}}"),
        "spec.postprocessing.signature: postprocessing signature: not in this version. "
        "Leave it out, and do it to the finished PDFs.",
    ),
    "linearize and encryption": (
        added("  postprocessing: {linearize: true, encryption: {userPasswordColumn: birthday}}"),
        "spec.postprocessing.linearize: linearizing what is encrypted: not in this version. Leave one of the two out.",
    ),
    "encryption and merged PDFs": (
        added(
            "    container: {format: pdf, name: all.pdf}",
            "  postprocessing: {encryption: {userPasswordColumn: birthday}}",
        ),
        "spec.postprocessing.encryption: encryption in merged PDFs: not in this version. "
        "Leave it out, or put the documents into a zip: merging takes their pages alone.",
    ),
    "attachments and merged PDFs": (
        added("    container: {format: pdf, name: all.pdf}", "  postprocessing: {attachments: [{column: receipt}]}"),
        "spec.postprocessing.attachments: attachments in merged PDFs: not in this version. "
        "Leave it out, or put the documents into a zip: merging takes their pages alone.",
    ),
}


@pytest.mark.parametrize("local", [True, False])
@pytest.mark.parametrize("case", REFUSED)
def test_what_this_version_lacks_is_refused_by_name_everywhere(case: str, local: bool) -> None:
    text, expected = REFUSED[case]

    with pytest.raises(NotInThisVersionError) as raised:
        refuse_unsupported(parse_manifest(text), local=local)

    assert str(raised.value) == expected


LOCALLY_REFUSED = {
    "a ConfigMap": (instead("uri: invoice.html", "configMap: {name: invoice}"), "spec.template.configMap"),
    "a volume for the output": (instead("uri: out/", "uri: pvc://claim/out/"), "spec.output.uri"),
    "a volume for the table": (instead("uri: rows.csv", "uri: pvc://claim/rows.csv"), "spec.source.rows.uri"),
    "a volume for the template": (instead("uri: invoice.html", "uri: pvc://claim/invoice/"), "spec.template.uri"),
    "a volume for the work folder": (added("  workFolder: {uri: pvc://claim/work/}"), "spec.workFolder.uri"),
}


@pytest.mark.parametrize("case", LOCALLY_REFUSED)
def test_what_needs_a_cluster_is_refused_on_a_laptop_alone(case: str) -> None:
    text, key = LOCALLY_REFUSED[case]
    batch = parse_manifest(text)

    with pytest.raises(NotInThisVersionError) as raised:
        refuse_unsupported(batch, local=True)

    assert raised.value.where.key == key
    assert refuse_unsupported(parse_manifest(in_a_bucket(text)), local=False) == []


def in_a_bucket(text: str) -> str:
    """The manifest with its paths in a bucket."""
    for path in ("rows.csv", "invoice.html", "out/"):
        text = text.replace(f"uri: {path}", f"uri: s3://bucket/{path}")
    return text


@pytest.mark.parametrize("path", ["rows.csv", "/srv/rows.csv", "file:///srv/rows.csv", "FILE:///srv/rows.csv", "a:b"])
def test_a_path_is_refused_in_a_cluster_alone(path: str) -> None:
    batch = parse_manifest(in_a_bucket(instead("uri: rows.csv", f"uri: '{path}'")))

    with pytest.raises(ManifestError, match=r"In a cluster, give s3://, gs://, az:// or pvc://CLAIM/path") as raised:
        refuse_unsupported(batch, local=False)

    assert raised.value.where.key == "spec.source.rows.uri"
    assert path in str(raised.value)
    assert refuse_unsupported(batch, local=True) == []


def test_every_path_is_named_at_once_in_a_cluster() -> None:
    with pytest.raises(ManifestError) as raised:
        refuse_unsupported(parse_manifest(GOOD), local=False)

    assert str(raised.value) == (
        "spec.source.rows.uri: rows.csv is a path of one machine, invoice.html (spec.template.uri), "
        "out/ (spec.output.uri). In a cluster, give s3://, gs://, az:// or pvc://CLAIM/path."
    )


def test_everything_refused_is_named_at_once() -> None:
    batch = parse_manifest(
        added(
            "  engine: {chromium: {network: [fonts.example]}}",
            "  postprocessing: {signature: {secretRef: {name: seal, key: p12}}}",
        )
    )

    with pytest.raises(NotInThisVersionError) as raised:
        refuse_unsupported(batch, local=True)

    assert str(raised.value) == (
        "not in this version\n"
        "  spec.engine.chromium.network: pages that load from the network: not in this version. "
        "Put the files into the template's folder, or name a column of URIs in images.\n"
        "  spec.postprocessing.signature: postprocessing signature: not in this version. "
        "Leave it out, and do it to the finished PDFs."
    )


def test_what_only_a_cluster_uses_is_noted_on_a_laptop() -> None:
    batch = parse_manifest(
        in_a_bucket(
            added(
                "    credentialsSecretRef: {name: store}",
                "  renderers: 4",
                "  scaling: {max: 50, prometheus: {query: up, target: 1}}",
                "  retries: {shard: 1}",
                "  suspend: true",
                "  activeDeadlineSeconds: 7200",
                "  ttlSecondsAfterFinished: 60",
                "  podTemplate: {nodeSelector: {disk: ssd}}",
            )
        )
    )

    assert refuse_unsupported(batch, local=True) == [
        "spec.renderers has no effect without a cluster",
        "spec.scaling has no effect without a cluster",
        "spec.retries.shard has no effect without a cluster",
        "spec.suspend has no effect without a cluster",
        "spec.activeDeadlineSeconds has no effect without a cluster",
        "spec.ttlSecondsAfterFinished has no effect without a cluster",
        "spec.podTemplate has no effect without a cluster",
        "spec.output.credentialsSecretRef has no effect without a cluster",
    ]
    assert refuse_unsupported(batch, local=False) == []


def test_an_ordinary_batch_is_refused_nothing_and_noted_nothing() -> None:
    assert refuse_unsupported(parse_manifest(GOOD), local=True) == []
