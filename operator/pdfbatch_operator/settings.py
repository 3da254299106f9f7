"""What the operator is told by its environment, read once at its start. The chart sets exactly these.

Variables (an empty one is as good as none):

| variable | default | meaning |
| --- | --- | --- |
| `PDFBATCH_RENDERER_IMAGE` | required | image of the plan, render and finish pods |
| `PDFBATCH_ENGINE_IMAGE` | required | image of the Chromium engine beside them |
| `PDFBATCH_IMAGE_PULL_POLICY` | `IfNotPresent` | of both: Always, IfNotPresent or Never |
| `PDFBATCH_IMAGE_PULL_SECRETS` | none | names, separated by commas |
| `PDFBATCH_SERVICE_ACCOUNTS` | none | those that a batch's podTemplate may name, separated by commas |
| `PDFBATCH_IRONPDF_RENDERER_IMAGE` | the renderer's | that image with IronPDF's client, for batches of that engine |
| `PDFBATCH_IRONPDF_ENGINE_IMAGE` | IronPDF's own | image of IronPDF's engine beside it, of the client's version |
| `PDFBATCH_IRONPDF_PULL_POLICY` | that of the others | of the engine's image |
| `PDFBATCH_IRONPDF_LICENSE_SECRET` | none | the Secret with the licence key, in each namespace with such batches |
| `PDFBATCH_IRONPDF_LICENSE_SECRET_KEY` | `license-key` | the key in it |
| `PDFBATCH_IRONPDF_RESOURCES` | 750m, 1Gi to 2Gi | of its container, where a batch does not say: JSON |
| `PDFBATCH_MAXIMUM_RENDERERS` | `1000` | the most renderer pods that one batch gets |
| `PDFBATCH_MAXIMUM_RENDERERS_TOGETHER` | none | the most that all batches together get; the oldest come first |
| `PDFBATCH_PROMETHEUS_URL` | none | Prometheus, for the autoscaler: what stands before /api/v1/query |
| `PDFBATCH_PROMETHEUS_TOKEN_FILE` | none | a file with the bearer token that it wants; read before each query |
| `PDFBATCH_PROMETHEUS_CA_FILE` | the system's | the authorities that its certificate may be signed by, PEM |
| `PDFBATCH_PROMETHEUS_CUSTOM_QUERIES` | `true` | whether batches may ask queries of their own (`scaling.prometheus`) |
| `PDFBATCH_RECOVER_LOST_NODES` | `true` | whether pods of lost nodes are declared failed |
| `PDFBATCH_STALLED_AFTER_SECONDS` | `5` | how long a pod may be unable to start before its batch is stalled |
| `PDFBATCH_SCRAPE_ANNOTATIONS` | `true` | whether renderers have the annotations `prometheus.io/…` |
| `PDFBATCH_WATCH_NAMESPACES` | all | namespaces, separated by commas |
| `PDFBATCH_LEASE_NAMESPACE` | the pod's own, else `default` | where the Lease is |
| `PDFBATCH_LEASE_NAME` | `pdfbatch-operator` | the Lease's name |
| `PDFBATCH_POD_NAME` | the host's name | this replica, as the Lease's holder and as the Events' reporter |
| `PDFBATCH_HTTP_ADDRESS` | all addresses | where /metrics, /healthz and /readyz are served |
| `PDFBATCH_HTTP_PORT` | `8080` | and on which port |
| `PDFBATCH_LOG_FORMAT` | `json` in a pod, else `text` | json or text |
| `PDFBATCH_LOG_LEVEL` | `info` | debug, info, warning or error |
| `PDFBATCH_CONCURRENT_TURNS` | `4` | how many batches are reconciled at once |
| `PDFBATCH_RESYNC_SECONDS` | `300` | how often every batch is looked at though nothing happened |

What it may do in the API (the chart's ClusterRole, or a Role in every watched namespace but for `nodes`):

| API group | resource | verbs | what for |
| --- | --- | --- | --- |
| pdfbatch.io | pdfbatches | get, list, watch, delete | reconciling; the time to live |
| pdfbatch.io | pdfbatches/status | update | the one status write |
| pdfbatch.io | pdfbatches/finalizers | update | ownerReferences, where a cluster enforces that (OpenShift) |
| batch | jobs | get, list, watch, create, patch, delete | plan, render and finish |
| "" | pods | list, watch | counts, exit codes, why one cannot start |
| "" | pods/status | patch | pods of lost nodes |
| "" | configmaps | create, get, patch | the manifest; the attempts known to be disrupted |
| "" | events | create, patch, list | what `kubectl describe pdfb` tells; why a Job has no pods |
| "" | nodes | list, watch | lost nodes (cluster-wide; not needed when they are not recovered) |
| coordination.k8s.io | leases | get, create, update | leader election, in the Lease's namespace alone |

Never Secrets, never anything of pods but their status. Jobs of a batch that is deleted are the garbage collector's; the
operator deletes one only to run it again (its pod was gone before it was read), or to stop one that Kueue holds.
"""

import datetime as dt
import json
import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from pdfbatch_api.resource.pod import ResourcesSpec
from pdfbatch_operator.observation import IRONPDF_ENGINE_IMAGE, IRONPDF_RESOURCES, IronPdfSettings, Settings
from pdfbatch_operator.prometheus.source import Source

PREFIX: Final = "PDFBATCH_"

# Where Kubernetes tells a pod its namespace (kubernetes.io/docs/tasks/run-application/access-api-from-pod).
_OWN_NAMESPACE: Final = Path("/var/run/secrets/kubernetes.io/serviceaccount/namespace")


class SettingsError(Exception):
    """A variable is missing or cannot be read; says which, and what it may be."""


def _names(value: object) -> object:
    return tuple(filter(None, (part.strip() for part in value.split(",")))) if isinstance(value, str) else value


_Name = Annotated[str, Field(pattern=r"^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$", max_length=253)]
Names = Annotated[tuple[_Name, ...], BeforeValidator(_names)]
OptionalName = Literal[""] | _Name


def _json(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError as error:
        raise ValueError(f"not JSON: {error}") from None


Resources = Annotated[ResourcesSpec, BeforeValidator(_json)]


class OperatorSettings(BaseModel):
    """All variables; each field is `PDFBATCH_` and its name in capitals."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    renderer_image: str = Field(min_length=1, max_length=512)
    engine_image: str = Field(min_length=1, max_length=512)
    image_pull_policy: Literal["Always", "IfNotPresent", "Never"] = "IfNotPresent"
    image_pull_secrets: Names = ()
    service_accounts: Names = ()
    ironpdf_renderer_image: str = Field(default="", max_length=512)
    ironpdf_engine_image: str = Field(default=IRONPDF_ENGINE_IMAGE, max_length=512)
    ironpdf_pull_policy: Literal["", "Always", "IfNotPresent", "Never"] = ""
    ironpdf_license_secret: OptionalName = ""
    ironpdf_license_secret_key: str = Field(default="license-key", max_length=253, pattern=r"^[-._a-zA-Z0-9]+$")
    ironpdf_resources: Resources = IRONPDF_RESOURCES
    maximum_renderers: int = Field(default=1000, ge=1, le=100_000)
    maximum_renderers_together: int | None = Field(default=None, ge=1, le=1_000_000)
    prometheus_url: str = Field(default="", max_length=2048, pattern=r"^(https?://[^\s/?#@]+(/[^\s?#]*)?)?$")
    prometheus_token_file: Path | None = None
    prometheus_ca_file: Path | None = None
    prometheus_custom_queries: bool = True
    recover_lost_nodes: bool = True
    stalled_after_seconds: float = Field(default=5, ge=0, le=3600)
    scrape_annotations: bool = True
    watch_namespaces: Names = ()
    lease_namespace: str = Field(default_factory=lambda: _own_namespace() or "default", min_length=1)
    lease_name: str = "pdfbatch-operator"
    pod_name: str = Field(default_factory=socket.gethostname, min_length=1)
    http_address: str = ""
    http_port: int = Field(default=8080, ge=0, le=65535)
    log_format: Literal["json", "text"] = Field(default_factory=lambda: "json" if _own_namespace() else "text")
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    concurrent_turns: int = Field(default=4, ge=1, le=100)
    resync_seconds: float = Field(default=300, ge=1, le=86_400)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "OperatorSettings":
        """The settings that `environment` gives. Variables of other programs are left alone.

        Raises:
            SettingsError: names every variable that is missing or wrong.
        """
        given = {
            name: value
            for name in cls.model_fields
            if (value := environment.get(PREFIX + name.upper(), "").strip()) != ""
        }
        try:
            return cls.model_validate(given)
        except ValidationError as error:
            lines = [_explain(str(problem["loc"][0]), problem["msg"], given) for problem in error.errors()]
            raise SettingsError("\n".join(dict.fromkeys(lines))) from None

    def for_batches(self) -> Settings:
        """What of them concerns the decision."""
        return Settings(
            renderer_image=self.renderer_image,
            engine_image=self.engine_image,
            image_pull_policy=self.image_pull_policy,
            recover_lost_nodes=self.recover_lost_nodes,
            service_accounts=frozenset(self.service_accounts),
            image_pull_secrets=self.image_pull_secrets,
            stalled_after=dt.timedelta(seconds=self.stalled_after_seconds),
            maximum_renderers=self.maximum_renderers,
            scrape_annotations=self.scrape_annotations,
            ironpdf=IronPdfSettings(
                renderer_image=self.ironpdf_renderer_image,
                engine_image=self.ironpdf_engine_image,
                pull_policy=self.ironpdf_pull_policy,
                license_secret=self.ironpdf_license_secret,
                license_key=self.ironpdf_license_secret_key,
                resources=self.ironpdf_resources,
            ),
        )

    @property
    def prometheus(self) -> Source | None:
        """Where Prometheus is; None when the operator was not told."""
        if not self.prometheus_url:
            return None
        return Source(self.prometheus_url.rstrip("/"), self.prometheus_token_file, self.prometheus_ca_file)


def _own_namespace() -> str:
    try:
        return _OWN_NAMESPACE.read_text().strip()
    except OSError:
        return ""


def _explain(field: str, message: str, given: Mapping[str, str]) -> str:
    variable = PREFIX + field.upper()
    if field not in given:
        return f"{variable} is not set. Give it in the environment; the chart does."
    return f"{variable}={given[field]!r}: {message[0].lower()}{message[1:]}."
