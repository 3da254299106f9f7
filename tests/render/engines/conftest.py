"""Engines of a kind for these tests, as a batch makes them."""

import datetime as dt
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any

import msgspec
import pytest

from pdfbatch_api.protocols import Asset, Engine, PageData
from pdfbatch_api.resource import PdfBatchSpec
from pdfbatch_renderer.engines.kinds import EngineSettings, engine_kind

DATE = dt.datetime(2026, 11, 5, 10, tzinfo=dt.UTC)
PLAIN = {
    "source": {"items": {"values": [{"id": 1}]}},
    "template": {"inline": "-"},
    "output": {"uri": "out/", "name": "{{ id }}.pdf"},
}

StartEngine = Callable[..., Awaitable[Engine]]


@pytest.fixture
async def start() -> AsyncIterator[StartEngine]:
    """Starts engines, and ends them after the test: `await start("typst", {"t.typ": b"…"}, page={…})`."""
    engines: list[Engine] = []

    async def one(name: str, files: Mapping[str, bytes | Asset] | None = None, **spec: Any) -> Engine:
        whole = {**PLAIN, "retries": {"document": 0}, **spec, "engine": {"name": name, **spec.get("engine", {})}}
        assets = {
            path: file if isinstance(file, Asset) else Asset(file, "text/plain") for path, file in (files or {}).items()
        }
        settings = EngineSettings(PdfBatchSpec.model_validate(whole), assets, "a" * 64, DATE)
        engine = engine_kind(name).engine(settings)
        engines.append(engine)
        await engine.start()
        return engine

    yield one
    for engine in engines:
        await engine.close()


def given(row: Mapping[str, Any], *, entry: str = "t.typ", number: int = 1, **more: Any) -> PageData:
    """A row for a template of Typst."""
    data = {"row": row, "number": number, "entry": entry, "lang": "en", "region": None}
    return PageData(msgspec.json.encode(data), entry, **more)
