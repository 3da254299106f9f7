"""The one door to the renderer's stores: everything here that reads or writes an output goes through it.

The commands know of stores what pdfbatch_api.protocols says and import nothing of the renderer: import-linter looks.
The renderer's own client is used, and not a second one, so that an output that `pdfbatch verify` can read can be read
here: with the same credentials, from the same variables of the environment.
"""

import os
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote_to_bytes

from pdfbatch_api.protocols import Store
from pdfbatch_api.resource import StoreOptions

MANIFEST_NAMES: Final = {"jsonl": "manifest.jsonl", "parquet": "manifest.parquet"}
SUMMARY_NAME: Final = "summary.json"
# Whoever waits is a person: a store that is not reached from here will not be in three minutes either.
_RETRY_FOR: Final = "10s"
_TIMEOUT: Final = "15s"


def open_output(uri: str, options: dict[str, Any], *, endpoint: str | None = None) -> Store:
    """The store at a URI, to be read by somebody who waits.

    Args:
        options: spec.output.store; what this version does not know of it is left out.
        endpoint: instead of the options': a store inside the cluster has another address from here.

    Raises:
        PdfbatchError: it cannot be opened from here.
    """
    known = {field.alias or name for name, field in StoreOptions.model_fields.items()}
    told = StoreOptions.model_validate({key: value for key, value in options.items() if key in known})
    mine = {"retry_for": _RETRY_FOR, "timeout": _TIMEOUT, **({"endpoint": endpoint} if endpoint is not None else {})}
    return open_store(uri, told.model_copy(update=mine))


def open_store(uri: str, options: StoreOptions) -> Store:
    """The store at a URI.

    Raises:
        PdfbatchError: it cannot be opened from here.
    """
    from pdfbatch_renderer.stores import open_store as opened

    return opened(uri, options)


def local_path(uri: str, base: Path) -> Path | None:
    """The file or folder of this machine that a manifest's URI names; None where it names a store.

    Args:
        base: the manifest's folder, which relative paths begin at.

    Raises:
        ManifestError: this is no place that pdfbatch could read.
    """
    from pdfbatch_renderer.stores import absolute_uri

    whole = absolute_uri(uri, base)
    if not whole.startswith("file://"):
        return None
    return Path(os.fsdecode(unquote_to_bytes(whole.removeprefix("file://"))))
