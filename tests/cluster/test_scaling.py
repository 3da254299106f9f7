"""Scaled by hand in the middle: up, to nothing, up again; nothing is lost and nothing is done twice."""

import json

from tests.cluster.a_place import Place

API = "/apis/pdfbatch.io/v1alpha1"


def test_scaled_up_held_and_let_go_and_one_that_nobody_scales(place: Place) -> None:
    place.apply(place.sharded("scaled", shards=6))
    place.shards_done("scaled")

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
    assert 1 <= held["shards"]["succeeded"] < 6
    assert held["phase"] == "Rendering"
    # what an autoscaler reads
    uri = f"{API}/namespaces/{place.namespace}/pdfbatches/scaled/scale"
    scale = json.loads(place.kubectl("get", "--raw", uri))
    assert (scale["spec"].get("replicas", 0), scale["status"]["replicas"]) == (0, 0)
    assert "pdfbatch.io/component=render" in scale["status"]["selector"]

    # meanwhile another, for which the operator chooses
    chosen = place.sharded("chosen", shards=3, scaling={"min": 1, "max": 2})
    del chosen["spec"]["renderers"]
    place.apply(chosen)
    place.until("two render", lambda: len(place.running()) == 2)
    assert place.conditions("chosen")["ScalingActive"] == "True/MaximumReached"
    assert "spec.scaling.max is 2" in place.condition("chosen", "ScalingActive")["message"]

    # and on
    place.kubectl("scale", "pdfbatch", "scaled", "--replicas=2")
    place.kubectl("wait", "pdfbatch/scaled", "--for=condition=Complete", "--timeout=110s")
    status = place.succeeded("scaled", documents=60)
    assert status["shards"] == {"total": 6, "succeeded": 6, "active": 0, "failed": 0, "unaccounted": 0}
    said = [event.removeprefix("Scaled: ") for event in place.events("scaled") if event.startswith("Scaled: ")]
    assert said == [
        "1 renderer: spec.renderers is 1: there is no autoscaling",
        "3 renderers: spec.renderers is 3: there is no autoscaling",
        "spec.renderers is 0: rendering is held until it is more",
        "2 renderers: spec.renderers is 2: there is no autoscaling",
    ]
    # Pods that were scaled away told so, and accused nobody.
    assert all(line["status"] == "succeeded" for line in place.manifest("scaled"))
    place.succeeded("chosen", documents=30)
