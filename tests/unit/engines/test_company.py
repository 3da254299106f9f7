"""Side by side or alone, whoever comes from which process."""

import asyncio
from collections import Counter
from pathlib import Path

from pdfbatch_renderer.engines.chromium.company import Company


async def test_one_alone_and_the_others_side_by_side(tmp_path: Path) -> None:
    inside: Counter[bool] = Counter()
    most = 0

    async def printer(*, alone: bool) -> None:
        nonlocal most
        # each with files of its own, as in a process of its own
        company = Company("/engine/cdp.sock", tmp_path)
        for _ in range(5):
            async with company.printing(alone=alone):
                inside[alone] += 1
                most = max(most, inside[False])
                assert inside[True] <= 1
                assert not (inside[True] and inside[False])
                await asyncio.sleep(0.003)
                inside[alone] -= 1

    await asyncio.gather(*(printer(alone=number % 4 == 0) for number in range(8)))

    assert most > 1


async def test_whoever_waits_to_be_alone_is_let_in_though_others_never_cease(tmp_path: Path) -> None:
    company = Company("/engine/cdp.sock", tmp_path)
    over = asyncio.Event()

    async def printer(pause: float) -> None:
        while not over.is_set():
            async with company.printing(alone=False):
                await asyncio.sleep(pause)

    others = [asyncio.create_task(printer(0.05 + 0.01 * number)) for number in range(4)]
    await asyncio.sleep(0.1)
    async with asyncio.timeout(5), company.printing(alone=True):
        over.set()
    await asyncio.gather(*others)


async def test_whoever_gives_up_waiting_holds_nothing(tmp_path: Path) -> None:
    company = Company("/engine/cdp.sock", tmp_path)

    async def waits() -> None:
        async with company.printing(alone=True):
            raise AssertionError("somebody prints")

    async with company.printing(alone=False):
        waiting = asyncio.create_task(waits())
        await asyncio.sleep(0.1)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
    async with asyncio.timeout(5), company.printing(alone=True):
        pass


async def test_engines_do_not_wait_for_each_other(tmp_path: Path) -> None:
    one, other = Company("/one", tmp_path), Company("/other", tmp_path)
    async with asyncio.timeout(5), one.printing(alone=True), other.printing(alone=True):
        pass
