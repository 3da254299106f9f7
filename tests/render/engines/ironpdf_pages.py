"""IronPDF's client in a process of its own, for what can be seen without a licence: how many pages a document has.

A line of JSON in, {settings, files, page}, a line of JSON out, {pages} or {reason, what}. .NET is loaded once, and what
is connected stays so.
"""

import base64
import json
import os
import sys
import tempfile

import msgspec

from pdfbatch_renderer.engines.child.messages import Begin, File, Print, RefusedError
from pdfbatch_renderer.engines.ironpdf.client import IronPdfClient
from pdfbatch_renderer.engines.ironpdf.inlining import Inliner
from pdfbatch_renderer.engines.ironpdf.settings import IronPdfSettings


def main() -> None:
    """Until nobody asks any more."""
    os.environ["TMPDIR"] = tempfile.mkdtemp(dir=sys.argv[1])
    # IronPDF's client prints on its standard output.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    client: IronPdfClient | None = None
    for line in sys.stdin:
        asked = json.loads(line)
        files = {path: File(base64.b64decode(data), media_type) for path, (data, media_type) in asked["files"].items()}
        settings = msgspec.convert(asked["settings"], IronPdfSettings)
        if client is None:
            client = IronPdfClient(Begin("ironpdf", msgspec.json.encode(settings), files))
        answer: dict[str, object]
        try:
            with_settings(client, settings, files)
            document = client.rendered(Print(**asked["page"]))
            answer = {"pages": document.PageCount, "warnings": client.warnings}
            document.Dispose()
        except RefusedError as error:
            answer = {"reason": error.refused.reason, "what": error.refused.what}
        print(json.dumps(answer), file=answers, flush=True)


def with_settings(client: IronPdfClient, settings: IronPdfSettings, files: dict[str, File]) -> None:
    """The next document is another batch's."""
    client._settings = settings
    client._page = client._page.model_validate_json(settings.page or "{}")
    client._options = client._options.model_validate_json(settings.options)
    client._inliner = Inliner(files, optional=settings.optional, scripts=client._options.enable_java_script)


if __name__ == "__main__":
    main()
