"""Why a batch does not go on, within seconds and in words that say what to do: one trouble, the first to be seen to.

Nothing is done about any of it. Kubernetes tries again by itself, with its own patience; the batch goes on as soon as
what is in the way is gone, and the trouble is no longer found.
"""

from pdfbatch_operator.moments import moment_of
from pdfbatch_operator.observation import Component
from pdfbatch_operator.policies.finishing import stopping
from pdfbatch_operator.policies.trouble.failing import failing
from pdfbatch_operator.policies.trouble.lost_node import waiting_for_node
from pdfbatch_operator.policies.trouble.refused import name_taken, refused
from pdfbatch_operator.policies.trouble.starting import starting
from pdfbatch_operator.turn import Turn

# A trouble that no event of ours ends (a Job of somebody else's) is looked at again after a tenth of its age.
_SHARE_OF_AGE = 0.1
_SOONEST, _LATEST = 5.0, 300.0


def trouble(turn: Turn) -> Turn:
    """Finds what keeps the batch from going on."""
    if turn.stage == "Over" or turn.held:
        return turn
    component = _component(turn)
    for look in (name_taken, refused, starting, waiting_for_node, failing):
        turn = look(turn, component)
    return turn if turn.trouble is None else turn.again(_patience(turn))


def _component(turn: Turn) -> Component:
    match turn.stage:
        case "Planning":
            return "plan"
        case "Finishing" if not stopping(turn):
            return "finish"
        case _:
            return "render"


def _patience(turn: Turn) -> float:
    since = [
        one.last_transition_time
        for one in turn.written.conditions
        if one.type == "Stalled" and one.status == "True" and one.last_transition_time is not None
    ]
    age = (turn.now - moment_of(since[0])).total_seconds() if since else 0.0
    return min(max(age * _SHARE_OF_AGE, _SOONEST), _LATEST)
