"""What this version lacks is refused by name; what only a cluster uses is said."""

import pytest

from pdfbatch_api.errors import NotInThisVersionError
from pdfbatch_api.manifest import parse_manifest
from pdfbatch_api.unsupported import refuse_unsupported

from .manifests import GOOD, added, instead

REFUSED = {
    "typst": (
        added("  engine: {name: typst}"),
        "spec.engine.name: engine typst: not in this version. Use chromium.",
    ),
    "weasyprint": (
        added("  engine: {name: weasyprint}"),
        "spec.engine.name: engine weasyprint: not in this version. Use chromium.",
    ),
    "ironpdf": (
        added("  engine: {name: ironpdf}"),
        "spec.engine.name: engine ironpdf: not in this version. Use chromium.",
    ),
    "scripts": (
        added("  engine: {chromium: {scripts: true}}"),
        "spec.engine.chromium.scripts: JavaScript in pages: not in this version. "
        "Leave it out, and let the template make what the script would.",
    ),
    "network": (
        added("  engine: {chromium: {network: [fonts.example]}}"),
        "spec.engine.chromium.network: pages that load from the network: not in this version. "
        "Put the files into the template's folder, or name a column of URIs in images.",
    ),
    "urls": (
        instead("    rows:\n      uri: rows.csv\n  template:\n    uri: invoice.html\n", "    urls: {uri: pages.csv}\n"),
        "spec.source.urls: source urls: not in this version. Fetch the pages, and give them as spec.source.files.",
    ),
    "watermark": (
        added("  postprocessing: {watermark: {text: COPY}}"),
        "spec.postprocessing.watermark: postprocessing watermark: not in this version. "
        "Draw it in the template, as a fixed element.",
    ),
    "letterhead": (
        added("  postprocessing: {letterhead: {uri: paper.pdf}}"),
        "spec.postprocessing.letterhead: postprocessing letterhead: not in this version. "
        "Draw it in the template, as a background.",
    ),
    "attachments": (
        added("  postprocessing: {attachments: [{uri: terms.pdf}]}"),
        "spec.postprocessing.attachments: postprocessing attachments: not in this version. "
        "Leave it out, and do it to the finished PDFs.",
    ),
    "encryption": (
        added("  postprocessing: {encryption: {userPasswordColumn: birthday}}"),
        "spec.postprocessing.encryption: postprocessing encryption: not in this version. "
        "Leave it out, and do it to the finished PDFs.",
    ),
    "signature": (
        added("  postprocessing: {signature: {secretRef: {name: seal, key: p12}}}"),
        "spec.postprocessing.signature: postprocessing signature: not in this version. "
        "Leave it out, and do it to the finished PDFs.",
    ),
    "linearize": (
        added("  postprocessing: {linearize: true}"),
        "spec.postprocessing.linearize: postprocessing linearize: not in this version. "
        "Leave it out, and do it to the finished PDFs.",
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
    "a volume for the work folder": (added("  workFolder: {uri: pvc://claim/work/}"), "spec.workFolder.uri"),
}


@pytest.mark.parametrize("case", LOCALLY_REFUSED)
def test_what_needs_a_cluster_is_refused_on_a_laptop_alone(case: str) -> None:
    text, key = LOCALLY_REFUSED[case]
    batch = parse_manifest(text)

    with pytest.raises(NotInThisVersionError) as raised:
        refuse_unsupported(batch, local=True)

    assert raised.value.where.key == key
    assert refuse_unsupported(batch, local=False) == []


def test_everything_refused_is_named_at_once() -> None:
    batch = parse_manifest(added("  engine: {name: typst}", "  postprocessing: {linearize: true}"))

    with pytest.raises(NotInThisVersionError) as raised:
        refuse_unsupported(batch, local=True)

    assert str(raised.value) == (
        "not in this version\n"
        "  spec.engine.name: engine typst: not in this version. Use chromium.\n"
        "  spec.postprocessing.linearize: postprocessing linearize: not in this version. "
        "Leave it out, and do it to the finished PDFs."
    )


def test_what_only_a_cluster_uses_is_noted_on_a_laptop() -> None:
    batch = parse_manifest(
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
