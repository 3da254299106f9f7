"""Names of labels."""

from typing import Final

NAMESPACE: Final = "namespace"
BATCH: Final = "batch"
STATE: Final = "state"
PHASE: Final = "phase"
RESULT: Final = "result"
REASON: Final = "reason"
STAGE: Final = "stage"
VERB: Final = "verb"
RESOURCE: Final = "resource"
CODE: Final = "code"
SIGNAL: Final = "signal"

OF_BATCH: Final = (NAMESPACE, BATCH)
