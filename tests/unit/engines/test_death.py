"""A print that failed is asked whether its tab has died: the browser tells of the print first."""

import asyncio
import time

import pytest

from pdfbatch_api.errors import EngineError
from pdfbatch_renderer.engines.chromium.death import Death


async def test_a_death_that_is_told_a_moment_later_explains_the_print() -> None:
    death = Death()
    asyncio.get_running_loop().call_later(0.1, death.tell, EngineError("the browser's tab crashed"))

    with pytest.raises(EngineError, match="crashed"):
        await death.explains()


async def test_the_first_reason_stays() -> None:
    death = Death()
    death.tell(EngineError("crashed"))
    death.tell(EngineError("gone"))

    with pytest.raises(EngineError, match="crashed"):
        await death.explains()


async def test_where_nobody_died_the_print_is_the_documents_own_failure() -> None:
    begun = time.monotonic()

    await Death().explains()

    assert 0.4 < time.monotonic() - begun < 5
