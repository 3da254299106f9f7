"""What the operator puts into a pod and the commands find there: containers, paths, environment variables.

Both sides import these names, so that neither can mean another place than the other.
"""

from typing import Final

# The containers. The podFailurePolicy's exit codes speak of the renderer alone: the engine ends with 143 whenever the
# renderer is done.
RENDERER_CONTAINER: Final = "renderer"
ENGINE_CONTAINER: Final = "engine"

# Every folder below lies in this one. The variable names another: for tests, which may not write at the root.
MOUNTS_FOLDER: Final = "/pdfbatch"
MOUNTS_VARIABLE: Final = "PDFBATCH_MOUNTS"

# The manifest: an immutable ConfigMap that the batch owns. Renderer pods have no API access.
MANIFEST_FOLDER: Final = f"{MOUNTS_FOLDER}/manifest"
MANIFEST_KEY: Final = "batch.yaml"
MANIFEST_PATH: Final = f"{MANIFEST_FOLDER}/{MANIFEST_KEY}"

# The template, when spec.template.configMap names one; every key is a file.
TEMPLATE_FOLDER: Final = f"{MOUNTS_FOLDER}/template"

# pvc://CLAIM/path is the folder CLAIM/path below this.
CLAIMS_FOLDER: Final = f"{MOUNTS_FOLDER}/claims"

# One file for each attempt that is known to have been disrupted (node lost, drained, pre-empted), named by the attempt
# (its pod's uid). An optional ConfigMap: its absence means that none is known.
DISRUPTED_FOLDER: Final = f"{MOUNTS_FOLDER}/disrupted"

# The engine container's socket, on an in-memory emptyDir that both containers mount.
ENGINE_FOLDER: Final = "/engine"
ENGINE_SOCKET: Final = f"{ENGINE_FOLDER}/cdp.sock"
ENGINE_SOCKET_VARIABLE: Final = "PDFBATCH_CHROMIUM_SOCKET"

# IronPDF's engine, where that prints: it listens on this port, and the renderer is told host:port. Each side has a name
# of its own for the licence key; both are IronPDF's.
IRONPDF_PORT: Final = 33350
IRONPDF_ADDRESS: Final = f"127.0.0.1:{IRONPDF_PORT}"
IRONPDF_VARIABLE: Final = "PDFBATCH_IRONPDF"
IRONPDF_LICENSE_VARIABLE: Final = "IRONPDF_LICENSE_KEY"
IRONPDF_ENGINE_LICENSE_VARIABLE: Final = "IRONPDF_ENGINE_LICENSE_KEY"

# Users: the renderer reaches the socket through fsGroup.
RENDERER_USER: Final = 65532
ENGINE_USER: Final = 65533

# A pod is told the batch's uid; a laptop works it out. An attempt is named by its pod's uid.
UID_VARIABLE: Final = "PDFBATCH_UID"
NAME_VARIABLE: Final = "PDFBATCH_BATCH"  # for the log alone
ATTEMPT_VARIABLE: Final = "PDFBATCH_ATTEMPT"
INDEX_VARIABLE: Final = "JOB_COMPLETION_INDEX"  # set by Kubernetes in the pods of an Indexed Job
TERMINATION_LOG_VARIABLE: Final = "PDFBATCH_TERMINATION_LOG"
TERMINATION_LOG: Final = "/dev/termination-log"
LOG_FORMAT_VARIABLE: Final = "PDFBATCH_LOG_FORMAT"  # "json" in pods

# Where metrics are read while a pod renders. Nobody waits for a scrape: what must be exact is in the summary.
METRICS_PORT_VARIABLE: Final = "PDFBATCH_METRICS_PORT"
METRICS_PORT: Final = 9464  # where OpenTelemetry's exporters for Prometheus listen
METRICS_PORT_NAME: Final = "metrics"
METRICS_PATH: Final = "/metrics"

# Where a batch's passwords are: from a Secret in a cluster, from whoever calls pdfbatch elsewhere.
USER_PASSWORD_VARIABLE: Final = "PDFBATCH_USER_PASSWORD"
OWNER_PASSWORD_VARIABLE: Final = "PDFBATCH_OWNER_PASSWORD"
SOURCE_PASSWORD_VARIABLE: Final = "PDFBATCH_SOURCE_PASSWORD"
