"""podTemplate laid over a pod: an allow-list of typed fields, so that nobody gains through the operator what they could
not do themselves. What the admin or Kubernetes must decide is never applied, and said (`objections`)."""

import re
from collections.abc import Iterable, Mapping
from typing import Final

from pdfbatch_api.labels import GROUP, MANAGED_BY, PART_OF
from pdfbatch_api.resource.model import ResourceModel
from pdfbatch_api.resource.pod import EnvFrom, EnvVar, PodTemplateSpec
from pdfbatch_operator.decision import Body
from pdfbatch_operator.manifests.resources import wrong_quantities
from pdfbatch_operator.observation import ObservedBatch, Settings

# Kubernetes' own domains: labels there are what Jobs and node controllers read, annotations there loosen a pod's
# confinement (container.apparmor.security.beta.kubernetes.io/renderer: unconfined).
_RESERVED_DOMAINS: Final = (GROUP, "kubernetes.io", "k8s.io")
_RESERVED_LABELS: Final = frozenset({MANAGED_BY, PART_OF, "controller-uid", "job-name"})
# app.kubernetes.io/ is for everybody (Kubernetes' recommended labels), but for those that say whose the pod is.
_FREE_DOMAIN: Final = "app.kubernetes.io"
# An annotation can be a right: kube2iam's gives a role, Multus' a network, an injector's a secret. Those without a
# domain are a person's own (Kubernetes' rule), and these are known to give nothing.
_FREE_ANNOTATION_DOMAINS: Final = frozenset({"prometheus.io", "karpenter.sh", "cluster-autoscaler.kubernetes.io"})
# How the pod and its command find each other: pods.py's variables, and Kubernetes' index.
_RESERVED_VARIABLES: Final = re.compile(r"PDFBATCH_.*|JOB_COMPLETION_INDEX")


def objections(batch: ObservedBatch, settings: Settings) -> list[str]:
    """What of podTemplate this operator does not apply, a sentence each that says what to do; none when all is well."""
    if batch.spec is None:
        return []
    told = batch.spec.pod_template
    found = wrong_quantities(batch.spec)
    account = told.service_account_name
    if account is not None and account not in settings.service_accounts:
        allowed = ", ".join(sorted(settings.service_accounts)) or "none"
        found.append(
            f"spec.podTemplate.serviceAccountName: {account} is not a service account that batches may use here "
            f"(allowed: {allowed}). Leave it out, or ask the cluster's admin to allow it in the chart's values"
        )
    found += [
        f"spec.podTemplate.labels: {key} belongs to pdfbatch or Kubernetes. Give it another prefix"
        for key in sorted(told.labels)
        if not _free_label(key)
    ]
    found += [
        f"spec.podTemplate.annotations: {key} may not be set through a batch. Annotations without a prefix may, and "
        f"those of {', '.join(sorted(_FREE_ANNOTATION_DOMAINS))}"
        for key in sorted(told.annotations)
        if not _free_annotation(key)
    ]
    found += [
        f"spec.podTemplate.env: {variable.name} is set by pdfbatch. Leave it out"
        for variable in told.env
        if not _free_variable(variable)
    ]
    return found


def _domain(key: str) -> str:
    return key.rpartition("/")[0]


def _free_label(key: str) -> bool:
    domain = _domain(key)
    if key in _RESERVED_LABELS:
        return False
    return domain == _FREE_DOMAIN or not any(domain == own or domain.endswith(f".{own}") for own in _RESERVED_DOMAINS)


def _free_annotation(key: str) -> bool:
    return _domain(key) in {"", *_FREE_ANNOTATION_DOMAINS}


def _free_variable(variable: EnvVar) -> bool:
    return _RESERVED_VARIABLES.fullmatch(variable.name) is None


def pod_labels(told: PodTemplateSpec) -> dict[str, str]:
    """The labels that a batch may add to its pods."""
    return {key: value for key, value in told.labels.items() if _free_label(key)}


def pod_annotations(told: PodTemplateSpec) -> dict[str, str]:
    """The annotations that a batch may add to its pods."""
    return {key: value for key, value in told.annotations.items() if _free_annotation(key)}


def environment(told: PodTemplateSpec) -> list[Body]:
    """The renderer's additional environment variables."""
    return [_variable(variable) for variable in told.env if _free_variable(variable)]


def _variable(variable: EnvVar) -> Body:
    if variable.secret_key_ref is not None:
        return {"name": variable.name, "valueFrom": {"secretKeyRef": variable.secret_key_ref.model_dump()}}
    if variable.config_map_key_ref is not None:
        return {"name": variable.name, "valueFrom": {"configMapKeyRef": variable.config_map_key_ref.model_dump()}}
    return {"name": variable.name, "value": variable.value or ""}


def environment_sources(told: Iterable[EnvFrom]) -> list[Body]:
    """Secrets and ConfigMaps whose keys become the renderer's environment variables."""
    made: list[Body] = []
    for source in told:
        if source.secret_ref is not None:
            made.append({"secretRef": source.secret_ref.model_dump()})
        if source.config_map_ref is not None:
            made.append({"configMapRef": source.config_map_ref.model_dump()})
    return made


def pod_fields(told: PodTemplateSpec, settings: Settings) -> Body:
    """What a batch may set of the pod: where it runs, how important it is; and who it is, if the admin allows it."""
    account = told.service_account_name
    fields: Mapping[str, object] = {
        "nodeSelector": told.node_selector,
        "affinity": _as_written(told.affinity) if told.affinity else None,
        "topologySpreadConstraints": [_as_written(one) for one in told.topology_spread_constraints],
        "priorityClassName": told.priority_class_name,
        "runtimeClassName": told.runtime_class_name,
        "serviceAccountName": account if account in settings.service_accounts else None,
        "imagePullSecrets": _pull_secrets(told, settings),
    }
    return {name: value for name, value in fields.items() if value}


def _pull_secrets(told: PodTemplateSpec, settings: Settings) -> list[Body]:
    names = [secret.name for secret in told.image_pull_secrets] + list(settings.image_pull_secrets)
    return [{"name": name} for name in dict.fromkeys(names)]


def tolerations(told: PodTemplateSpec) -> list[Body]:
    """The batch's tolerations. Ours come beside them: of those that match a taint, the shortest is waited for."""
    return [_as_written(one) for one in told.tolerations]


def _as_written(part: ResourceModel) -> Body:
    return part.model_dump(by_alias=True, exclude_none=True, exclude_unset=True)
