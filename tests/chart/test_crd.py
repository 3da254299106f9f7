"""The definition of PdfBatch is the generated one, and is upgraded and kept as the values say."""

import pytest
import yaml

from tests.chart.a_chart import CHART, a_chart

KEEP = {"helm.sh/resource-policy": "keep"}


def test_the_definition_is_the_generated_one_word_for_word() -> None:
    generated = yaml.safe_load((CHART / "files" / "crd.yaml").read_text(encoding="utf-8"))

    installed = a_chart().only("CustomResourceDefinition")

    assert installed["spec"] == generated["spec"]
    assert installed["metadata"]["name"] == generated["metadata"]["name"] == "pdfbatches.pdfbatch.io"
    # the chart writes these itself, and a key that came twice would be lost
    assert generated["metadata"].keys() == {"name"}


@pytest.mark.parametrize(("keep", "annotations"), [(True, KEEP), (False, {})])
def test_whether_it_outlives_the_release_is_the_admins_choice(keep: bool, annotations: dict[str, str]) -> None:
    installed = a_chart().with_("crds.keep", keep).only("CustomResourceDefinition")

    assert installed["metadata"].get("annotations", {}) == annotations


def test_it_is_a_template_so_that_an_upgrade_upgrades_it() -> None:
    # Helm installs crds/ once and never looks at it again
    assert not (CHART / "crds").exists()
    assert a_chart().with_("crds.install", False).of_kind("CustomResourceDefinition") == []
