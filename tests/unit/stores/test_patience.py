"""How long an operation is tried."""

import pytest

from pdfbatch_renderer.stores.patience import Patience


class Clock:
    """A clock that the test moves."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_waits_double_up_to_a_bound_and_end_at_the_deadline() -> None:
    # given the longest wait that chance allows each time
    clock = Clock()
    patience = Patience(60, clock=clock, chance=lambda: 1.0)

    # when all tries fail at once
    waits = []
    while (wait := patience.wait()) is not None:
        waits.append(wait)
        clock.now += wait

    # then
    assert waits[:8] == pytest.approx([0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 10.0])
    assert max(waits) == 10.0
    assert sum(waits) == pytest.approx(60)


def test_waits_are_spread_by_chance() -> None:
    waits = [Patience(60, chance=lambda share=share: share).wait() for share in (0.0, 0.5, 1.0)]

    assert waits == pytest.approx([0.0, 0.05, 0.1])


def test_no_time_means_one_try() -> None:
    patience = Patience(0)
    patience.failed()

    assert patience.wait() is None
    assert str(patience) == "tried once"


def test_tries_of_the_library_below_count_too() -> None:
    clock = Clock()
    patience = Patience(10, clock=clock)
    patience.failed(6)
    clock.now += 4.4
    patience.failed(6)

    assert str(patience) == "tried 12 times in 4 s"


def test_it_reads_settings() -> None:
    clock = Clock()
    patience = Patience.of("2m")

    assert patience.wait() is not None
    assert Patience(120, clock=clock).elapsed == 0
