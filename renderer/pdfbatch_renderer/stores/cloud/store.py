"""s3://, gs://, az://: a prefix of a bucket as a store."""

import hashlib
import secrets
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final

import obstore

from pdfbatch_api.errors import ObjectMissingError, ObjectTooLargeError, PreconditionError, StoreError, Where
from pdfbatch_api.protocols import Existing, ObjectInfo, OutputWriter, Stored
from pdfbatch_api.resource import StoreOptions
from pdfbatch_api.resource.quantities import seconds
from pdfbatch_renderer.stores.cloud.client import client
from pdfbatch_renderer.stores.cloud.conditions import Standing, probe_conditions
from pdfbatch_renderer.stores.cloud.requests import MARK, Listing, PutSettings, put_settings
from pdfbatch_renderer.stores.cloud.stream import open_stream
from pdfbatch_renderer.stores.cloud.trying import ConditionError, Trying
from pdfbatch_renderer.stores.cloud.writer import CloudWriter
from pdfbatch_renderer.stores.names import check_name, check_prefix
from pdfbatch_renderer.stores.probing import probe

if TYPE_CHECKING:
    from obstore import GetOptions, ObjectMeta, UpdateVersion

# More is read in pieces: a single request must end within the timeout.
_ONE_REQUEST: Final = 16 << 20
_DELETED_AT_ONCE: Final = 1_000  # S3's DeleteObjects
_PROBE_SECONDS: Final = 15


class CloudStore:
    """A prefix of a bucket as a store; see protocols.Store.

    Args:
        scheme: s3, gs or az.
        bucket: or container.
        prefix: with or without a / at its end; empty for the whole bucket.
        options: see StoreOptions.

    Raises:
        ManifestError: the options' endpoint is not one.
    """

    def __init__(self, scheme: str, bucket: str, prefix: str, options: StoreOptions) -> None:
        self._scheme = scheme
        self._bucket = bucket
        self._prefix = prefix.strip("/") + "/" if prefix.strip("/") else ""
        self._options = options
        self._client = client(scheme, bucket, options)
        self._trying = Trying(self.uri, options.timeout, options.retry_for)

    @property
    def uri(self) -> str:
        """The absolute URI, ending in /."""
        return f"{self._scheme}://{self._bucket}/{self._prefix}"

    def get(self, name: str, *, limit: int | None = None) -> bytes:
        """See protocols.Store."""
        key = self._key(name)

        def read() -> bytes | ObjectInfo:
            found = obstore.get(self._client, key)
            info = self._info(found.meta)
            if limit is not None and info.size > limit:
                raise self._too_large(info, limit)
            return bytes(found.bytes()) if info.size <= _ONE_REQUEST else info

        whole = self._trying.run("read", name, read)
        if isinstance(whole, bytes):
            return whole
        with open_stream(whole, partial(self._range, whole)) as stream:
            return stream.read()

    def stream(self, name: str) -> BinaryIO:
        """See protocols.Store."""
        info = self.stat(name)
        return open_stream(info, partial(self._range, info))

    def stat(self, name: str) -> ObjectInfo:
        """See protocols.Store."""
        key = self._key(name)
        return self._info(self._trying.run("read", name, lambda: obstore.head(self._client, key)))

    def list(self, prefix: str = "") -> Iterator[ObjectInfo]:
        """See protocols.Store."""
        for meta in self._listed(prefix):
            info = self._info(meta)
            if info.size == 0 and not self._exists(info.name):
                continue  # the marker of a folder, "name/", which the client shows without its /
            yield info

    def put(self, name: str, data: bytes, *, create_only: bool = False) -> Stored:
        """See protocols.Store. The same bytes under that name count as written."""
        key = self._key(name)
        settings = put_settings(len(data), create=create_only)
        while True:
            try:
                result = self._trying.run("write", name, lambda: obstore.put(self._client, key, data, **settings))
            except ConditionError:
                found = self.compare(name, data, existing="Refuse")
                if found is None:
                    continue
                if isinstance(found, StoreError):
                    raise found from None
                return found
            return Stored(name, len(data), result["e_tag"])

    def put_file(self, name: str, path: str) -> Stored:
        """See protocols.Store."""
        key = self._key(name)
        file = Path(path)
        size = file.stat().st_size
        settings = put_settings(size, create=False)
        result = self._trying.run("write", name, lambda: obstore.put(self._client, key, file, **settings))
        return Stored(name, size, result["e_tag"])

    def delete(self, name: str) -> None:
        """See protocols.Store."""
        self._delete(name, [self._key(name)])

    def delete_prefix(self, prefix: str) -> None:
        """See protocols.Store."""
        if not prefix:
            raise ValueError("delete_prefix takes a folder, not the whole store")
        keys: list[str] = []
        for meta in self._listed(prefix):
            keys.append(meta["path"])
            if len(keys) == _DELETED_AT_ONCE:
                self._delete(prefix, keys)
                keys = []
        if keys:
            self._delete(prefix, keys)

    def probe(self, *, first_stays: bool = False) -> None:
        """See protocols.Store. Tries for at most 15 seconds: a typing error should not take minutes to be found."""
        patient = min(int(seconds(self._options.retry_for)), _PROBE_SECONDS)
        options = self._options.model_copy(update={"retry_for": f"{patient}s"})
        store = CloudStore(self._scheme, self._bucket, self._prefix, options)
        token = secrets.token_hex(8)
        probe(store, token)
        if first_stays:
            probe_conditions(store, token)

    def writer(self, *, existing: Existing, attempt: str, mark: str | None = None) -> OutputWriter:
        """See protocols.Store. Object stores need no staging, so the attempt's name is not used here."""
        prompt = client(self._scheme, self._bucket, self._options, prompt=True)
        return CloudWriter(self, self._client, prompt, self._trying, self._prefix, existing=existing, mark=mark)

    def put_if(self, name: str, data: bytes, settings: PutSettings) -> Stored | None:
        """Writes an object under the condition that the settings name; None where that does not hold."""
        key = self._key(name)
        try:
            result = self._trying.run("write", name, lambda: obstore.put(self._client, key, data, **settings))
        except ConditionError:
            return None
        return Stored(name, len(data), result["e_tag"])

    def standing(self, name: str, *, mark: str | None) -> Standing | None:
        """What stands under a name; None when nothing does.

        Args:
            mark: its content is read if it has this mark; None: read whatever it is.
        """
        key = self._key(name)

        def look() -> Standing:
            found = obstore.get(self._client, key)
            meta = found.meta
            version: UpdateVersion = {"e_tag": meta["e_tag"]}
            if meta.get("version") is not None:
                version["version"] = meta["version"]  # Google's condition is on its number, not the ETag
            if mark is not None and found.attributes.get(MARK) != mark:
                return Standing(meta["size"], version, None)
            return Standing(meta["size"], version, bytes(found.bytes()))

        try:
            return self._trying.run("read", name, look)
        except ObjectMissingError:
            return None

    def compare(self, name: str, data: bytes, *, existing: str) -> Stored | StoreError | None:
        """What a conditional write found. The same bytes are this batch's: an earlier attempt's, or this one's
        whose answer was lost.

        Returns:
            What stands there and how it counts; None when nothing is there any more, so that the write can go on.
        """
        try:
            info = self.stat(name)
            if info.size == len(data) and self._digest(name) == hashlib.sha256(data).digest():
                return Stored(name, info.size, info.etag)
        except ObjectMissingError:
            return None
        if existing == "Keep":
            return Stored(name, info.size, info.etag, kept=True)
        return self.in_the_way(name)

    def in_the_way(self, name: str) -> PreconditionError:
        """Of a document in whose place another batch's is, and is to stay."""
        return PreconditionError(
            "an object with other content is already there",
            where=Where(uri=self.uri, name=name),
            hint="Remove it, or set output.existing to Overwrite or Keep, or choose another output.uri",
        )

    def _digest(self, name: str) -> bytes:
        info = self.stat(name)
        with open_stream(info, partial(self._range, info)) as stream:
            return hashlib.file_digest(stream, "sha256").digest()

    def _listed(self, prefix: str) -> Iterator["ObjectMeta"]:
        check_prefix(prefix, self.uri)
        whole = self._prefix + prefix
        listing = Listing(self._client, whole)
        try:
            while page := self._trying.run("list", prefix, listing.next_page):
                # The client leaves out the / at a prefix's end, and shows the marker of the folder itself.
                yield from (meta for meta in page if meta["path"].startswith(whole))
        except ObjectMissingError:
            return

    def _exists(self, name: str) -> bool:
        try:
            self.stat(name)
        except ObjectMissingError:
            return False
        return True

    def _range(self, info: ObjectInfo, start: int, end: int) -> bytes:
        key = self._key(info.name)
        options: GetOptions = {"range": (start, end), "if_match": info.etag}
        try:
            return self._trying.run(
                "read", info.name, lambda: bytes(obstore.get(self._client, key, options=options).bytes())
            )
        except ConditionError:
            raise StoreError(
                "the object was replaced while it was read",
                where=Where(uri=self.uri, name=info.name),
                hint="Run again when nobody writes it",
            ) from None

    def _delete(self, name: str, keys: Sequence[str]) -> None:
        try:
            self._trying.run("delete", name, lambda: obstore.delete(self._client, list(keys)))
        except ObjectMissingError:
            return

    def _info(self, meta: "ObjectMeta") -> ObjectInfo:
        return ObjectInfo(meta["path"].removeprefix(self._prefix), meta["size"], meta["e_tag"])

    def _key(self, name: str) -> str:
        check_name(name, self.uri)
        return self._prefix + name

    def _too_large(self, info: ObjectInfo, limit: int) -> ObjectTooLargeError:
        return ObjectTooLargeError(
            f"the object has {info.size:,} bytes, more than the {limit:,} that are allowed here",
            where=Where(uri=self.uri, name=info.name),
            hint="Use a smaller object",
        )
