"""JSON schema with every default that a model has, those made by a function included.

pydantic leaves default_factory out, for it may give another value every time; ours give the same.
"""

from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema
from pydantic_core import core_schema

from pdfbatch_api.resource import PdfBatch


class _WithFactories(GenerateJsonSchema):
    def get_default_value(self, schema: core_schema.WithDefaultSchema) -> Any:
        factory = schema.get("default_factory")
        if factory is None:
            return super().get_default_value(schema)
        value = factory()  # type: ignore[call-arg]
        # A part's own fields have their defaults: an empty one stands for all of them.
        return {} if isinstance(value, BaseModel) else value


def schema_with_defaults() -> dict[str, Any]:
    """The resource's JSON schema."""
    return PdfBatch.model_json_schema(by_alias=True, schema_generator=_WithFactories)
