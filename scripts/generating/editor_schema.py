"""The manifest's JSON schema, with which editors complete and check manifests."""

import json
from typing import Any, TypeAlias

from pdfbatch_api.resource import PdfBatch
from pdfbatch_api.resource.source import PLACE

Schema: TypeAlias = dict[str, Any]


def schema() -> Schema:
    """The resource's JSON schema (draft 2020-12), as editors take it."""
    made = PdfBatch.model_json_schema(by_alias=True)
    # The operator writes the status; a person does not.
    del made["properties"]["status"]
    for name in ("apiVersion", "kind"):
        made["required"].insert(0, name)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **_without_marks(_without_unused(made))}


def _without_unused(made: Schema) -> Schema:
    while True:
        text = json.dumps(made)
        unused = [name for name in made["$defs"] if f'"#/$defs/{name}"' not in text]
        if not unused:
            return made
        for name in unused:
            del made["$defs"][name]


def _without_marks(part: Any) -> Any:
    """Without what is for the CRD alone."""
    if isinstance(part, dict):
        return {key: _without_marks(inner) for key, inner in part.items() if key != PLACE}
    return [_without_marks(inner) for inner in part] if isinstance(part, list) else part
