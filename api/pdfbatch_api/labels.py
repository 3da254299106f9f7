"""Names that Kubernetes objects carry."""

from typing import Final

GROUP: Final = "pdfbatch.io"
BATCH_UID: Final = f"{GROUP}/batch-uid"
BATCH_NAME: Final = f"{GROUP}/batch"
COMPONENT: Final = f"{GROUP}/component"
RETRY: Final = f"{GROUP}/retry"  # the generation of a retry; objects of the first run have none
SHARD_INDEX: Final = "batch.kubernetes.io/job-completion-index"
MANAGED_BY: Final = "app.kubernetes.io/managed-by"
PART_OF: Final = "app.kubernetes.io/part-of"
