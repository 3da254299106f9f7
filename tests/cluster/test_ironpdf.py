"""IronPDF's real engine as a sidecar: what a batch says without a licence key, and, with one, its PDFs.

With IRONPDF_LICENSE_KEY in the environment the same batch goes on to its documents. PDFBATCH_RECORDING writes the page:

PDFBATCH_RECORDING=docs/ironpdf-on-kubernetes-recorded.md .venv/bin/python -m pytest tests/cluster/test_ironpdf.py
"""

import os
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from devcluster import Cluster, MachineUnsuitableError
from devcluster.images import build_ironpdf_images

from tests.cluster.a_place import Place
from tests.cluster.an_ironpdf_recording import Recording
from tests.cluster.installation import Installation

SECRET = "ironpdf"
KEY = os.environ.get("IRONPDF_LICENSE_KEY", "")


@pytest.fixture(scope="module")
def with_ironpdf(own_cluster_of_all: Cluster, installed: Installation) -> Iterator[Installation]:
    """pdfbatch, told where IronPDF's images and its key are."""
    try:
        images = build_ironpdf_images(say=lambda line: print(line, file=sys.stderr, flush=True))
    except MachineUnsuitableError as error:
        pytest.skip(f"IronPDF's images cannot be built here: {error}")
    tag = installed.values["images"]["tag"]
    own_cluster_of_all.load_image(images.engine.archive)
    own_cluster_of_all.load_image(images.renderer.archive, name=f"localhost/pdfbatch-renderer-ironpdf:{tag}")
    replicas = installed.pods()
    installed.upgrade(ironpdf={"image": images.engine.ref, "license": {"secret": SECRET}})
    installed.wait_for_leader(but=replicas)
    yield installed
    installed.upgrade()
    installed.wait_for_leader()


@pytest.fixture(scope="module")
def own_cluster_of_all(cluster: Any) -> Cluster:
    """The cluster, where images can be put onto its nodes."""
    if not isinstance(cluster, Cluster):
        pytest.skip("images are put onto the nodes of a cluster of our own")
    return cluster


def test_the_plan_asks_the_real_engine_and_says_what_it_answers(place: Place, with_ironpdf: Installation) -> None:
    # given a key, or none: the Secret is there, and empty
    place.kubectl("create", "secret", "generic", SECRET, f"--from-literal=license-key={KEY}")

    # when
    place.apply(place.batch("letters", rows=place.rows(3), engine={"name": "ironpdf"}))
    status = place.ended("letters", within=180)

    # then the engine was there before the renderer began, by its probe, and did not die
    recording = Recording.of(place, "letters")
    print(f"\n{recording}")
    assert recording.engine_started <= recording.renderer_started
    assert recording.engine_restarts == 0
    recording.write()
    if KEY:
        place.succeeded("letters", documents=3)
        assert len(place.pdfs("letters")) == 3
        return
    # and the batch says what it lacks, and what to do
    failed = place.condition("letters", "Failed")
    assert (status["phase"], failed["reason"]) == ("Failed", "PlanFailed"), place.story()
    assert "licence" in failed["message"] and "IRONPDF_LICENSE_KEY" in failed["message"]
    # no document was tried: there is no Job that renders, and nothing was written; once, for it is no passing trouble
    assert [job["metadata"]["labels"]["pdfbatch.io/component"] for job in place.get("jobs")["items"]] == ["plan"]
    assert place.pdfs("letters") == []
    assert len(place.pods("plan")) == 1
    # and the sidecar ends with its pod
    place.until("no pod is left", lambda: not place.running("plan") and not place.running(), within=60)
