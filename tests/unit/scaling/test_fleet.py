"""The limit for all batches together."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pdfbatch_operator.scaling import Demand, share


@pytest.mark.parametrize(
    ("limit", "demands", "shares"),
    [
        (10, [(1, 20), (1, 20)], [9, 1]),
        (10, [(1, 3), (1, 20)], [3, 7]),
        (10, [(2, 20), (3, 20), (1, 20)], [6, 3, 1]),
        # the minimums alone are more than the limit: the oldest have theirs, the last ones wait in line
        (5, [(4, 9), (3, 9), (1, 1)], [4, 1, 0]),
        (0, [(1, 5)], [0]),
        (100, [(10, 4), (1, 8)], [4, 8]),
        (10, [(1, 0), (1, 20)], [0, 10]),
        (10, [], []),
    ],
)
def test_oldest_first_and_none_below_its_minimum(limit: int, demands: list[tuple[int, int]], shares: list[int]) -> None:
    assert share(limit, [Demand(*one) for one in demands]) == shares


DEMANDS = st.lists(st.builds(Demand, st.integers(1, 50), st.integers(0, 200)), max_size=8)


@given(st.integers(0, 300), DEMANDS)
def test_the_limit_holds_and_nothing_is_left_while_somebody_wants_it(limit: int, demands: list[Demand]) -> None:
    shares = share(limit, demands)

    assert sum(shares) == min(limit, sum(one.wanted for one in demands))
    assert all(0 <= got <= one.wanted for got, one in zip(shares, demands, strict=True))


@given(st.integers(0, 300), DEMANDS)
def test_while_the_minimums_fit_everybody_has_theirs(limit: int, demands: list[Demand]) -> None:
    least = [min(one.minimum, one.wanted) for one in demands]
    if sum(least) <= limit:
        assert all(got >= one for got, one in zip(share(limit, demands), least, strict=True))


@given(st.integers(0, 300), DEMANDS, st.integers(0, 200))
def test_who_is_older_has_no_less_because_of_who_is_younger(limit: int, demands: list[Demand], more: int) -> None:
    # given minimums of none: those are what a younger batch may take from an older
    none = [Demand(0, one.wanted) for one in demands]

    assert share(limit, [*none, Demand(0, more)])[:-1] == share(limit, none)
