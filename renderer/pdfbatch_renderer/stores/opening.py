"""From a URI to the store behind it."""

from pathlib import Path
from typing import TYPE_CHECKING

from pdfbatch_api.errors import ManifestError, StoreRefusedError, Where
from pdfbatch_api.protocols import Store
from pdfbatch_api.resource import StoreOptions
from pdfbatch_api.unsupported import CLUSTER_URIS
from pdfbatch_renderer.mounts import claim_folder, in_cluster
from pdfbatch_renderer.stores.files.store import FileStore
from pdfbatch_renderer.stores.uris import Place, locate

if TYPE_CHECKING:
    from pdfbatch_renderer.stores.cloud.store import CloudStore


def open_store(uri: str, options: StoreOptions, *, base: Path | None = None) -> Store:
    """The store at a URI. Nothing is read or written yet; `probe()` finds out whether it works.

    Args:
        uri: a folder or prefix: a path, file://, s3://, gs://, az:// or pvc://. A missing / at its end is added.
        options: credentials are not among them: they come from the environment, under the names that each
            provider's own tools use (AWS_ACCESS_KEY_ID, GOOGLE_APPLICATION_CREDENTIALS, AZURE_STORAGE_ACCOUNT_KEY …).
        base: the folder that a relative path begins at; the current one if not given.

    Raises:
        ManifestError: this is no URI of a store, an option that cannot work, or a path in a cluster.
        StoreRefusedError: pvc://, and the claim is not mounted here.
    """
    return store_at(locate(uri, base), options)


def store_at(place: Place, options: StoreOptions) -> "FileStore | CloudStore":
    """See `open_store`."""
    if place.scheme == "pvc":
        return _claim(place, options)
    if place.scheme == "file":
        if in_cluster():
            # Also the guard of rows that name images: a pod's own files are nobody's data.
            raise ManifestError("a path names a file of one machine", where=Where(uri=place.uri), hint=CLUSTER_URIS)
        return FileStore(Path(place.path), options)
    # Imported here: obstore brings a Rust runtime that a batch of files need not start.
    from pdfbatch_renderer.stores.cloud.store import CloudStore

    return CloudStore(place.scheme, place.bucket, place.path, options)


def _claim(place: Place, options: StoreOptions) -> FileStore:
    mounted = claim_folder(place.bucket)
    if mounted is None:
        raise StoreRefusedError(
            f"the claim {place.bucket!r} is not mounted here",
            where=Where(uri=place.uri),
            hint="A pod has the claims that source, template, output and workFolder name; rows may name files in "
            "these alone."
            if in_cluster()
            else "pvc:// is for clusters: on one machine give the path of a folder.",
        )
    return FileStore(mounted / place.path, options, claim=place.uri)
