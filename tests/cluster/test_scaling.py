"""Scaled by hand in the middle: up, to nothing, up again; nothing is lost and nothing is done twice."""

from tests.cluster.a_place import Place


def test_scaled_up_held_and_let_go(place: Place) -> None:
    place.apply(place.sharded("scaled", shards=7))
    place.shards_done("scaled")
    uri = "/apis/pdfbatch.io/v1alpha1"

    # up
    place.kubectl("scale", "pdfbatch", "scaled", "--replicas=3")
    place.until("three render", lambda: len(place.running()) == 3)
    place.until("a person sees three", lambda: place.row("scaled")["RENDERERS"] == "3")
    assert place.conditions("scaled")["ScalingActive"] == "False/RenderersSet"

    # to nothing: held, and what was done is kept
    place.kubectl("scale", "pdfbatch", "scaled", "--replicas=0")
    place.until("nothing renders", lambda: not place.running())
    place.until("it is held", lambda: place.conditions("scaled")["Reconciling"] == "False/Held")
    place.until("a person sees none", lambda: place.row("scaled")["RENDERERS"] == "0")
    held = place.status("scaled")
    assert 1 <= held["shards"]["succeeded"] < 7
    assert held["phase"] == "Rendering"
    # what an autoscaler reads
    scale = place.cluster.kubectl("get", "--raw", f"{uri}/namespaces/{place.namespace}/pdfbatches/scaled/scale").stdout
    assert '"replicas":0' in scale
    assert "pdfbatch.io/component=render" in scale

    # and on
    place.kubectl("scale", "pdfbatch", "scaled", "--replicas=2")
    place.kubectl("wait", "pdfbatch/scaled", "--for=condition=Complete", "--timeout=110s")
    status = place.succeeded("scaled", documents=70)
    assert status["shards"] == {"total": 7, "succeeded": 7, "active": 0, "failed": 0, "unaccounted": 0}
    assert [event.partition(":")[2].partition(" renderers")[0].strip() for event in place.events("scaled")
            if event.startswith("Scaled")] == [
        "1", "3", "spec.renderers is 0: rendering is held until it is more", "2",
    ]  # fmt: skip
    # Pods that were scaled away told so, and accused nobody.
    assert all(line["status"] == "succeeded" for line in place.manifest("scaled"))


def test_without_a_number_the_operator_chooses(place: Place) -> None:
    manifest = place.sharded("chosen", shards=3, scaling={"min": 1, "max": 2})
    del manifest["spec"]["renderers"]
    place.apply(manifest)

    place.until("two render", lambda: len(place.running()) == 2)

    assert place.conditions("chosen")["ScalingActive"] == "True/MaximumReached"
    assert "spec.scaling.max is 2" in place.condition("chosen", "ScalingActive")["message"]
    place.succeeded("chosen", documents=30)
