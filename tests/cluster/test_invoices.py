"""A thousand invoices from a volume to the volume, by the example as it stands; and the template in a ConfigMap."""

import shutil
from pathlib import Path

from devcluster import Cluster

from tests.cluster.a_place import Place

EXAMPLES = Path(__file__).parents[2] / "examples"


def test_a_thousand_invoices(place: Place) -> None:
    # given what `kubectl cp ../invoices files:/documents/` leaves on the claim
    shutil.copytree(EXAMPLES / "invoices", place.folder / "invoices")

    # when
    place.kubectl("apply", f"--filename={EXAMPLES / 'kubernetes' / 'invoices-pvc.yaml'}")

    # then two render at once, and a person sees it count
    place.until("two renderers work", lambda: place.row("invoices")["RENDERERS"] == "2", within=60)
    assert place.row("invoices")["PHASE"] == "Rendering"
    place.shards_done("invoices", within=240)
    row = place.row("invoices")
    assert row["PROGRESS"].endswith("/1000")
    assert int(row["PROGRESS"].partition("/")[0]) in (250, 500, 750, 1000)
    place.kubectl("wait", "pdfbatch/invoices", "--for=condition=Complete", "--timeout=110s", check=False)
    status = place.succeeded("invoices", documents=1000, within=300)
    row = place.row("invoices")
    assert (row["PHASE"], row["PROGRESS"], row["FAILED"], row["REMAINING"]) == ("Succeeded", "1000/1000", "0", "")
    assert float(row["DOCS/S"]) > 0
    assert status["pages"] > 1000
    assert len(place.pdfs("invoices")) == 1000
    assert {path.parent.name for path in place.pdfs("invoices")} >= {"DE", "JP"}
    print(f"\n1,000 invoices: {row['DOCS/S']} documents/s")


def test_a_template_in_a_config_map(place: Place) -> None:
    place.kubectl("apply", f"--filename={EXAMPLES / 'kubernetes' / 'configmap-template.yaml'}")

    place.succeeded("reminders", documents=3)

    assert [path.name for path in place.pdfs("reminders")] == [
        "2026-0017 Barnabé Coquelicot.pdf",
        "2026-0042 Wanda Żółw.pdf",
        "2026-0051 Saoirse Kettlewell.pdf",
    ]


def test_the_storage_of_the_examples_is_let_in(own_cluster: Cluster, place: Place) -> None:
    # not the claim itself: there is one of that name here already
    text = (EXAMPLES / "kubernetes" / "storage.yaml").read_text().replace("name: documents\nspec", "name: other\nspec")

    done = own_cluster.kubectl("create", "--namespace", place.namespace, "--dry-run=server", "--filename=-", input=text)

    assert done.stdout.splitlines() == [
        "persistentvolumeclaim/other created (server dry run)",
        "pod/files created (server dry run)",
    ]
