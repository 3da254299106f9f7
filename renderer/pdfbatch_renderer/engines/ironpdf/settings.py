"""What the process that holds IronPDF's client is told."""

import msgspec


class IronPdfSettings(msgspec.Struct, frozen=True):
    """The same for all documents of a batch.

    Attributes:
        host, port: where the engine listens.
        key: the licence key, or empty. It goes this way, and into no environment and no argument.
        page: spec.page, as JSON; None: nothing is printed but the trial page.
        options: spec.engine.ironpdf, as JSON.
        optional: glob patterns of assets whose absence is no mistake.
        date: spec.documentDate, in ISO 8601.
        timeout: seconds for one print.
    """

    host: str
    port: int
    key: str = ""
    page: str | None = None
    options: str = "{}"
    optional: tuple[str, ...] = ()
    date: str = "2000-01-01T00:00:00+00:00"
    timeout: int = 60

    def __repr__(self) -> str:
        return f"IronPdfSettings({self.host}:{self.port})"  # never the key
