"""What is done with IronPDF's client for a document, each step said: for docs/ironpdf-recorded.md."""

import os
import sys
import time

import msgspec

from pdfbatch_api.pods import IRONPDF_LICENSE_VARIABLE
from pdfbatch_renderer.engines.child.messages import Begin
from pdfbatch_renderer.engines.ironpdf.client import IronPdfClient
from pdfbatch_renderer.engines.ironpdf.refusals import words
from pdfbatch_renderer.engines.ironpdf.settings import IronPdfSettings


def main() -> None:
    """Against the engine at host:port, the first argument."""
    host, _, port = sys.argv[1].partition(":")
    os.environ["TMPDIR"] = sys.argv[2]
    said = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    key = os.environ.get(IRONPDF_LICENSE_VARIABLE, "").strip()
    begun = time.monotonic()
    client = IronPdfClient(Begin("ironpdf", msgspec.json.encode(IronPdfSettings(host, int(port), key))))
    print(f"ConnectToIronPdfHost(RemoteServer) → connected, {time.monotonic() - begun:.1f} s with .NET", file=said)
    print(f"version → {client.version}", file=said)
    begun = time.monotonic()
    document = client.trial()
    print(f"RenderHtmlAsPdf → a document in the engine, {time.monotonic() - begun:.1f} s", file=said)
    print(f"PageCount → {document.PageCount}", file=said)
    for name, ask in (
        ("BinaryData", lambda: len(bytes(memoryview(document.BinaryData)))),
        ("SaveAs", lambda: document.SaveAs(os.path.join(sys.argv[2], "x.pdf")) and "saved"),  # noqa: PTH118
    ):
        try:
            print(f"{name} → {ask()}", file=said)
        except Exception as error:  # noqa: BLE001 - what it raises is what is shown
            print(f"{name} → {type(error).__name__}: {words(error)}", file=said)
    document.Dispose()
    said.flush()


if __name__ == "__main__":
    main()
