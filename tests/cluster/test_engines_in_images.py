"""The renderer's image with typst in it, and with weasyprint: built to its end, and the engine prints there."""

from pathlib import Path

import pypdfium2
import pytest
import yaml
from devcluster import MachineUnsuitableError
from devcluster.images.engines import ENGINES, build_renderer_with

from tests.cluster.an_unpacked_image import UnpackedImage

TEMPLATES = {
    "typst": '#import "/pdfbatch.typ": row\n= Letter to #row.name',
    "weasyprint": "<style>p { font: bold 12pt Liberation Serif }</style><h1>Letter</h1><p>to {{ name }}</p>",
}


@pytest.mark.parametrize("engine", ENGINES)
def test_a_batch_is_printed_by_an_engine_that_is_in_the_image(tmp_path: Path, engine: str) -> None:
    try:
        image = UnpackedImage(build_renderer_with([engine]).archive, tmp_path)
    except MachineUnsuitableError as error:
        pytest.skip(f"images cannot be built here: {error}")
    manifest = {
        "apiVersion": "pdfbatch.io/v1alpha1",
        "kind": "PdfBatch",
        "metadata": {"name": engine},
        "spec": {
            "source": {"items": {"values": [{"name": "Ottilie"}, {"name": "Konrad"}]}},
            "template": {"inline": TEMPLATES[engine]},
            "engine": {"name": engine},
            "output": {"uri": "out/", "name": "{{ name }}.pdf"},
        },
    }
    (image.root / f"tmp/{engine}.yaml").write_text(yaml.safe_dump(manifest))

    done = image.run("run", f"/tmp/{engine}.yaml", "--output", f"/tmp/{engine}")

    assert done.returncode == 0, done.stdout + done.stderr
    for name in ("Ottilie", "Konrad"):
        with pypdfium2.PdfDocument(image.root / f"tmp/{engine}/{name}.pdf") as document:
            text = document[0].get_textpage().get_text_bounded()
        assert f"to {name}" in text.replace("\r\n", " ")
