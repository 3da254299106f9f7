"""A signal ends the operator in its own order, whoever else takes signals for himself."""

import signal
import subprocess
import sys
import textwrap

import pytest

_PROGRAM = """
    import asyncio
    import signal
    import threading

    from pdfbatch_operator import termination

    async def main() -> None:
        told = asyncio.Event()
        termination.listen(told.set)
        # As kopf does when it starts.
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, lambda: print("somebody else was told", flush=True))
        threading.Thread(target=threading.Event().wait, daemon=True).start()  # no thread is sent it instead
        print("ready", flush=True)
        await told.wait()
        told.clear()
        print("told", flush=True)
        await told.wait()
        print("told again", flush=True)

    asyncio.run(main())
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_operator_is_told_and_nobody_else(number: signal.Signals) -> None:
    program = [sys.executable, "-c", textwrap.dedent(_PROGRAM)]
    with subprocess.Popen(program, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        said = []
        for _ in range(2):
            said.append(process.stdout.readline())
            process.send_signal(number)
        said += process.stdout.readlines()
        assert process.wait(10) == 0
    assert said == ["ready\n", "told\n", "told again\n"]
