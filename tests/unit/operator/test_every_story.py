"""Properties of the decision, over stories that nobody thought of: see stories.py and world/."""

from hypothesis import HealthCheck, Phase, given, note, seed, settings
from hypothesis import strategies as st

from tests.unit.operator.stories import SEED, Teller, World, worlds

_CHAPTERS = st.lists(st.integers(0, 2**16), min_size=10, max_size=120)


# Explaining a failure costs minutes here; the story is told in words anyway.
_PHASES = (Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink)


@seed(SEED)
@settings(max_examples=150, deadline=None, print_blob=True, phases=_PHASES, suppress_health_check=list(HealthCheck))
@given(worlds(), _CHAPTERS)
def test_whatever_happens_the_batch_ends_as_its_records_say(world: World, chapter: list[int]) -> None:
    teller = Teller(world)
    try:
        teller.go_well(world.lead)
        teller.tell(chapter)
        teller.come_to_an_end()
        teller.check_end()
    except BaseException:
        note("\n".join([f"PDFBATCH_TEST_SEED={SEED}", *teller.log, "--", *teller.cluster.log]))
        raise


@seed(SEED)
@settings(max_examples=150, deadline=None, print_blob=True, phases=_PHASES, suppress_health_check=list(HealthCheck))
@given(worlds(), st.integers(0, 2**16))
def test_an_operator_that_dies_after_any_one_call_ends_in_the_same_place(world: World, number: int) -> None:
    untouched, killed = Teller(world), Teller(world)
    untouched.come_to_an_end()
    untouched.cluster.ask_for_retry()
    untouched.come_to_an_end()

    last = number % len(untouched.cluster.log)
    killed.die_after(last)
    killed.come_to_an_end()
    killed.cluster.ask_for_retry()
    killed.come_to_an_end()
    killed.check_end()

    note(f"PDFBATCH_TEST_SEED={SEED}, killed after call {last}:\n" + "\n".join(killed.cluster.log))
    assert _place(killed) == _place(untouched)


def _place(teller: Teller) -> object:
    """Where a batch is, but for the times."""
    status, cluster = teller.cluster.status, teller.cluster
    reasons = {one.type: (one.status, one.reason) for one in status.conditions}
    counts = (status.documents, status.shards, status.accounted, status.pages, status.failures)
    return status.phase, reasons, counts, cluster.made, sorted(cluster.jobs)
