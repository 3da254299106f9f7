"""A real Chromium for these tests, and pages to print."""

import datetime as dt
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any

import pytest

from pdfbatch_api.protocols import Asset
from pdfbatch_api.resource import ChromiumOptions, PageSpec
from pdfbatch_renderer.engines.chromium import ChromiumEngine, ChromiumSubprocess, Launcher

DATE = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)

EngineFactory = Callable[..., Awaitable[ChromiumEngine]]


@pytest.fixture
async def start_engine() -> AsyncIterator[EngineFactory]:
    """Starts engines, and ends them after the test."""
    engines: list[ChromiumEngine] = []

    async def start(
        *,
        assets: Mapping[str, Asset] | None = None,
        launcher: Launcher | None = None,
        page: PageSpec | None = None,
        **changes: Any,
    ) -> ChromiumEngine:
        settings: dict[str, Any] = {
            "options": ChromiumOptions(),
            "digest": "a" * 64,
            "optional": [],
            "document_date": DATE,
            "timeout": 20.0,
            "retries": 1,
            "pdf_limit": 1 << 28,
            **changes,
        }
        engine = ChromiumEngine(
            launcher or ChromiumSubprocess(), page=page or PageSpec(), assets=assets or {}, **settings
        )
        engines.append(engine)
        await engine.start()
        return engine

    yield start
    for engine in engines:
        await engine.close()
