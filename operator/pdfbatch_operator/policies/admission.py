"""What is never begun: a spec that this operator cannot read, or a pod that the batch may not have.

Only the author or the cluster's admin can change that, so nothing is created and nothing fails: it is said, and the
batch goes on by itself should it be allowed later.
"""

from pdfbatch_operator import manifests
from pdfbatch_operator.observation import Observation
from pdfbatch_operator.turn import Trouble

# Settings change only with the operator's process, and another CRD's field only with an upgrade: both come with a
# first look at every batch.


def refusal(seen: Observation) -> Trouble | None:
    """Why nothing is begun, or goes on; None when all is well."""
    batch = seen.batch
    if batch.spec is None:
        return Trouble(
            "InvalidSpec",
            f"This operator cannot read the spec: {batch.invalid}. Correct it in a new batch (a spec is not changed "
            "once it is there), or upgrade the operator to the version of the CRD",
        )
    objections = manifests.objections(batch, seen.settings)
    if objections:
        kind = "ServiceAccountNotAllowed" if _only_the_account(objections) else "PodTemplateNotAllowed"
        return Trouble(kind, ". ".join(objections))
    unlicensed = manifests.license_objection(batch.spec, seen.settings)
    if unlicensed:
        return Trouble("LicenseMissing", unlicensed)
    too_large = manifests.manifest_too_large(batch)
    return Trouble("ManifestTooLarge", too_large[:1].upper() + too_large[1:]) if too_large else None


def _only_the_account(objections: list[str]) -> bool:
    return all("serviceAccountName" in objection for objection in objections)
