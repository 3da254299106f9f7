"""IronPDF's client, connected: a page to a document that the engine holds.

Up to here IronPDF needs no licence; the document's bytes are another matter (see printer.py).
"""

import datetime as dt
import os
from typing import Any, Final

import msgspec

from pdfbatch_api.resource import PageSpec
from pdfbatch_api.resource.ironpdf import IronPdfOptions
from pdfbatch_renderer.engines.child.messages import Begin, BrokenError, Print, Refused, RefusedError
from pdfbatch_renderer.engines.ironpdf.address import Address
from pdfbatch_renderer.engines.ironpdf.dotnet import client_version, load_client
from pdfbatch_renderer.engines.ironpdf.headers import with_placeholders
from pdfbatch_renderer.engines.ironpdf.inlining import Inliner
from pdfbatch_renderer.engines.ironpdf.refusals import VERSION_WARNING, mismatched, unready, words
from pdfbatch_renderer.engines.ironpdf.rendering_options import rendering_options
from pdfbatch_renderer.engines.ironpdf.settings import IronPdfSettings

_TRIAL: Final = "<!doctype html><title>t</title><p>one</p><p style='page-break-before: always'>two</p>"
_TRIAL_PAGES: Final = 2
# Nobody listens there (discard, RFC 863): what a page asks the network for comes to nothing.
_NOWHERE: Final = "http://127.0.0.1:9"
_MILLIMETRES: Final = 25.4 / 72


class IronPdfClient:
    """Once in a process.

    Args:
        begin: with IronPdfSettings.

    Attributes:
        version: of engine and client.
        date: what stands in for the clock.
        warnings: on the document at hand.

    Raises:
        BrokenError: the client cannot be loaded, or cannot connect.
    """

    def __init__(self, begin: Begin) -> None:
        self._settings = settings = msgspec.json.decode(begin.settings, type=IronPdfSettings)
        client = client_version()
        self._iron: Any = load_client(os.environ["TMPDIR"])
        self._page = PageSpec() if settings.page is None else PageSpec.model_validate_json(settings.page)
        self._options = IronPdfOptions.model_validate_json(settings.options)
        self.date = dt.datetime.fromisoformat(settings.date)
        self._inliner = Inliner(begin.files, optional=settings.optional, scripts=self._options.enable_java_script)
        self._mismatch = ""
        try:
            self._connect()
            self.version = f"ironpdf {self._iron.Installation.IronPdfEngineVersion} (client {client})"
        except Exception as error:
            raise unready(error, settings, client) from error

    def _connect(self) -> None:
        settings, iron = self._settings, self._iron
        iron.Logging.Logger.MessageLogged += self._logged
        if settings.key:
            iron.License.LicenseKey = settings.key
        # gRPC as .NET itself speaks it. Docker's and Executable's configurations want a native library that is not in
        # the package, but in the engine's.
        address = Address(settings.host, settings.port)
        connection = iron.GrpcLayer.IronPdfConnectionConfiguration.RemoteServer(f"http://{address}", None)
        iron.Installation.ConnectToIronPdfHost(connection)

    def _logged(self, *said: object) -> None:
        # The client goes on with an engine of another version, and only logs it.
        text = " ".join(str(word) for word in said)
        if VERSION_WARNING in text:
            self._mismatch = text

    @property
    def warnings(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(self._inliner.warnings))

    @property
    def licensed(self) -> bool:
        """Whether a key was given."""
        return bool(self._settings.key)

    def trial(self) -> Any:
        """A document of two pages, printed by the engine.

        Raises:
            BrokenError: it does not print.
        """
        try:
            document = self._iron.ChromePdfRenderer().RenderHtmlAsPdf(_TRIAL, "", _NOWHERE)
            pages = document.PageCount
        except Exception as error:
            raise unready(error, self._settings, client_version()) from error
        if self._mismatch:
            document.Dispose()
            raise mismatched(self._mismatch, self._settings, client_version())
        if pages != _TRIAL_PAGES:
            document.Dispose()
            raise BrokenError(f"IronPDF's engine printed {pages} pages of {_TRIAL_PAGES}", "Look at its log.")
        return document

    def rendered(self, message: Print) -> Any:
        """The document in the engine's memory: IronPDF's PdfDocument, to be disposed of.

        Raises:
            RefusedError: it cannot be printed.
        """
        self._inliner.begin(message.assets)
        html = self._inliner.page(message.html)
        renderer = self._iron.ChromePdfRenderer()
        options = rendering_options(self._iron, self._page, self._options, timeout=self._settings.timeout)
        top, _, bottom, _ = self._page.margin_points
        if message.header:
            options.HtmlHeader = self._margin(message.header, top)
        if message.footer:
            options.HtmlFooter = self._margin(message.footer, bottom)
        renderer.RenderingOptions = options
        try:
            return renderer.RenderHtmlAsPdf(html, "", _NOWHERE)
        except Exception as error:
            raise RefusedError(Refused(f"IronPDF could not print the page: {words(error)}", "PrintFailed")) from error

    def _margin(self, html: str, height: float) -> Any:
        made = self._iron.HtmlHeaderFooter()
        made.HtmlFragment = self._inliner.page(with_placeholders(html, self.date))
        made.MaxHeight = max(round(height * _MILLIMETRES), 1)
        return made
