"""Held and let go: at creation, while planning, while rendering."""

from tests.cluster.a_place import Place


def test_held_in_each_stage_and_let_go(place: Place) -> None:
    # given one that is held from its creation
    place.apply(place.sharded("held", shards=4, suspend=True))
    place.in_phase("held", "Suspended")
    assert place.conditions("held")["Suspended"] == "True/SuspendRequested"
    assert place.get("jobs")["items"] == []

    # let go, and held again while it plans
    place.patch("held", suspend=False)
    place.until("it plans", lambda: place.pods("plan"))
    place.patch("held", suspend=True)
    place.in_phase("held", "Suspended")
    place.until("no pod is left", lambda: not place.running("plan"))
    assert place.row("held")["PHASE"] == "Suspended"

    # let go, and held again while it renders
    place.patch("held", suspend=False)
    place.shards_done("held")
    place.patch("held", suspend=True)
    place.in_phase("held", "Suspended")
    place.until("no pod is left", lambda: not place.running())
    done = place.status("held")["shards"]["succeeded"]
    assert 1 <= done < 4
    assert place.conditions("held")["Reconciling"] == "False/Suspended"
    place.until("a person sees none", lambda: place.row("held")["RENDERERS"] == "0")

    # let go, to the end
    place.patch("held", suspend=False)
    status = place.succeeded("held", documents=40)
    assert status["suspendedSeconds"] >= 1
    assert [event.partition(":")[0] for event in place.events("held")].count("Suspended") == 3
    assert [event.partition(":")[0] for event in place.events("held")].count("Resumed") == 3
    assert place.conditions("held")["Suspended"] == "False/Over"
