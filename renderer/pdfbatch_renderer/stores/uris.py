"""URIs of stores: what people write in a manifest, and the absolute form that the rest of the program uses.

Paths become file:// URIs with only those characters escaped that would change the URI's meaning, so that a person
can still read them. Keys of object stores are taken as they are, as the stores' own command lines do.
"""

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import quote_from_bytes, unquote_to_bytes

from pdfbatch_api.errors import ManifestError, Where

CLOUD_SCHEMES: Final = ("s3", "gs", "az")
_SCHEME: Final = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://")
_BUCKET: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,254}")
# Kubernetes' names of objects (RFC 1123, subdomain).
_CLAIM: Final = re.compile(r"(?=.{1,253}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
_ALIASES: Final = {
    "s3a": "s3",
    "s3n": "s3",
    "gcs": "gs",
    "azure": "az",
    "abfs": "az",
    "abfss": "az",
    "wasbs": "az",
}
_READABLE: Final = "/!$&'()*+,;=:@-._~[]{}|^"


@dataclass(frozen=True, slots=True)
class Place:
    """An absolute URI in its parts.

    Attributes:
        scheme: file, pvc, s3, gs or az.
        bucket: the bucket, container or claim; empty for file.
        path: of a file an absolute path; of an object its key without a leading /. A / at the end is kept.
    """

    scheme: str
    bucket: str
    path: str

    @property
    def uri(self) -> str:
        """The absolute URI."""
        if self.scheme == "file":
            return "file://" + _escaped(self.path)
        return f"{self.scheme}://{self.bucket}/{self.path}"


def absolute_uri(uri: str, base: Path | None = None) -> str:
    """A URI or path of a manifest as an absolute URI: file:///…, s3://….

    Args:
        uri: a URI, or a path (absolute, or relative to `base`). A / at its end is kept.
        base: the manifest's folder; the current one if not given.

    Raises:
        ManifestError: this is no place that pdfbatch could read or write.
    """
    return locate(uri, base).uri


def locate(uri: str, base: Path | None = None) -> Place:
    """The parts of `absolute_uri(uri, base)`; the same arguments and errors."""
    if not uri or "\0" in uri:
        raise _wrong(uri, "this is not a URI or a path", "Give a path, or a URI such as s3://bucket/folder/")
    found = _SCHEME.match(uri)
    if found is None:
        path = uri.removeprefix("file:") if uri.startswith("file:/") else uri
        return _file(_unescaped(path) if path is not uri else uri, base)
    scheme = found[1].lower()
    rest = uri[found.end() :]
    if scheme == "file":
        host, slash, path = rest.partition("/")
        if host not in ("", "localhost") or not slash:
            raise _wrong(uri, "a file:// URI names a file of this machine", f"Write file:///{rest}")
        return _file(_unescaped("/" + path), base)
    if scheme not in (*CLOUD_SCHEMES, "pvc"):
        other = _ALIASES.get(scheme)
        hint = f"Write {other}://bucket/folder/" if other else "Use a path, file://, s3://, gs:// or az://"
        raise _wrong(uri, f"{scheme}:// is not a store that pdfbatch knows", hint)
    bucket, _, key = rest.partition("/")
    what, name = ("claim", _CLAIM) if scheme == "pvc" else ("bucket", _BUCKET)
    if not name.fullmatch(bucket):
        raise _wrong(uri, f"{bucket!r} cannot be the name of a {what}", f"Write {scheme}://{what}/folder/")
    if any(part in ("", ".", "..") for part in key.rstrip("/").split("/")) and key:
        raise _wrong(uri, "the path holds an empty part, . or ..", "Write the path out, with one / between its parts")
    return Place(scheme, bucket, key)


def _file(path: str, base: Path | None) -> Place:
    # abspath, not resolve: what is behind a symbolic link is that link's business, and the person who reads a
    # message knows the path that they wrote.
    whole = os.path.abspath(os.path.join(base or "", path))  # noqa: PTH100, PTH118
    ends = path.endswith("/") and whole != "/"
    return Place("file", "", whole + "/" if ends else whole)


def _escaped(path: str) -> str:
    """A path for a file:// URI: other scripts stay as they are (RFC 3987), bytes that are no UTF-8 are escaped."""
    return "".join(
        char
        if (ord(char) > 0x9F and not 0xD800 <= ord(char) <= 0xDFFF)
        else quote_from_bytes(os.fsencode(char), safe=_READABLE)
        for char in path
    )


def _unescaped(path: str) -> str:
    return os.fsdecode(unquote_to_bytes(path))


def _wrong(uri: str, what: str, hint: str) -> ManifestError:
    return ManifestError(what, where=Where(uri=uri[:200]), hint=hint)
