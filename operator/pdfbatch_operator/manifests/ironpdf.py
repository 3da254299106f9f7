"""What a pod has for engine ironpdf: IronPDF's own engine as its sidecar, and the licence key that both sides ask for.

Only a batch that names the engine gets any of it; every other pod is as it was.
"""

from typing import Final

from pdfbatch_api.pods import (
    ENGINE_CONTAINER,
    IRONPDF_ADDRESS,
    IRONPDF_ENGINE_LICENSE_VARIABLE,
    IRONPDF_LICENSE_VARIABLE,
    IRONPDF_PORT,
    IRONPDF_VARIABLE,
)
from pdfbatch_api.resource import PdfBatchSpec
from pdfbatch_operator.decision import Body
from pdfbatch_operator.manifests import overlay
from pdfbatch_operator.manifests.volumes import Volumes
from pdfbatch_operator.observation import Settings

# Its browser passes bitmaps through shared memory, as any Chromium.
_SHARED_MEMORY_SIZE: Final = "512Mi"
# It is up after about five seconds on a quiet machine; one that is not after three minutes will not be.
_PROBE_SECONDS: Final = 1
_PROBES: Final = 180


def prints(spec: PdfBatchSpec) -> bool:
    """Whether IronPDF prints the batch."""
    return spec.engine.name == "ironpdf"


def license_objection(spec: PdfBatchSpec, settings: Settings) -> str:
    """Why a batch cannot be begun for want of a licence key, and what to do; "" when it can.

    Whether the Secret is there is the kubelet's to say: the operator may not read Secrets.
    """
    if not prints(spec) or _license(spec, settings) is not None:
        return ""
    return (
        f"spec.engine.name: ironpdf needs a licence key, and neither the operator's chart nor the batch names a Secret "
        f"with one. Put the key into a Secret of the batch's namespace, and name that Secret in the chart's value "
        f"ironpdf.license.secret, or in spec.podTemplate.env as the variable {IRONPDF_LICENSE_VARIABLE} with a "
        "secretKeyRef (docs/ironpdf-on-kubernetes.md)"
    )


def renderer_environment(spec: PdfBatchSpec, settings: Settings) -> list[Body]:
    """How the renderer finds the engine, and the licence key, without which IronPDF's client saves nothing.

    A key of the batch's own is among podTemplate's variables already.
    """
    key = [] if _batchs_license(spec) is not None else _named(IRONPDF_LICENSE_VARIABLE, spec, settings)
    return [{"name": IRONPDF_VARIABLE, "value": IRONPDF_ADDRESS}, *key]


def volumes() -> Volumes:
    """What the engine writes to: its root is read-only. The renderer sees none of it: they speak over the loopback."""
    return Volumes(
        volumes=[
            {"name": "engine-shm", "emptyDir": {"medium": "Memory", "sizeLimit": _SHARED_MEMORY_SIZE}},
            {"name": "engine-tmp", "emptyDir": {}},
        ],
        renderer=[],
        engine=[
            {"name": "engine-shm", "mountPath": "/dev/shm"},
            {"name": "engine-tmp", "mountPath": "/tmp"},
        ],
    )


def sidecar(spec: PdfBatchSpec, settings: Settings, *, image: str, resources: Body, confined: Body) -> Body:
    """The engine's container: the kubelet restarts it alone (KEP-753) and ends it with the pod.

    It has a startupProbe where Chromium's has none: the renderer begins once it answers. The engine listens on every
    address of the pod and has no option for another (its `help` says so); the chart's network policy lets nobody in.

    Args:
        confined: its securityContext.
    """
    return {
        "name": ENGINE_CONTAINER,
        "image": image,
        "imagePullPolicy": settings.ironpdf.pull_policy or settings.image_pull_policy,
        "restartPolicy": "Always",
        "env": [
            *_named(IRONPDF_ENGINE_LICENSE_VARIABLE, spec, settings),
            # Its root is read-only, and .NET and Chromium look for a home.
            {"name": "HOME", "value": "/tmp"},
        ],
        "startupProbe": {
            "tcpSocket": {"port": IRONPDF_PORT},
            "periodSeconds": _PROBE_SECONDS,
            "failureThreshold": _PROBES,
        },
        "resources": resources,
        "volumeMounts": volumes().engine,
        "securityContext": confined,
    }


def _named(variable: str, spec: PdfBatchSpec, settings: Settings) -> list[Body]:
    found = _license(spec, settings)
    return [] if found is None else [{"name": variable, **found}]


def _license(spec: PdfBatchSpec, settings: Settings) -> Body | None:
    """Where the key is, as an environment variable's source: the batch's own, else the chart's; None: nowhere."""
    own, told = _batchs_license(spec), settings.ironpdf
    if own is not None or not told.license_secret:
        return own
    return {"valueFrom": {"secretKeyRef": {"name": told.license_secret, "key": told.license_key}}}


def _batchs_license(spec: PdfBatchSpec) -> Body | None:
    for variable in overlay.environment(spec.pod_template):
        if variable["name"] == IRONPDF_LICENSE_VARIABLE:
            return {key: value for key, value in variable.items() if key != "name"}
    return None
