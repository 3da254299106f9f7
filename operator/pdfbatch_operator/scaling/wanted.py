"""How many renderers a batch gets, and why: as many as it says, else as many as its bounds allow."""

from dataclasses import dataclass

from pdfbatch_api.resource import PdfBatchSpec


@dataclass(frozen=True, slots=True)
class Wanted:
    """The number of renderers.

    Attributes:
        renderers: the Job's parallelism. It does not follow the shards that are left at the end: the Job controller
            starts no pod for a shard that is done, and each patch is a write.
        automatic: the autoscaler decided, and not `spec.renderers`.
        reason: CamelCase.
        message: for people.
    """

    renderers: int
    automatic: bool
    reason: str
    message: str


def wanted_renderers(spec: PdfBatchSpec, *, shards: int, maximum: int) -> Wanted:
    """What the batch is to have.

    Args:
        shards: of the whole batch; more renderers than that have nothing to do.
        maximum: the admin's, for one batch.
    """
    if spec.renderers is not None:
        renderers = min(spec.renderers, shards, maximum)
        if spec.renderers == 0:
            return Wanted(0, False, "Held", "spec.renderers is 0: rendering is held until it is more")
        if renderers == maximum < min(spec.renderers, shards):
            return Wanted(
                renderers,
                False,
                "AdminMaximum",
                f"spec.renderers is {spec.renderers}, and {maximum} are the most that the admin allows a batch",
            )
        return Wanted(renderers, False, "RenderersSet", f"spec.renderers is {spec.renderers}: there is no autoscaling")
    bounds = {
        "MaximumReached": (spec.scaling.max, f"spec.scaling.max is {spec.scaling.max}"),
        "AdminMaximum": (maximum, f"{maximum} are the most that the admin allows a batch"),
        "FewShards": (shards, f"there are {shards} shards"),
    }
    reason = min(bounds, key=lambda one: bounds[one][0])
    least = min(spec.scaling.min, shards)
    renderers, message = bounds[reason]
    return Wanted(max(renderers, least), True, reason, message)
