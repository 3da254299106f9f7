"""The engine `weasyprint` as the commands know it."""

import datetime as dt

import msgspec

from pdfbatch_api.resource import PageSpec, PdfBatchSpec
from pdfbatch_renderer.engines.child import Begin, Child, ChildEngine, ChildSettings, files_of
from pdfbatch_renderer.engines.kinds import EngineSettings
from pdfbatch_renderer.engines.weasyprint.settings import WeasySettings

_SOME_DATE = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)


class WeasyKind:
    """See kinds.EngineKind."""

    async def versions(self) -> tuple[str, str]:
        child = await Child.start(Begin("weasyprint", _settings(PageSpec(), _SOME_DATE, ())))
        await child.close()
        return child.ready.version, child.ready.fonts

    def notes(self) -> list[str]:
        return []

    def reproducible(self, spec: PdfBatchSpec) -> bool:
        return True

    def engine(self, settings: EngineSettings) -> ChildEngine:
        spec = settings.spec
        own = _settings(spec.page, settings.document_date, tuple(spec.optional_assets))
        begin = Begin("weasyprint", own, files_of(settings.assets))
        return ChildEngine(ChildSettings.of(spec, spec.engine.weasyprint, begin))


def _settings(page: PageSpec, date: dt.datetime, optional: tuple[str, ...]) -> bytes:
    width, height = page.size_points
    top, right, bottom, left = page.margin_points
    utc = date.astimezone(dt.UTC)
    return msgspec.json.encode(
        WeasySettings(
            width=width,
            height=height,
            top=top,
            right=right,
            bottom=bottom,
            left=left,
            css_size=page.prefer_css_size,
            media=page.media,
            tagged=page.tagged or page.outline,
            outline=page.outline,
            date=f"D:{utc:%Y%m%d%H%M%S}Z",
            epoch=int(utc.timestamp()),
            optional=optional,
        )
    )
