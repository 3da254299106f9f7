"""A real S3 server on the cluster's own bridge, and a bucket in it."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from pdfbatch_api.protocols import Store
from pdfbatch_api.resource import StoreOptions
from pdfbatch_renderer.stores import open_store
from pdfbatch_renderer.verify import verify
from tests.stores.s3_server import S3Server

NAME = "documents"
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_REGION": "us-east-1"}


@dataclass(frozen=True)
class Bucket:
    """A bucket that pods and this process reach under the same address."""

    endpoint: str

    @classmethod
    @contextmanager
    def served(cls, address: str) -> Iterator["Bucket"]:
        """The server, while the block runs."""
        server = S3Server(address)
        server.start()
        try:
            server.create_bucket(NAME)
            yield cls(server.url)
        finally:
            server.stop()

    @property
    def options(self) -> dict[str, Any]:
        """spec.output.store."""
        return {"endpoint": self.endpoint, "region": "us-east-1", "allowHttp": True, "pathStyle": True}

    def problems(self, prefix: str) -> list[str]:
        """What `pdfbatch verify` finds wrong."""
        os.environ.update(CREDENTIALS)
        options = StoreOptions.model_validate(self.options)
        return [str(finding) for finding in verify(open_store(f"s3://{NAME}/{prefix}", options)).findings]

    def put(self, key: str, data: bytes) -> None:
        """An object."""
        self._store().put(key, data)

    def get(self, key: str) -> bytes:
        """An object's bytes."""
        return self._store().get(key)

    def keys(self, prefix: str) -> list[str]:
        """What lies there."""
        return sorted(entry.name for entry in self._store().list(prefix))

    def _store(self) -> Store:
        os.environ.update(CREDENTIALS)
        return open_store(f"s3://{NAME}/", StoreOptions.model_validate(self.options))
