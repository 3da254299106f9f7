"""Conditions as Kubernetes has them (KEP-1623): lastTransitionTime moves when the status does, and only then."""

from collections.abc import Iterable
from typing import Final, Literal

from pdfbatch_api.resource.status import Condition, ConditionType

# In this order in the status, so that what a person wants to know is first.
_ORDER: Final[tuple[ConditionType, ...]] = (
    "Complete",
    "Failed",
    "Stalled",
    "Reconciling",
    "Planned",
    "Suspended",
    "ScalingActive",
)
_LONGEST_REASON: Final = 1024
_LONGEST_MESSAGE: Final = 4096


def condition(conditions: Iterable[Condition], kind: ConditionType) -> Condition | None:
    """The condition of that type."""
    return next((one for one in conditions if one.type == kind), None)


def is_true(conditions: Iterable[Condition], kind: ConditionType) -> bool:
    """Whether there is such a condition and its status is True."""
    found = condition(conditions, kind)
    return found is not None and found.status == "True"


def with_condition(
    conditions: list[Condition],
    kind: ConditionType,
    status: Literal["True", "False", "Unknown"],
    reason: str,
    message: str,
    *,
    now: str,
    generation: int,
) -> list[Condition]:
    """The conditions with this one set.

    Args:
        now: the time of the transition, if it is one.
        generation: of the spec that it was found with.
    """
    old = condition(conditions, kind)
    since = old.last_transition_time if old is not None and old.status == status else now
    new = Condition(
        type=kind,
        status=status,
        reason=reason[:_LONGEST_REASON],
        message=cut(message, _LONGEST_MESSAGE),
        last_transition_time=since,
        observed_generation=generation,
    )
    return sorted([*(one for one in conditions if one.type != kind), new], key=lambda one: _ORDER.index(one.type))


def cut(text: str, characters: int) -> str:
    """A text that fits; what was left out is marked."""
    return text if len(text) <= characters else text[: characters - 1] + "…"
