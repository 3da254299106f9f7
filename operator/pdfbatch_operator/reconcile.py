"""One batch, one turn: from what is seen to what is done. A pure function: all of it is tested without a cluster.

It is level-triggered: nothing is remembered but the status, and what is decided follows from what is there. Any number
of missed or doubled turns, and an operator that dies at any line, end in the same place.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from pdfbatch_operator.accounting import account
from pdfbatch_operator.decision import Decision
from pdfbatch_operator.figures import figures
from pdfbatch_operator.happenings import happenings
from pdfbatch_operator.observation import Observation
from pdfbatch_operator.policies.admission import refusal
from pdfbatch_operator.policies.beginning import begin
from pdfbatch_operator.policies.deadline import deadline
from pdfbatch_operator.policies.expiry import expiry
from pdfbatch_operator.policies.failure_policy import failure_policy
from pdfbatch_operator.policies.finishing import finishing
from pdfbatch_operator.policies.manifest import manifest
from pdfbatch_operator.policies.node_loss import node_loss
from pdfbatch_operator.policies.planning import planning
from pdfbatch_operator.policies.rendering import rendering
from pdfbatch_operator.policies.retrying import retrying
from pdfbatch_operator.policies.standing import stalled, standing
from pdfbatch_operator.policies.suspension import suspension
from pdfbatch_operator.policies.trouble import trouble
from pdfbatch_operator.thrift import due
from pdfbatch_operator.turn import Turn

# What is read of the world comes before what is done about it; each stage's policy is idle in the others' stages.
_POLICIES: Final[tuple[Callable[[Turn], Turn], ...]] = (
    suspension,
    node_loss,
    manifest,
    planning,
    account,
    deadline,
    failure_policy,
    rendering,
    finishing,
    trouble,
    figures,
    standing,
)


def decide(observation: Observation) -> Decision:
    """What is to be done about the batch now."""
    if observation.batch.deleting:
        # Its Jobs and pods are the garbage collector's.
        return Decision()
    turn = Turn.of(observation)
    if turn.stage == "Over":
        return _decision(expiry(retrying(turn)))
    refused = refusal(observation)
    if refused is not None:
        return _decision(stalled(turn, refused))
    if turn.status.images is None:
        return _decision(standing(suspension(begin(turn))))
    for policy in _POLICIES:
        turn = policy(turn)
    return _decision(turn)


def _decision(turn: Turn) -> Decision:
    turn = replace(turn, events=turn.events + happenings(turn.written, turn.status))
    status, wait = due(turn)
    if wait is not None:
        turn = turn.again(wait)
    return Decision(turn.actions, status, turn.events, turn.again_after, turn.status.renderers, turn.scaling)
