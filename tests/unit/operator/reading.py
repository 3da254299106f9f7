"""Ways to read a decision in a test."""

from typing import TypeVar

from pdfbatch_api.resource.status import Condition, ConditionType, PdfBatchStatus
from pdfbatch_operator.decision import Action, Decision
from pdfbatch_operator.reconcile import decide
from tests.unit.operator.a_batch import ABatch

A = TypeVar("A")


def decided(batch: ABatch) -> Decision:
    """What is decided about the batch."""
    return decide(batch.seen())


def only(kind: type[A], decision: Decision) -> A:
    """The one action of that kind."""
    found = actions(kind, decision)
    assert len(found) == 1, f"{len(found)} of {kind.__name__}: {decision.actions}"
    return found[0]


def actions(kind: type[A], decision: Decision) -> list[A]:
    """The actions of that kind."""
    return [action for action in decision.actions if isinstance(action, kind)]


def kinds(decision: Decision) -> list[type[Action]]:
    """The kinds of its actions, in order."""
    return [type(action) for action in decision.actions]


def written(decision: Decision) -> PdfBatchStatus:
    """The status that is written."""
    assert decision.status is not None, "nothing is written"
    return decision.status


def condition(decision: Decision, kind: ConditionType) -> Condition:
    """A condition of the status that is written."""
    found = [one for one in written(decision).conditions if one.type == kind]
    assert len(found) == 1, f"{len(found)} conditions {kind}"
    return found[0]


def reasons(decision: Decision) -> list[str]:
    """The reasons of its Events."""
    return [event.reason for event in decision.events]
