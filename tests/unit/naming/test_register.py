"""No name twice: every real conflict is found with both rows, and nothing else is."""

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pdfbatch_renderer.naming import NameRegister, register

HINT = "Add a column to the pattern that tells them apart, or {{ row }}."
CASE_HINT = "Windows and macOS keep one of the two: write both the same way and add a column, or {{ row }}."
FOLDER_HINT = 'End files with .pdf in the pattern: "{{ customer }}/{{ number }}.pdf".'


def conflicts(*names: str) -> list[str]:
    """What the register says of names of rows 1, 2, 3 …"""
    found = NameRegister()
    rows = list(enumerate(names, 1))
    for row, name in rows:
        found.add(name, row)
    if not found.suspects:
        return []
    return [str(error) for error in found.explain(rows)]


def test_different_names_raise_no_suspicion() -> None:
    assert conflicts("a/1.pdf", "a/2.pdf", "b/1.pdf", "a.pdf", "b.pdf", "a/b/1.pdf") == []


def test_equal_names_are_named_with_both_rows() -> None:
    assert conflicts("a.pdf", "b.pdf", "a.pdf") == [
        f"row 3, spec.output.name: rows 1 and 3 are both called 'a.pdf'. {HINT}"
    ]


def test_names_that_differ_only_by_case_conflict() -> None:
    assert conflicts("ACME/Ä.pdf", "Acme/ä.pdf") == [
        "row 2, spec.output.name: rows 1 and 2 are called 'ACME/Ä.pdf' and 'Acme/ä.pdf', which differ only by case. "
        f"{CASE_HINT}"
    ]


def test_folders_that_differ_only_by_case_do_not() -> None:
    assert conflicts("ACME/1.pdf", "Acme/2.pdf") == []


def test_weiss_and_weiß_are_two_people() -> None:
    assert conflicts("Weiss.pdf", "Weiß.pdf") == []


@pytest.mark.parametrize("names", [("a/b", "a/b/c/d.pdf"), ("A/B", "a/b/c/d.pdf")])
def test_a_file_where_another_name_has_a_folder_is_a_conflict_in_either_order(names: tuple[str, str]) -> None:
    file, inside = names

    assert conflicts("x", file, inside) == [
        f"row 3, spec.output.name: row 2 is called {file!r}, which is a folder in row 3's name {inside!r}. "
        f"{FOLDER_HINT}"
    ]
    assert conflicts("x", inside, file) == [
        f"row 3, spec.output.name: row 3 is called {file!r}, which is a folder in row 2's name {inside!r}. "
        f"{FOLDER_HINT}"
    ]


def test_ten_conflicts_are_enough() -> None:
    assert len(conflicts(*["same.pdf"] * 1000)) == 10


def test_equal_hashes_of_different_names_are_a_false_alarm(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(register, "hash", len, raising=False)

    found = conflicts("a/1.pdf", "b/2.pdf", "c/3.pdf", "b/2.pdf")

    assert found == [f"row 4, spec.output.name: rows 2 and 4 are both called 'b/2.pdf'. {HINT}"]


def test_a_folder_forgotten_among_thousands_is_still_found() -> None:
    many = [f"folder{number}/x.pdf" for number in range(10_000)]

    assert len(conflicts("first/x.pdf", *many, "first")) == 1


def folders_of(name: str) -> list[str]:
    parts = name.split("/")
    return ["/".join(parts[:count]) for count in range(1, len(parts))]


@given(st.lists(st.lists(st.sampled_from("aAbB"), min_size=1, max_size=3).map("/".join), max_size=6))
def test_there_are_conflicts_exactly_where_a_plain_comparison_finds_some(names: list[str]) -> None:
    folded = [name.lower() for name in names]
    folders = {folder for name in folded for folder in folders_of(name)}

    expected = len(set(folded)) < len(folded) or bool(folders & set(folded))

    assert bool(conflicts(*names)) == expected


def test_a_million_names_take_little_memory() -> None:
    # Counted for a hundredth of them: the sets' own tables and an int for each hash.
    found = NameRegister()
    for row in range(10_000):
        found.add(f"customer {row % 500}/{row:07d}.pdf", row)

    held = [found._files, found._folders]
    total = sum(sys.getsizeof(marks) + sum(map(sys.getsizeof, marks)) for marks in held)

    assert total / 10_000 < 150
