"""What a batch's objects are called: the same batch always gives the same names, so that a second attempt to create one
meets the first instead of making a twin."""

import hashlib
import re
from typing import Final

from pdfbatch_api.labels import BATCH_UID, COMPONENT
from pdfbatch_operator.observation import Component, ObservedBatch

# An indexed Job's pods have the host name JOB-INDEX, a DNS label of at most 63 characters; five digits of index are the
# most that backoffLimitPerIndex allows (100,000 completions).
_LONGEST: Final = 63 - len("-99999")
_LONGEST_LABEL_VALUE: Final = 63


def job_name(batch: ObservedBatch, component: Component) -> str:
    """The name of one of the batch's three Jobs; each retry has three of its own."""
    again = batch.status.round
    return _name(batch, f"{component}-r{again}" if again else component)


def manifest_name(batch: ObservedBatch) -> str:
    """The name of the ConfigMap that holds the batch's manifest."""
    return _name(batch, "manifest")


def disrupted_name(batch: ObservedBatch) -> str:
    """The name of the ConfigMap of attempts that are known to have been disrupted."""
    return _name(batch, "disrupted")


def selector(batch: ObservedBatch) -> str:
    """The label selector of the batch's renderer pods, as text: what /scale reports."""
    return f"{BATCH_UID}={batch.uid},{COMPONENT}=render"


def label_value(name: str) -> str:
    """A name as a label's value: those of resources may be longer (63 characters are a label's most)."""
    return name[:_LONGEST_LABEL_VALUE].rstrip("-_.")


def _name(batch: ObservedBatch, purpose: str) -> str:
    """BATCH-PURPOSE-HASH: a person recognises the batch, and the uid's hash keeps a namesake's objects apart.

    A batch that was deleted and applied again has another uid: its Jobs must not meet those that are still being
    removed.
    """
    ending = f"-{purpose}-{hashlib.sha256(batch.uid.encode()).hexdigest()[:8]}"
    # Dots are for resources' names; a pod's host name, which is made of this one, may have none.
    told = re.sub(r"[^a-z0-9-]", "-", batch.name)[: _LONGEST - len(ending)].strip("-")
    return f"{told}{ending}".lstrip("-")
