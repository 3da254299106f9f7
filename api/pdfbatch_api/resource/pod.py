"""`spec.podTemplate`: what of the renderer pod a batch may choose. A list of what is allowed, nothing else."""

from typing import Annotated, Any, Literal

from pydantic import Field

from pdfbatch_api.resource.model import ResourceModel

Quantity = Annotated[str | int, Field(description="A Kubernetes quantity: 500m, 2Gi.")]


class ResourcesSpec(ResourceModel):
    """A container's requests and limits."""

    requests: dict[Literal["cpu", "memory", "ephemeral-storage"], Quantity] = Field(default_factory=dict)
    limits: dict[Literal["cpu", "memory", "ephemeral-storage"], Quantity] = Field(default_factory=dict)


class EnvVar(ResourceModel):
    """An environment variable of the renderer container."""

    name: str = Field(min_length=1, max_length=253, pattern="^[A-Za-z_][A-Za-z0-9_]*$")
    value: str | None = Field(default=None, max_length=32768)
    secret_key_ref: dict[Literal["name", "key"], str] | None = None
    config_map_key_ref: dict[Literal["name", "key"], str] | None = None


class EnvFrom(ResourceModel):
    """A Secret or ConfigMap whose keys become environment variables of the renderer container."""

    secret_ref: dict[Literal["name"], str] | None = None
    config_map_ref: dict[Literal["name"], str] | None = None


class Toleration(ResourceModel):
    """As in Kubernetes."""

    key: str | None = Field(default=None, max_length=253)
    operator: Literal["Exists", "Equal"] | None = None
    value: str | None = Field(default=None, max_length=253)
    effect: Literal["NoSchedule", "PreferNoSchedule", "NoExecute"] | None = None
    toleration_seconds: int | None = None


class PodTemplateSpec(ResourceModel):
    """Laid over the renderer pod."""

    labels: dict[str, str] = Field(default_factory=dict, max_length=32)
    annotations: dict[str, str] = Field(default_factory=dict, max_length=32)
    resources: ResourcesSpec | None = Field(default=None, description="Of the renderer container.")
    engine_resources: ResourcesSpec | None = Field(default=None, description="Of the engine container.")
    node_selector: dict[str, str] = Field(default_factory=dict, max_length=32)
    tolerations: list[Toleration] = Field(default_factory=list, max_length=32)
    affinity: dict[str, Any] | None = Field(default=None, description="As in Kubernetes.")
    topology_spread_constraints: list[dict[str, Any]] = Field(default_factory=list, max_length=8)
    priority_class_name: str | None = Field(default=None, max_length=253)
    runtime_class_name: str | None = Field(default=None, max_length=253)
    service_account_name: str | None = Field(default=None, max_length=253, description="One that the admin allows.")
    image_pull_secrets: list[dict[Literal["name"], str]] = Field(default_factory=list, max_length=16)
    env: list[EnvVar] = Field(default_factory=list, max_length=64)
    env_from: list[EnvFrom] = Field(default_factory=list, max_length=16)
