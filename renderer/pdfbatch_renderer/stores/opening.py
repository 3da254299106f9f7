"""From a URI to the store behind it."""

from pathlib import Path
from typing import TYPE_CHECKING

from pdfbatch_api.errors import NotInThisVersionError, Where
from pdfbatch_api.protocols import Store
from pdfbatch_api.resource import StoreOptions
from pdfbatch_renderer.stores.files.store import FileStore
from pdfbatch_renderer.stores.uris import Place, locate

if TYPE_CHECKING:
    from pdfbatch_renderer.stores.cloud.store import CloudStore


def open_store(uri: str, options: StoreOptions, *, base: Path | None = None) -> Store:
    """The store at a URI. Nothing is read or written yet; `probe()` finds out whether it works.

    Args:
        uri: a folder or prefix: a path, file://, s3://, gs:// or az://. A missing / at its end is added.
        options: credentials are not among them: they come from the environment, under the names that each
            provider's own tools use (AWS_ACCESS_KEY_ID, GOOGLE_APPLICATION_CREDENTIALS, AZURE_STORAGE_ACCOUNT_KEY …).
        base: the folder that a relative path begins at; the current one if not given.

    Raises:
        ManifestError: this is no URI of a store, or an option that cannot work.
        NotInThisVersionError: pvc://.
    """
    return store_at(locate(uri, base), options)


def store_at(place: Place, options: StoreOptions) -> "FileStore | CloudStore":
    """See `open_store`."""
    if place.scheme == "pvc":
        raise NotInThisVersionError(
            "pvc:// is not in this version",
            where=Where(uri=place.uri),
            hint="Mount the claim into the pods with podTemplate and give its path: file:///…",
        )
    if place.scheme == "file":
        return FileStore(Path(place.path), options)
    # Imported here: obstore brings a Rust runtime that a batch of files need not start.
    from pdfbatch_renderer.stores.cloud.store import CloudStore

    return CloudStore(place.scheme, place.bucket, place.path, options)
