"""Waits for what comes to be true by itself."""

import asyncio
import time
from collections.abc import Callable


async def until(true: Callable[[], object], *, within: float = 5.0) -> None:
    """Until it is true.

    Raises:
        AssertionError: it did not come to be in time.
    """
    end = time.monotonic() + within
    while not true():
        assert time.monotonic() < end, "it did not come to be true in time"
        await asyncio.sleep(0.005)
