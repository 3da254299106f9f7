"""`spec.podTemplate`: what of the renderer pod a batch may choose. A list of what is allowed, nothing else."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from pdfbatch_api.resource.model import ResourceModel, exactly_one_of
from pdfbatch_api.resource.scheduling import Affinity, Toleration, TopologySpreadConstraint

Quantity = Annotated[
    Annotated[str, Field(min_length=1, max_length=32)] | Annotated[int, Field(ge=0)],
    Field(description="A Kubernetes quantity: 500m, 2Gi."),
]
Resource = Literal["cpu", "memory", "ephemeral-storage"]
# A label's value: validation.LabelValueMaxLength of apimachinery.
LabelValue = Annotated[str, Field(max_length=63)]


class ResourcesSpec(ResourceModel):
    """A container's requests and limits."""

    requests: dict[Resource, Quantity] = Field(
        default_factory=dict, max_length=3, description="What a node must have free for it."
    )
    limits: dict[Resource, Quantity] = Field(
        default_factory=dict, max_length=3, description="What it may take: over its memory limit it is killed."
    )


class KeyReference(ResourceModel):
    """A key of a Secret or ConfigMap in the batch's namespace."""

    name: str = Field(min_length=1, max_length=253, description="The Secret's or ConfigMap's name.")
    key: str = Field(min_length=1, max_length=253, description="The key in it.")


class NameReference(ResourceModel):
    """A Secret or ConfigMap in the batch's namespace."""

    name: str = Field(min_length=1, max_length=253, description="Its name.")


class EnvVar(ResourceModel):
    """An environment variable of the renderer container."""

    name: str = Field(
        min_length=1, max_length=253, pattern="^[A-Za-z_][A-Za-z0-9_]*$", description="The variable's name."
    )
    value: str | None = Field(default=None, max_length=32768, description="Its value: never a secret, those go by key.")
    secret_key_ref: KeyReference | None = Field(default=None, description="The key of a Secret that holds the value.")
    config_map_key_ref: KeyReference | None = Field(
        default=None, description="The key of a ConfigMap that holds the value."
    )

    @model_validator(mode="after")
    def _one(self) -> "EnvVar":
        exactly_one_of(self, "value", "secret_key_ref", "config_map_key_ref")
        return self


class EnvFrom(ResourceModel):
    """A Secret or ConfigMap whose keys become environment variables of the renderer container."""

    secret_ref: NameReference | None = Field(default=None, description="A Secret.")
    config_map_ref: NameReference | None = Field(default=None, description="A ConfigMap.")

    @model_validator(mode="after")
    def _one(self) -> "EnvFrom":
        exactly_one_of(self, "secret_ref", "config_map_ref")
        return self


class PodTemplateSpec(ResourceModel):
    """Laid over the pods of a batch."""

    labels: dict[str, LabelValue] = Field(
        default_factory=dict, max_length=32, description="More labels of the pods; not those of pdfbatch or Kubernetes."
    )
    annotations: dict[str, Annotated[str, Field(max_length=4096)]] = Field(
        default_factory=dict,
        max_length=32,
        description="More annotations of the pods: those without a prefix, and few others, for an annotation can be a "
        "right.",
    )
    resources: ResourcesSpec | None = Field(default=None, description="Of the renderer container.")
    engine_resources: ResourcesSpec | None = Field(default=None, description="Of the engine container.")
    node_selector: dict[str, LabelValue] = Field(
        default_factory=dict, max_length=32, description="Labels that a node must have."
    )
    tolerations: list[Toleration] = Field(
        default_factory=list, max_length=32, description="Taints that the pods tolerate."
    )
    affinity: Affinity | None = Field(default=None, description="As in Kubernetes.")
    topology_spread_constraints: list[TopologySpreadConstraint] = Field(
        default_factory=list,
        max_length=8,
        description="How the pods are spread over zones and nodes, as in Kubernetes.",
    )
    priority_class_name: str | None = Field(
        default=None, max_length=253, description="How important the pods are: who is pre-empted for whom."
    )
    runtime_class_name: str | None = Field(default=None, max_length=253, description="The container runtime to use.")
    service_account_name: str | None = Field(default=None, max_length=253, description="One that the admin allows.")
    image_pull_secrets: list[NameReference] = Field(
        default_factory=list, max_length=16, description="Secrets with credentials for the images' registry."
    )
    env: list[EnvVar] = Field(
        default_factory=list, max_length=64, description="More environment variables of the renderer container."
    )
    env_from: list[EnvFrom] = Field(
        default_factory=list,
        max_length=16,
        description="Secrets and ConfigMaps whose keys become environment variables of the renderer container.",
    )
