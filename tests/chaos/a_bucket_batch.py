"""A batch whose output is a bucket: what is there is asked of the store, past whatever the batch goes through."""

import io
from collections.abc import Sequence
from dataclasses import dataclass

import pypdfium2

from pdfbatch_api.protocols import Store
from pdfbatch_api.resource import StoreOptions
from pdfbatch_renderer.stores import open_store
from pdfbatch_renderer.verify import verify
from pdfbatch_renderer.workfolder import WorkFolder
from tests.chaos.a_batch import ABatch


@dataclass
class ABucketBatch(ABatch):
    """A batch of `documents` rows with its output in `bucket`.

    Args:
        scheme: s3; or az, which the environment says how to reach.
        endpoint: what the batch talks to: the server, or a proxy before it.
        server: what the test asks.
    """

    bucket: str = ""
    scheme: str = "s3"
    endpoint: str = ""
    server: str = ""
    retry_for: str = "60s"
    timeout: str = "5s"

    def __post_init__(self) -> None:
        self.write(self.endpoint)

    def write(self, endpoint: str) -> None:
        """Writes the manifest anew, for another endpoint."""
        store = {"retryFor": self.retry_for, "timeout": self.timeout}
        if self.scheme == "s3":
            store |= {"endpoint": endpoint, "allowHttp": True}
        output = {"uri": self.uri, "name": "{{ number }}.pdf", "store": store, **self.spec.get("output", {})}
        told, self.spec = self.spec, {**self.spec, "output": output}
        super().__post_init__()
        self.spec = told

    @property
    def uri(self) -> str:
        """Of the output."""
        return f"{self.scheme}://{self.bucket}/a/prefix/"

    @property
    def store(self) -> Store:
        """The output, past any proxy."""
        return open_store(
            self.uri, StoreOptions(endpoint=self.server, allow_http=True) if self.scheme == "s3" else StoreOptions()
        )

    @property
    def work(self) -> WorkFolder:
        (uid,) = {info.name.split("/")[1] for info in self.store.list(".pdfbatch/") if info.name.endswith("/plan.json")}
        return WorkFolder(self.store, f".pdfbatch/{uid}")

    def planned(self) -> bool:
        """Whether there is a plan yet."""
        return any(info.name.endswith("/plan.json") for info in self.store.list(".pdfbatch/"))

    def documents_there(self) -> set[str]:
        return {
            info.name
            for info in self.store.list()
            if info.name.endswith(".pdf") and not info.name.startswith(".pdfbatch/")
        }

    def findings(self) -> list[str]:
        return [str(finding) for finding in verify(self.store).findings]

    def assert_each_document_holds_its_own_row(self, numbers: Sequence[int]) -> None:
        for number in numbers:
            document = pypdfium2.PdfDocument(io.BytesIO(self.store.get(f"{number:06d}.pdf")))
            text = document[0].get_textpage().get_text_bounded()
            document.close()
            assert f"TOKEN{number:06d}" in text
