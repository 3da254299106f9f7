"""A batch that IronPDF prints, and how it ends: with its documents where there is a licence, in its plan without."""

import os
from pathlib import Path
from typing import Any

from pdfbatch_api.pods import IRONPDF_LICENSE_VARIABLE, IRONPDF_VARIABLE
from tests.render.batches.a_batch import ABatch, Ended, items

LICENSED = bool(os.environ.get(IRONPDF_LICENSE_VARIABLE, "").strip())
NO_LICENCE = "IronPDF has no licence, and does not hand over what it prints: Production License Required"


def a_batch(folder: Path, spec: dict[str, Any] | None = None, **files: bytes | str) -> ABatch:
    """A batch that IronPDF prints."""
    whole = {"source": items({"id": 1}), "engine": {"name": "ironpdf"}, **(spec or {})}
    return ABatch(folder, whole, files)


def ended(batch: ABatch, engine: str | None, **environment: str) -> Ended:
    """The batch, run to its end: a document with a licence, none without."""
    where = {} if engine is None else {IRONPDF_VARIABLE: engine}
    done = batch.call("run", environment={**where, **environment})
    assert "Traceback" not in done.err, done.err
    return done
