"""What the operator's metrics say of a batch agrees with its records to the document, whatever happened on the way."""

from hypothesis import HealthCheck, Phase, assume, given, note, seed, settings
from hypothesis import strategies as st

from pdfbatch_api.metrics import operator as defined
from pdfbatch_operator.decision import Decision
from pdfbatch_operator.metrics import Figures, OperatorMetrics
from tests.unit.operator.stories import SEED, Teller, World, worlds

_CHAPTERS = st.lists(st.integers(0, 2**16), min_size=10, max_size=80)
_PHASES = (Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink)
_RESULTS = ("succeeded", "failed", "skipped")


class Watched(Teller):
    """A teller whose operator tells Prometheus; one that is killed is followed by another, which knows nothing."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.metrics = OperatorMetrics()
        self.killed = 0

    def turn(self, *, calls: int | None = None) -> Decision:
        self.metrics.seen(self.cluster.observe().batch)
        told = len(self.log)
        decision = super().turn(calls=calls)
        if "… killed" in self.log[told:]:
            self.metrics = OperatorMetrics()
            self.killed += 1
        else:
            self._tell()
        return decision

    def conflicting_turn(self) -> None:
        self.metrics.seen(self.cluster.observe().batch)
        super().conflicting_turn()
        self._tell()

    def _tell(self) -> None:
        batch = self.cluster.observe().batch
        self.metrics.batch(Figures(batch, batch.status.renderers))

    def of_batch(self, result: str) -> float:
        value = self.metrics.registry.get_sample_value(
            defined.BATCH_DOCUMENTS_PROCESSED.name, {"namespace": "billing", "batch": "invoices", "result": result}
        )
        assert value is not None
        return value

    def of_all(self, result: str) -> float:
        labels = {"namespace": "billing", "result": result}
        number = self.metrics.registry.get_sample_value(defined.DOCUMENTS.name, labels) or 0.0
        if result != "failed":
            return number
        # What a retry took up is no longer failed.
        retried = self.metrics.registry.get_sample_value(defined.DOCUMENTS_RETRIED.name, {"namespace": "billing"})
        return number - (retried or 0.0)


@seed(SEED)
@settings(max_examples=60, deadline=None, print_blob=True, phases=_PHASES, suppress_health_check=list(HealthCheck))
@given(worlds(), _CHAPTERS)
def test_the_counters_end_as_the_records_say(world: World, chapter: list[int]) -> None:
    teller = Watched(world)
    teller.go_well(world.lead)
    teller.tell(chapter)
    teller.come_to_an_end()
    # what a new leader would say
    successor = Watched(world)
    successor.cluster = teller.cluster
    successor.turn()

    note("\n".join([f"PDFBATCH_TEST_SEED={SEED}", *teller.log, "--", *teller.cluster.log]))
    counts = teller.cluster.status.documents
    for result in _RESULTS:
        assert teller.of_batch(result) == getattr(counts, result) == successor.of_batch(result)
        # One that was killed has taken what it had counted along; nobody counts anything twice.
        assert teller.of_all(result) <= getattr(counts, result)
        assert successor.of_all(result) == 0
    # (of failed documents finish may find fewer than were counted by the way: none of these stories has that)
    assume(teller.killed == 0)
    for result in _RESULTS:
        assert teller.of_all(result) == getattr(counts, result)
