"""The engine `typst` as the commands know it."""

import asyncio
from collections.abc import Mapping

import msgspec

from pdfbatch_api.errors import DocumentError, TemplateError, Where
from pdfbatch_api.protocols import PageData
from pdfbatch_api.resource import PdfBatchSpec
from pdfbatch_api.resource.quantities import seconds
from pdfbatch_renderer.engines.child import Begin, Child, ChildEngine, ChildSettings, Print, files_of
from pdfbatch_renderer.engines.child.messages import Refused
from pdfbatch_renderer.engines.kinds import EngineSettings
from pdfbatch_renderer.engines.typst import own_files
from pdfbatch_renderer.engines.typst.settings import TypstSettings


class TypstKind:
    """See kinds.EngineKind."""

    async def versions(self) -> tuple[str, str]:
        child = await Child.start(Begin("typst", msgspec.json.encode(TypstSettings(0, 0, 0, 0, 0, 0, 0, tagged=False))))
        await child.close()
        return child.ready.version, child.ready.fonts

    def notes(self) -> list[str]:
        return []

    def reproducible(self, spec: PdfBatchSpec) -> bool:
        return True

    def engine(self, settings: EngineSettings) -> ChildEngine:
        return ChildEngine(ChildSettings.of(settings.spec, settings.spec.engine.typst, _begin(settings)))


def _begin(settings: EngineSettings) -> Begin:
    page = settings.spec.page
    date = int(settings.document_date.timestamp())
    own = TypstSettings(*page.size_points, *page.margin_points, date, tagged=page.tagged or page.outline)
    return Begin("typst", msgspec.json.encode(own), files_of(settings.assets))


def refuse_taken_names(files: Mapping[str, bytes]) -> None:
    """Raises TemplateError where a template has a file of the name of one of ours."""
    taken = sorted(own_files.ALL & files.keys())
    if taken:
        raise TemplateError(
            f"the template's folder has a file {taken[0]}, and pdfbatch puts its own there",
            where=Where(uri=taken[0]),
            hint="Rename it.",
        )


def try_row(settings: EngineSettings, page: PageData) -> Refused | None:
    """What keeps a row from being printed, if anything: to be asked in the plan, of the first row.

    Raises:
        EngineError.
    """
    return asyncio.run(_tried(settings, page))


async def _tried(settings: EngineSettings, page: PageData) -> Refused | None:
    child = await Child.start(_begin(settings))
    try:
        async with asyncio.timeout(seconds(settings.spec.limits.timeout)):
            answer = await child.ask(Print(data=page.data, entry=page.entry))
    except (TimeoutError, DocumentError):
        return None  # the row's own failure, told when it is rendered
    finally:
        await child.close()
    return answer if isinstance(answer, Refused) else None
