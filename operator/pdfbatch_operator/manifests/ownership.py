"""What every object of a batch carries: whose it is. Deleting the batch removes them; no finalizer is needed."""

from typing import Final

from pdfbatch_api.labels import BATCH_NAME, BATCH_UID, COMPONENT, MANAGED_BY, PART_OF, RETRY
from pdfbatch_api.resource import API_VERSION, KIND
from pdfbatch_operator.decision import Body
from pdfbatch_operator.manifests.names import label_value
from pdfbatch_operator.observation import ObservedBatch

MANAGER: Final = "pdfbatch-operator"
PRODUCT: Final = "pdfbatch"
_OF_A_RUN: Final = frozenset({"plan", "render", "finish"})


def labels(batch: ObservedBatch, component: str) -> dict[str, str]:
    """The labels of an object of the batch."""
    return {
        BATCH_UID: batch.uid,
        BATCH_NAME: label_value(batch.name),
        COMPONENT: component,
        MANAGED_BY: MANAGER,
        PART_OF: PRODUCT,
        # Of which run it is. What a batch has once (its manifest) is of all of them.
        **({RETRY: str(batch.status.round)} if batch.status.round and component in _OF_A_RUN else {}),
    }


def metadata(batch: ObservedBatch, name: str, component: str) -> Body:
    """The metadata of an object that goes when its batch goes."""
    return {
        "name": name,
        "namespace": batch.namespace,
        "labels": labels(batch, component),
        "ownerReferences": [
            {
                "apiVersion": API_VERSION,
                "kind": KIND,
                "name": batch.name,
                "uid": batch.uid,
                "controller": True,
                "blockOwnerDeletion": True,
            }
        ],
    }
