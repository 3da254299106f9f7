"""A store in memory: the whole protocol but the writer, which finish and verify do not use."""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from pdfbatch_api.errors import ObjectMissingError, ObjectTooLargeError, PreconditionError
from pdfbatch_api.protocols import Existing, ObjectInfo, OutputWriter, Stored


class MemoryStore:
    def __init__(self, uri: str = "memory://batch/") -> None:
        self._uri = uri
        self.objects: dict[str, bytes] = {}
        self.puts: list[str] = []

    @property
    def uri(self) -> str:
        return self._uri

    def get(self, name: str, *, limit: int | None = None) -> bytes:
        if name not in self.objects:
            raise ObjectMissingError(f"there is no {name}")
        data = self.objects[name]
        if limit is not None and len(data) > limit:
            raise ObjectTooLargeError(f"{name} is too large")
        return data

    def stream(self, name: str) -> BinaryIO:
        return io.BytesIO(self.get(name))

    def stat(self, name: str) -> ObjectInfo:
        return ObjectInfo(name, len(self.get(name)))

    def list(self, prefix: str = "") -> Iterator[ObjectInfo]:
        for name in sorted(self.objects):
            if name.startswith(prefix):
                yield ObjectInfo(name, len(self.objects[name]))

    def put(self, name: str, data: bytes, *, create_only: bool = False) -> Stored:
        if create_only and name in self.objects:
            raise PreconditionError(f"{name} exists")
        self.objects[name] = bytes(data)
        self.puts.append(name)
        return Stored(name, len(data))

    def put_file(self, name: str, path: str) -> Stored:
        return self.put(name, Path(path).read_bytes())

    def delete(self, name: str) -> None:
        self.objects.pop(name, None)

    def delete_prefix(self, prefix: str) -> None:
        for name in [name for name in self.objects if name.startswith(prefix)]:
            del self.objects[name]

    def probe(self, *, first_stays: bool = False) -> None: ...

    def writer(self, *, existing: Existing, attempt: str, mark: str | None = None) -> OutputWriter:
        raise NotImplementedError
