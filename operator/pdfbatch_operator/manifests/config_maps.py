"""The two ConfigMaps of a batch: its manifest, which pods without API access read, and what became of lost attempts."""

import json
from collections.abc import Iterable
from typing import Final

from pdfbatch_api.pods import MANIFEST_KEY
from pdfbatch_api.resource import API_VERSION, KIND
from pdfbatch_operator.decision import Body
from pdfbatch_operator.manifests.names import disrupted_name, manifest_name
from pdfbatch_operator.manifests.ownership import metadata
from pdfbatch_operator.observation import ObservedBatch

# ConfigMaps hold at most 1 MiB (core/validation: MaxSecretSize), their key and value together.
_MOST_BYTES: Final = 2**20
# A name is repeated in managedFields; together they must stay under etcd's request limit of 1.5 MiB.
_MOST_ATTEMPTS: Final = 5_000


def manifest_text(batch: ObservedBatch) -> str:
    """The manifest as the pods read it: the spec word for word. JSON is YAML."""
    manifest = {
        "apiVersion": API_VERSION,
        "kind": KIND,
        "metadata": {"name": batch.name},
        "spec": batch.raw_spec,
    }
    return json.dumps(manifest, ensure_ascii=False, separators=(",", ":"))


def manifest_config_map(batch: ObservedBatch) -> Body:
    """The manifest, immutable: what was planned is what is rendered and finished."""
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": metadata(batch, manifest_name(batch), "manifest"),
        "immutable": True,
        "data": {MANIFEST_KEY: manifest_text(batch)},
    }


def manifest_too_large(batch: ObservedBatch) -> str:
    """Why the manifest cannot be given to pods; "" when it can."""
    size = len(manifest_text(batch).encode()) + len(MANIFEST_KEY)
    if size <= _MOST_BYTES:
        return ""
    return (
        f"the manifest has {size:,} bytes, and {_MOST_BYTES:,} are the most that a ConfigMap holds: "
        "put the rows into a file (spec.source.rows.uri), or the template into a ConfigMap or a store"
    )


def disrupted_config_map(batch: ObservedBatch, attempts: Iterable[str]) -> Body:
    """The attempts that are known to have been disrupted, a key each: what stood there is not blamed for it.

    At most 5,000; of the others a document may be blamed for a lost node that it stood on, which takes several of them
    to condemn it.
    """
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": metadata(batch, disrupted_name(batch), "disrupted"),
        "data": dict.fromkeys(sorted(attempts)[:_MOST_ATTEMPTS], ""),
    }
