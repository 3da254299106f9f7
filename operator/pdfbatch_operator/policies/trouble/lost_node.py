"""Pods that Kubernetes has given up and whose node says nothing of them, where the admin wants it waited for."""

import datetime as dt
from typing import Final

from pdfbatch_operator.observation import Component
from pdfbatch_operator.turn import Trouble, Turn, is_live

# A renderer that is told to end does so within this; a node that somebody has tainted by hand answers by then.
_PATIENCE: Final = dt.timedelta(seconds=15)


def waiting_for_node(turn: Turn, component: Component) -> Turn:
    """The first pod that was evicted from its node and has not ended.

    Nodes themselves are not looked at: whoever turns the recovery off need not allow it.
    """
    if turn.seen.settings.recover_lost_nodes:
        return turn
    pods = [pod for pod in turn.pods(component) if is_live(pod)]
    for pod in pods:
        if pod.evicted is None or pod.deleted is None or not pod.node:
            continue
        left = (pod.evicted + _PATIENCE - turn.now).total_seconds()
        if left > 0:
            turn = turn.again(left)
            continue
        at_work = any(one.phase == "Running" and one.deleted is None for one in pods)
        what = f"shard {pod.index}" if pod.index is not None else f"the {component} Job"
        return turn.troubled(
            Trouble(
                "WaitingForNode",
                f"Node {pod.node} is lost or does not answer, and {what} waits for it: pod {pod.name} was evicted and "
                f"has not ended. It goes on once the node is back, or once it is removed (kubectl delete node "
                f"{pod.node}, if it will not come back). Recovery is off in the operator's chart (recoverLostNodes)",
                blocking=not at_work,
            )
        )
    return turn
