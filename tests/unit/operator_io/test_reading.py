"""A PdfBatch of the API, as an observation has it; what this operator does not understand it does not act on."""

from typing import Any

from pdfbatch_operator.cache import Cache
from pdfbatch_operator.observation import ObservedBatch
from tests.unit.operator_io.a_world import UID, a_batch


def read(*bodies: dict[str, Any]) -> ObservedBatch:
    """As it is kept after these have come, one after the other."""
    cache = Cache(lambda uid, edited: None)
    for body in bodies:
        cache.put_batch(body)
    seen = cache.batches.get(UID)
    assert seen is not None
    return seen.value


def test_a_batch_is_read_with_its_spec_word_for_word() -> None:
    body = a_batch()
    batch = read(body)
    assert (batch.namespace, batch.name, batch.uid, batch.generation) == ("shop", "invoices", UID, 1)
    assert batch.spec is not None and batch.spec.output.uri == "s3://shop/out/"
    assert batch.raw_spec == body["spec"]
    assert (batch.invalid, batch.deleting, batch.status.phase) == ("", False, "Pending")


def test_a_spec_that_the_models_refuse_is_said_and_not_acted_on() -> None:
    batch = read(a_batch(renderers="many"))
    assert batch.spec is None
    assert "spec.renderers" in batch.invalid and "upgrade both" in batch.invalid
    assert batch.raw_spec["renderers"] == "many"


def test_more_than_three_mistakes_are_counted() -> None:
    batch = read(a_batch(renderers="x", suspend="x", nothing=1, activeDeadlineSeconds=-1, page=7))
    assert "(and 2 more)" in batch.invalid


def test_a_newer_operators_status_is_read_as_far_as_it_is_known() -> None:
    status = {"phase": "Rendering", "documents": {"total": 7, "haunted": 1}, "mood": "good"}
    batch = read(a_batch(status=status))
    assert (batch.status.phase, batch.status.documents.total) == ("Rendering", 7)
    assert batch.spec is not None


def test_a_status_that_means_something_else_stops_the_operator_from_acting() -> None:
    """Given a phase that is not known here, when it is read, then there is no spec to act on: it would count anew."""
    batch = read(a_batch(status={"phase": "Levitating"}))
    assert batch.spec is None
    assert "status.phase" in batch.invalid


def test_and_it_acts_again_once_the_status_is_as_it_knows_it() -> None:
    batch = read(a_batch(status={"phase": "Levitating"}), a_batch(status={"phase": "Rendering"}, version="6"))
    assert batch.spec is not None and batch.invalid == ""


def test_a_known_spec_is_not_parsed_again_and_an_edited_one_is() -> None:
    cache = Cache(lambda uid, edited: None)
    cache.put_batch(a_batch())
    first = cache.batches.get(UID)
    cache.put_batch(a_batch(version="6", status={"phase": "Planning"}))
    second = cache.batches.get(UID)
    cache.put_batch(a_batch(version="7", generation=2, suspend=True))
    third = cache.batches.get(UID)
    assert first and second and third
    assert second.value.spec is first.value.spec and second.value.status.phase == "Planning"
    assert third.value.spec is not None and third.value.spec.suspend


def test_what_changes_marks_its_batch_and_an_edit_says_so() -> None:
    marks: list[tuple[str, bool]] = []
    cache = Cache(lambda uid, edited: marks.append((uid, edited)))
    cache.put_batch(a_batch())
    cache.put_batch(a_batch())  # the same once more
    cache.put_batch(a_batch(version="6"))
    cache.put_batch(a_batch(version="7", generation=2))
    cache.batches.remove(UID)
    assert marks == [(UID, False), (UID, False), (UID, True), (UID, False)]
