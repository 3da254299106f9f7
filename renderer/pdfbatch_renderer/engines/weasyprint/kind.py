"""The engine `weasyprint` as the commands know it."""

import datetime as dt

import msgspec

from pdfbatch_api.resource import PageSpec
from pdfbatch_api.resource.quantities import seconds, size_bytes
from pdfbatch_renderer.engines.child import Begin, Child, ChildEngine, ChildSettings, File
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

    def engine(self, settings: EngineSettings) -> ChildEngine:
        spec = settings.spec
        own = _settings(spec.page, settings.document_date, tuple(spec.optional_assets))
        files = {path: File(asset.data, asset.media_type) for path, asset in settings.assets.items()}
        return ChildEngine(
            ChildSettings(
                name="weasyprint",
                begin=Begin("weasyprint", own, files),
                memory=size_bytes(spec.engine.weasyprint.memory),
                memory_said=spec.engine.weasyprint.memory,
                recycle_after=spec.engine.weasyprint.recycle_after,
                timeout=seconds(spec.limits.timeout),
                retries=spec.retries.document,
                pdf_limit=size_bytes(spec.limits.pdf),
            )
        )


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
