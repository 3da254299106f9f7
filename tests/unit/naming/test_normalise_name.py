"""The rule for names: what comes out is safe everywhere, and stays what it is."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pdfbatch_api.errors import OutputNameError
from pdfbatch_renderer.naming import normalise_name
from pdfbatch_renderer.naming.normalising import plain_names

is_plain = plain_names(0)

_NAMES = st.text(max_size=40) | st.text("aB1. _-/\\:éİ\u0301\u202e\x00~COMNULcon²", max_size=24)
_OWN = ["manifest.parquet", "MANIFEST.jsonl", "summary.json", "report.html", "report.html/x.pdf", ".pdfbatch/x"]


def normal(name: str) -> str | None:
    """The normalised name, or None if it is refused."""
    try:
        return normalise_name(name)
    except OutputNameError:
        return None


@given(_NAMES)
def test_a_normalised_name_is_safe_in_every_store(name: str) -> None:
    made = normal(name)
    if made is None:
        return

    assert unicodedata.is_normalized("NFC", made)
    assert len(made.encode()) <= 900
    assert not any(unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp") for character in made)
    assert not any(unicodedata.bidirectional(c) in ("LRE", "RLE", "PDF", "LRO", "RLO", "LRI", "RLI") for c in made)
    assert not set(made) & set('<>:"|?*\\')
    for segment in made.split("/"):
        assert 1 <= len(segment.encode()) <= 255
        assert segment[0] not in ". " and segment[-1] not in ". "


@given(_NAMES)
def test_normalising_twice_changes_nothing(name: str) -> None:
    made = normal(name)

    assert made is None or normalise_name(made) == made


@given(_NAMES)
def test_what_the_fast_way_passes_the_rule_leaves_alone(name: str) -> None:
    if plain_names(name.count("/"))(name):
        assert normal(name) == name


def test_every_letter_that_the_fast_way_passes_the_rule_leaves_alone() -> None:
    plain = [chr(code) for code in range(0x10000) if is_plain(chr(code))]

    assert len(plain) > 30_000
    assert all(len(letter.encode()) <= 3 and normalise_name(letter) == letter for letter in plain)


@pytest.mark.parametrize("name", _OWN)
def test_names_that_pdfbatch_writes_itself_are_refused(name: str) -> None:
    with pytest.raises(OutputNameError, match="is a name that pdfbatch itself writes"):
        normalise_name(name)
    assert not plain_names(name.count("/"))(name)


@pytest.mark.parametrize("name", ["a/manifest.parquet", "manifest.parquet.pdf", "reports.html", "a/.pdfbatch/b"])
def test_names_that_only_look_like_ours_are_not(name: str) -> None:
    assert normalise_name(name) == name.replace("/.", "/_")


@pytest.mark.parametrize("name", ["", "/", "/a", "a/", "a//b"])
def test_a_folder_or_file_without_a_name_is_refused(name: str) -> None:
    with pytest.raises(OutputNameError, match="has an empty name"):
        normalise_name(name)


@pytest.mark.parametrize("device", ["CON", "nul.txt", "Com9.tar.gz", "aux.pdf", "lpt³", "CONIN$"])
def test_windows_device_names_get_an_underscore(device: str) -> None:
    assert normalise_name(f"{device}/x") == f"_{device}/x"


@pytest.mark.parametrize("size", [254, 255, 256])
def test_a_name_is_never_cut(size: int) -> None:
    made = normal("x" * size)

    assert made == ("x" * size if size <= 255 else None)
