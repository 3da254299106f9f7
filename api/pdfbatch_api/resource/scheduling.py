"""Where pods may run, in Kubernetes' own words and shapes (core/v1): typed, so that a misspelt key is a mistake."""

from typing import Annotated, Literal

from pydantic import Field

from pdfbatch_api.resource.model import ResourceModel

_Key = Annotated[str, Field(min_length=1, max_length=316, description="A label's key.")]
_Value = Annotated[str, Field(max_length=63)]
_Namespace = Annotated[str, Field(min_length=1, max_length=63)]


class Toleration(ResourceModel):
    """As in Kubernetes."""

    key: str | None = Field(
        default=None, max_length=316, description="The taint's key. Unset with Exists: every taint."
    )
    operator: Literal["Exists", "Equal"] | None = Field(
        default=None, description="Exists: whatever the taint's value. Default: Equal."
    )
    value: str | None = Field(default=None, max_length=63, description="The taint's value, with Equal.")
    effect: Literal["NoSchedule", "PreferNoSchedule", "NoExecute"] | None = Field(
        default=None, description="The taint's effect. Unset: every effect."
    )
    toleration_seconds: int | None = Field(
        default=None, ge=0, description="NoExecute: how long the taint is tolerated. Unset: for ever."
    )


class NodeRequirement(ResourceModel):
    """A requirement on a node's labels or fields."""

    key: _Key
    operator: Literal["In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt"] = Field(
        description="How the node's value stands to values."
    )
    values: list[_Value] = Field(
        default_factory=list, max_length=64, description="For In and NotIn one or more, for Gt and Lt one number."
    )


class NodeSelectorTerm(ResourceModel):
    """Requirements that must all be met."""

    match_expressions: list[NodeRequirement] = Field(
        default_factory=list, max_length=16, description="By the node's labels."
    )
    match_fields: list[NodeRequirement] = Field(
        default_factory=list, max_length=16, description="By the node's fields: metadata.name."
    )


class NodeSelector(ResourceModel):
    """Terms of which one must be met."""

    node_selector_terms: list[NodeSelectorTerm] = Field(min_length=1, max_length=16, description="The terms.")


class PreferredNodes(ResourceModel):
    """Nodes that are preferred."""

    weight: int = Field(ge=1, le=100, description="How much.")
    preference: NodeSelectorTerm = Field(description="Which nodes.")


class NodeAffinity(ResourceModel):
    """Nodes that the pods need or prefer."""

    required_during_scheduling_ignored_during_execution: NodeSelector | None = Field(
        default=None, description="Without such a node a pod waits."
    )
    preferred_during_scheduling_ignored_during_execution: list[PreferredNodes] = Field(
        default_factory=list, max_length=16, description="Such nodes are taken where they can be had."
    )


class LabelRequirement(ResourceModel):
    """A requirement on labels."""

    key: _Key
    operator: Literal["In", "NotIn", "Exists", "DoesNotExist"] = Field(description="How the label stands to values.")
    values: list[_Value] = Field(default_factory=list, max_length=64, description="For In and NotIn: one or more.")


class LabelSelector(ResourceModel):
    """Labels that must all match."""

    match_labels: dict[str, _Value] = Field(default_factory=dict, max_length=32, description="Labels and their values.")
    match_expressions: list[LabelRequirement] = Field(
        default_factory=list, max_length=16, description="Requirements on labels."
    )


class PodAffinityTerm(ResourceModel):
    """Pods, and within what of the cluster they count as near."""

    topology_key: _Key = Field(description="The node label whose value is the same for what is near.")
    label_selector: LabelSelector | None = Field(default=None, description="Which pods.")
    namespace_selector: LabelSelector | None = Field(default=None, description="Of which namespaces, by their labels.")
    namespaces: list[_Namespace] = Field(
        default_factory=list, max_length=16, description="Of which namespaces. Default: the batch's."
    )
    match_label_keys: list[_Key] = Field(
        default_factory=list, max_length=16, description="Labels in which they must be as the pod itself."
    )
    mismatch_label_keys: list[_Key] = Field(
        default_factory=list, max_length=16, description="Labels in which they must differ from the pod itself."
    )


class PreferredPods(ResourceModel):
    """Pods whose neighbourhood is preferred or avoided."""

    weight: int = Field(ge=1, le=100, description="How much.")
    pod_affinity_term: PodAffinityTerm = Field(description="Which pods.")


class PodAffinity(ResourceModel):
    """Pods that the pods need or like near them."""

    required_during_scheduling_ignored_during_execution: list[PodAffinityTerm] = Field(
        default_factory=list, max_length=16, description="Without such a pod near, a pod waits."
    )
    preferred_during_scheduling_ignored_during_execution: list[PreferredPods] = Field(
        default_factory=list, max_length=16, description="Near such pods where it can be had."
    )


class PodAntiAffinity(ResourceModel):
    """Pods that the pods may not, or would rather not, be near to."""

    required_during_scheduling_ignored_during_execution: list[PodAffinityTerm] = Field(
        default_factory=list, max_length=16, description="Where such a pod is near, no pod is placed."
    )
    preferred_during_scheduling_ignored_during_execution: list[PreferredPods] = Field(
        default_factory=list, max_length=16, description="Away from such pods where it can be had."
    )


class Affinity(ResourceModel):
    """As in Kubernetes."""

    node_affinity: NodeAffinity | None = Field(default=None, description="Nodes that the pods need or prefer.")
    pod_affinity: PodAffinity | None = Field(default=None, description="Pods that the pods need or like near them.")
    pod_anti_affinity: PodAntiAffinity | None = Field(default=None, description="Pods that the pods keep away from.")


class TopologySpreadConstraint(ResourceModel):
    """How evenly the pods are spread over zones, nodes …"""

    max_skew: int = Field(ge=1, description="How many more pods one domain may have than another.")
    topology_key: _Key = Field(description="The node label whose values are the domains.")
    when_unsatisfiable: Literal["DoNotSchedule", "ScheduleAnyway"] = Field(
        description="Whether a pod waits where it cannot be kept, or is placed all the same."
    )
    label_selector: LabelSelector | None = Field(default=None, description="Which pods are counted: without it, none.")
    match_label_keys: list[_Key] = Field(
        default_factory=list, max_length=16, description="Labels in which counted pods must be as the pod itself."
    )
    min_domains: int | None = Field(default=None, ge=1, description="How many domains there must be at least.")
    node_affinity_policy: Literal["Honor", "Ignore"] | None = Field(
        default=None, description="Whether nodes that the pod cannot go to are left out. Default: Honor."
    )
    node_taints_policy: Literal["Honor", "Ignore"] | None = Field(
        default=None, description="Whether nodes whose taints the pod does not tolerate are left out. Default: Ignore."
    )
