"""The chart is upgraded in the middle of a batch: the batch goes on with the images that it began with."""

from collections.abc import Iterator
from typing import Any

import pytest
from devcluster import Cluster

from tests.cluster.a_place import Place
from tests.cluster.installation import Installation


@pytest.fixture
def upgraded_back(installed: Installation) -> Iterator[Installation]:
    """The release, which is as it was afterwards."""
    yield installed
    installed.upgrade()
    installed.wait_for_leader()


def test_upgrades_in_the_middle_of_a_batch(place: Place, own_cluster: Cluster, upgraded_back: Installation) -> None:
    # given a batch that renders
    images = upgraded_back.values["images"]
    old = f"{images['registry']}/pdfbatch-renderer:{images['tag']}"
    place.apply(place.sharded("before", shards=3))
    place.shards_done("before")

    # when the chart is upgraded to a renderer that is nowhere
    replicas = upgraded_back.pods()
    upgraded_back.upgrade(images={**images, "renderer": {"repository": "pdfbatch-nowhere"}})
    upgraded_back.wait_for_leader(but=replicas)

    # then a new batch says so, and where to look
    place.apply(place.batch("nowhere", rows=place.rows(1)))
    message = place.stalled("nowhere", "ImageCannotBePulled")
    assert "localhost/pdfbatch-nowhere" in message
    assert "operator's chart" in message
    # and the one that was there ends as it began
    place.succeeded("before", documents=30)
    assert {_image(pod) for pod in place.pods()} == {old}

    # when it is upgraded to one that is on the nodes, and with another setting
    new = f"{images['registry']}/pdfbatch-renderer-next:{images['tag']}"
    for node in own_cluster.nodes():
        node.tag_image(old, new)
    replicas = upgraded_back.pods()
    upgraded_back.upgrade(
        images={**images, "renderer": {"repository": "pdfbatch-renderer-next"}}, batches={"maximumRenderers": 1}
    )
    upgraded_back.wait_for_leader(but=replicas)

    # then the next batch has both
    place.apply(place.sharded("after", shards=2, renderers=2))
    place.succeeded("after", documents=20)
    after = [pod for pod in place.pods() if pod["metadata"]["labels"]["pdfbatch.io/batch"] == "after"]
    assert {_image(pod) for pod in after} == {new}
    assert place.status("after")["images"]["renderer"] == new
    assert any("the admin allows a batch 1 renderer at most" in event for event in place.events("after"))
    # and the one whose image is nowhere keeps it
    assert place.status("nowhere")["images"]["renderer"] == f"localhost/pdfbatch-nowhere:{images['tag']}"


def _image(pod: dict[str, Any]) -> str:
    return str(pod["spec"]["containers"][0]["image"])
