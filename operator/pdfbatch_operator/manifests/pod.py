"""The pod that plan, render and finish run in: the renderer, and beside it, as a native sidecar, the engine.

Everything is within Kubernetes' pod security standard `restricted`: it runs in namespaces that enforce it.
"""

import math
from typing import Final

from pdfbatch_api.pods import (
    ATTEMPT_VARIABLE,
    ENGINE_CONTAINER,
    ENGINE_SOCKET,
    ENGINE_SOCKET_VARIABLE,
    ENGINE_USER,
    LOG_FORMAT_VARIABLE,
    METRICS_PATH,
    METRICS_PORT,
    METRICS_PORT_NAME,
    METRICS_PORT_VARIABLE,
    NAME_VARIABLE,
    OWNER_PASSWORD_VARIABLE,
    RENDERER_CONTAINER,
    RENDERER_USER,
    SOURCE_PASSWORD_VARIABLE,
    TERMINATION_LOG,
    TERMINATION_LOG_VARIABLE,
    UID_VARIABLE,
    USER_PASSWORD_VARIABLE,
)
from pdfbatch_api.resource import PdfBatchSpec
from pdfbatch_api.resource.quantities import seconds
from pdfbatch_operator.decision import Body
from pdfbatch_operator.manifests import ironpdf, overlay
from pdfbatch_operator.manifests.images import images
from pdfbatch_operator.manifests.ownership import labels
from pdfbatch_operator.manifests.resources import pod_resources
from pdfbatch_operator.manifests.volumes import Volumes, engine_volumes, renderer_volumes
from pdfbatch_operator.observation import Component, ObservedBatch, Settings

# The API's own default is 300 s for both taints; a lost node's shards begin elsewhere after this.
_TOLERATED_SECONDS: Final = 5
# After SIGTERM the documents in hand are finished, limits.timeout each at most, and recorded within this; a pod that is
# killed before would count as a failed try of its shard.
_RECORDING_SECONDS: Final = 15
_MOST_GRACE_SECONDS: Final = 600
# For a Prometheus without its operator; nobody's standard, and everybody's custom.
_SCRAPED: Final = {
    "prometheus.io/scrape": "true",
    "prometheus.io/port": str(METRICS_PORT),
    "prometheus.io/path": METRICS_PATH,
}


def pod_template(
    batch: ObservedBatch,
    spec: PdfBatchSpec,
    settings: Settings,
    component: Component,
    arguments: list[str],
    *,
    with_engine: bool,
) -> Body:
    """The template of a Job's pods.

    Args:
        arguments: of the renderer's image: the command and its own.
        with_engine: finish prints nothing: it needs none, and has no metrics either.
    """
    told = spec.pod_template
    volumes = renderer_volumes(batch, spec)
    engine = _engine_volumes(spec) if with_engine else Volumes([], [], [])
    pod: Body = {
        "restartPolicy": "Never",
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        "terminationGracePeriodSeconds": _grace_seconds(spec),
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": RENDERER_USER,
            "runAsGroup": RENDERER_USER,
            "fsGroup": RENDERER_USER,
            # Else every start would chown each of a million files.
            "fsGroupChangePolicy": "OnRootMismatch",
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        **overlay.pod_fields(told, settings),
        "tolerations": [*overlay.tolerations(told), *_short_tolerations()],
        "volumes": [*volumes.volumes, *engine.volumes],
        "containers": [
            _renderer(batch, spec, settings, arguments, [*volumes.renderer, *engine.renderer], with_engine=with_engine),
        ],
    }
    if with_engine:
        pod["initContainers"] = [_engine(batch, spec, settings, engine.engine)]
    return {
        "metadata": {
            "labels": {**overlay.pod_labels(told), **labels(batch, component)},
            "annotations": {
                **(_SCRAPED if with_engine and settings.scrape_annotations else {}),
                # So a batch may say that it is not to be scraped.
                **overlay.pod_annotations(told),
                "kubectl.kubernetes.io/default-container": RENDERER_CONTAINER,
            },
        },
        "spec": pod,
    }


def _grace_seconds(spec: PdfBatchSpec) -> int:
    return min(math.ceil(seconds(spec.limits.timeout)) + _RECORDING_SECONDS, _MOST_GRACE_SECONDS)


def _short_tolerations() -> list[Body]:
    return [
        {
            "key": f"node.kubernetes.io/{taint}",
            "operator": "Exists",
            "effect": "NoExecute",
            "tolerationSeconds": _TOLERATED_SECONDS,
        }
        for taint in ("not-ready", "unreachable")
    ]


def _confined(user: int) -> Body:
    return {
        "runAsNonRoot": True,
        "runAsUser": user,
        "runAsGroup": user,
        "readOnlyRootFilesystem": True,
        "allowPrivilegeEscalation": False,
        "capabilities": {"drop": ["ALL"]},
        "seccompProfile": {"type": "RuntimeDefault"},
    }


def _renderer(
    batch: ObservedBatch,
    spec: PdfBatchSpec,
    settings: Settings,
    arguments: list[str],
    mounts: list[Body],
    *,
    with_engine: bool,
) -> Body:
    told = spec.pod_template
    credentials = spec.output.credentials_secret_ref
    sources: list[Body] = [{"secretRef": {"name": credentials.name}}] if credentials else []
    own: list[Body] = [
        {"name": UID_VARIABLE, "value": batch.uid},
        {"name": NAME_VARIABLE, "value": batch.name},
        {"name": ATTEMPT_VARIABLE, "valueFrom": {"fieldRef": {"fieldPath": "metadata.uid"}}},
        {"name": TERMINATION_LOG_VARIABLE, "value": TERMINATION_LOG},
        {"name": LOG_FORMAT_VARIABLE, "value": "json"},
        # Its root is read-only, and libraries look for a home.
        {"name": "HOME", "value": "/tmp"},
    ]
    ports: Body = {}
    if with_engine:
        own.extend(_passwords(spec))
        if ironpdf.prints(spec):
            own.extend(ironpdf.renderer_environment(spec, settings))
        else:
            own.append({"name": ENGINE_SOCKET_VARIABLE, "value": ENGINE_SOCKET})
        own.append({"name": METRICS_PORT_VARIABLE, "value": str(METRICS_PORT)})
        ports = {"ports": [{"name": METRICS_PORT_NAME, "containerPort": METRICS_PORT, "protocol": "TCP"}]}
    return {
        "name": RENDERER_CONTAINER,
        "image": images(batch, spec, settings).renderer,
        "imagePullPolicy": settings.image_pull_policy,
        "args": arguments,
        **ports,
        "env": [*overlay.environment(told), *own],
        "envFrom": [*overlay.environment_sources(told.env_from), *sources],
        "resources": pod_resources(spec, settings).renderer,
        "volumeMounts": mounts,
        "securityContext": _confined(RENDERER_USER),
        "terminationMessagePath": TERMINATION_LOG,
        "terminationMessagePolicy": "File",
    }


def _passwords(spec: PdfBatchSpec) -> list[Body]:
    """Passwords of encrypted PDFs: the kubelet reads the Secrets, the operator never does. Finish needs none."""
    encryption, files = spec.postprocessing.encryption, spec.source.files
    given = (
        (USER_PASSWORD_VARIABLE, encryption.user_password_secret_ref if encryption else None),
        (OWNER_PASSWORD_VARIABLE, encryption.owner_password_secret_ref if encryption else None),
        (SOURCE_PASSWORD_VARIABLE, files.password_secret_ref if files else None),
    )
    return [
        {"name": variable, "valueFrom": {"secretKeyRef": {"name": secret.name, "key": secret.key}}}
        for variable, secret in given
        if secret is not None
    ]


def _engine_volumes(spec: PdfBatchSpec) -> Volumes:
    return ironpdf.volumes() if ironpdf.prints(spec) else engine_volumes()


def _engine(batch: ObservedBatch, spec: PdfBatchSpec, settings: Settings, mounts: list[Body]) -> Body:
    """A sidecar that the kubelet restarts alone (KEP-753). No credentials, no token, no environment.

    Chromium has no startupProbe: a connection is a browser, and the renderer waits for the socket itself, without the
    whole second that a probe's period would cost every pod.
    """
    image, resources = images(batch, spec, settings).engine, pod_resources(spec, settings).engine
    if ironpdf.prints(spec):
        return ironpdf.sidecar(spec, settings, image=image, resources=resources, confined=_confined(ENGINE_USER))
    return {
        "name": ENGINE_CONTAINER,
        "image": image,
        "imagePullPolicy": settings.image_pull_policy,
        "restartPolicy": "Always",
        "resources": resources,
        "volumeMounts": mounts,
        "securityContext": _confined(ENGINE_USER),
    }
