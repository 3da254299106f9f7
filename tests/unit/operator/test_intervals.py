"""Sets of indexes come to the same as Python's sets, and are written as Kubernetes writes them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pdfbatch_operator.intervals import Intervals

_SETS = st.sets(st.integers(0, 40))


@pytest.mark.parametrize("text", ["", "0", "0-1", "0-41,43", "1,3-4,7,10-12"])
def test_what_kubernetes_writes_is_read_and_written_the_same(text: str) -> None:
    assert str(Intervals.parse(text)) == text


@pytest.mark.parametrize("text", ["a", "3-1", "-1", "1;2"])
def test_what_is_no_set_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        Intervals.parse(text)


@given(_SETS, _SETS)
def test_union_difference_size_and_membership_are_those_of_sets(one: set[int], other: set[int]) -> None:
    a, b = Intervals.single(one), Intervals.single(other)

    assert set(a | b) == one | other
    assert set(a - b) == one - other
    assert len(a) == len(one)
    assert [index in a for index in range(42)] == [index in one for index in range(42)]


@given(_SETS, _SETS)
def test_a_set_has_one_form(one: set[int], other: set[int]) -> None:
    # The status is compared with what is written: two forms of one set would be a write for nothing.
    a, b = Intervals.single(one), Intervals.single(other)

    assert str((a - b) | b) == str(Intervals.single(one | other))
    assert Intervals.parse(str(a - b)) == Intervals.single(one - other)


def test_a_hundred_thousand_shards_are_a_few_characters() -> None:
    assert str(Intervals.parse("0-99999") - Intervals.single([5])) == "0-4,6-99999"
