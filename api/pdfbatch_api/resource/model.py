"""How every model of the resource behaves: camelCase outside, no unknown keys, frozen once read."""

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel


class ResourceModel(BaseModel):
    """A part of the resource. Unknown keys are refused: a typo must never be a setting that is not applied."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        populate_by_name=True,
        extra="forbid",
        frozen=True,
    )


def exactly_one_of(model: BaseModel, *names: str) -> str:
    """The one field among `names` that is set.

    Raises:
        ValueError: none is, or more than one.
    """
    chosen = [name for name in names if getattr(model, name) is not None]
    if len(chosen) != 1:
        said = " and ".join(to_camel(name) for name in chosen) or "none"
        raise ValueError(f"give exactly one of {', '.join(to_camel(name) for name in names)}; this gives {said}")
    return chosen[0]
