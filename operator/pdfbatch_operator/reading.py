"""A PdfBatch as the API has it, read with this operator's models: what they refuse is said, not guessed at."""

import datetime as dt
from collections.abc import Mapping
from typing import Any, Final

from pydantic import ValidationError

from pdfbatch_api.resource import PdfBatchSpec
from pdfbatch_api.resource.status import PdfBatchStatus
from pdfbatch_operator.observation import ObservedBatch
from pdfbatch_operator.shapes import Metadata

_EPOCH: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_OTHER_VERSION: Final = "The custom resource definition and the operator are of different versions: upgrade both"


def observed_batch(metadata: Metadata, body: Mapping[str, Any], before: ObservedBatch | None = None) -> ObservedBatch:
    """The batch as the decision sees it.

    Args:
        body: the whole object.
        before: as it was seen before: its spec is taken over when the generation is the same.
    """
    generation = int(body.get("metadata", {}).get("generation", 0))
    raw_spec: Mapping[str, object] = body.get("spec") or {}
    spec: PdfBatchSpec | None
    if before is not None and before.spec is not None and before.generation == generation:
        spec, raw_spec, invalid = before.spec, before.raw_spec, ""
    else:
        spec, invalid = _spec(raw_spec)
    status, unreadable = _status(body.get("status") or {})
    return ObservedBatch(
        namespace=metadata.namespace,
        name=metadata.name,
        uid=metadata.uid,
        generation=generation,
        resource_version=metadata.resource_version,
        created=metadata.creation_timestamp or _EPOCH,
        # What an operator does not understand it must not act on: it would count from nothing.
        spec=None if unreadable else spec,
        raw_spec=raw_spec,
        status=status,
        labels=metadata.labels,
        deleting=metadata.deletion_timestamp is not None,
        invalid=unreadable or invalid,
    )


def _spec(raw: Mapping[str, object]) -> tuple[PdfBatchSpec | None, str]:
    try:
        return PdfBatchSpec.model_validate(raw), ""
    except ValidationError as error:
        return None, _explain("spec", error)


def _status(raw: Mapping[str, object]) -> tuple[PdfBatchStatus, str]:
    try:
        # A newer operator may have written more than this one knows: that is left out (and lost at the next write).
        return PdfBatchStatus.model_validate(raw, extra="ignore"), ""
    except ValidationError as error:
        return PdfBatchStatus(), _explain("status", error)


def _explain(part: str, error: ValidationError) -> str:
    problems = [
        f"{'.'.join([part, *(str(step) for step in problem['loc'])])}: {problem['msg']}" for problem in error.errors()
    ]
    more = f" (and {len(problems) - 3} more)" if len(problems) > 3 else ""
    return f"{'; '.join(problems[:3])}{more}. {_OTHER_VERSION}"
