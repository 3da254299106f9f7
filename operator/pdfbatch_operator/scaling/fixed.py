"""As many as `spec.renderers` says, which a person, kubectl scale, an HPA or KEDA has set: the autoscaler is off."""

from pdfbatch_api.amounts import counted
from pdfbatch_operator.amounts import left
from pdfbatch_operator.scaling.situation import History, Situation, Verdict


def fixed(situation: Situation, renderers: int) -> Verdict:
    """That many, within the admin's limits. Nothing is remembered: set free, the autoscaler begins anew."""
    bounds, shards = situation.bounds, situation.work.shards
    useful = min(renderers, shards)
    demand = min(useful, bounds.admin)
    granted = demand if bounds.allowance is None else min(demand, bounds.allowance)
    if renderers == 0:
        reason, message = "Held", "spec.renderers is 0: rendering is held until it is more"
    elif granted < demand:
        reason = "FleetLimit"
        message = (
            f"spec.renderers is {renderers}, and of the admin's limit for all batches together {left(granted)} to it; "
            "the oldest come first"
        )
    elif granted < useful:
        reason = "AdminMaximum"
        message = (
            f"spec.renderers is {renderers}, and the admin allows a batch {counted(bounds.admin, 'renderer')} at most"
        )
    else:
        reason, message = "RenderersSet", f"spec.renderers is {renderers}: there is no autoscaling"
    return Verdict(
        renderers=granted,
        automatic=False,
        active=False,
        reason=reason,
        message=message,
        demand=0 if situation.held else min(demand, situation.work.shards_left),
        history=History(),
    )
