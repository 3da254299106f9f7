"""The event loop that documents are rendered in: libuv's, which takes less of the CPU for every message."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

import uvloop

_T = TypeVar("_T")

new_event_loop = uvloop.new_event_loop


def run_in_loop(work: Coroutine[Any, Any, _T]) -> _T:
    """`asyncio.run` in that loop."""
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        return runner.run(work)
