"""The encoding of a CSV: marked, told, valid UTF-8, or found out."""

import pytest

from pdfbatch_api.errors import SourceError
from tests.unit.sources.memory_reader import data_of

_SAMPLES = {
    "German": ("Straße, Müller, Köln, Grüße, 12 €", "cp1252"),
    "French": ("Élodie Façade, à côté, œuvre, Noël, déjà vu", "cp1252"),
    "Spanish": ("Señor Núñez, año, corazón, ¿qué?", "cp1252"),
    "Polish": ("Łódź, Święty Żółć, Kraków, Gdańsk, książę", "cp1250"),
    "Czech": ("Příliš žluťoučký kůň, Dvořák, Plzeň", "cp1250"),
    "Russian": ("Иван Петров, улица Ленина, Москва", "cp1251"),
    "Greek": ("Αθήνα, Ελλάδα, τιμολόγιο", "cp1253"),
    "Japanese": ("山田太郎、東京都千代田区、請求書、カタカナ", "shift_jis"),
    "Chinese": ("张伟，北京市朝阳区，发票", "gb18030"),
}


@pytest.mark.parametrize("language", _SAMPLES)
@pytest.mark.parametrize("rows", [1, 200])
def test_the_encoding_of_common_languages_is_found_out(language: str, rows: int) -> None:
    text, encoding = _SAMPLES[language]
    table = "id;text\n" + "".join(f"{row};{text if row % 3 == 0 else 'plain'}\n" for row in range(rows))

    assert data_of(table.encode(encoding), csv={"delimiter": ";"})[0]["text"] == text


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_a_byte_order_mark_tells_the_encoding_and_is_no_part_of_the_first_name(encoding: str) -> None:
    assert data_of("id,name\n1,Zoë 😀\n".encode(encoding)) == [{"id": "1", "name": "Zoë 😀"}]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf16_without_a_mark_is_found_out(encoding: str) -> None:
    assert data_of("id,name\n1,Zoë Müller\n".encode(encoding)) == [{"id": "1", "name": "Zoë Müller"}]


@pytest.mark.parametrize("encoding", ["iso-8859-15", "windows-1252", "utf-8", "mac_roman", "utf-16", "UTF-8-SIG"])
def test_a_told_encoding_is_used(encoding: str) -> None:
    content = "id,name\n1,Zoë\n".encode(encoding)

    assert data_of(content, csv={"encoding": encoding}) == [{"id": "1", "name": "Zoë"}]


def test_a_character_that_two_blocks_share_comes_whole() -> None:
    for padding in range(8):
        text = "x" * padding + "€" * 40

        assert data_of(f"id,name\n1,{text}\n".encode(), row_limit=200)[0]["name"] == text


def test_bytes_that_fit_no_encoding_are_refused_and_not_replaced() -> None:
    with pytest.raises(SourceError, match="encoding"):
        data_of(b"id,name\n1," + bytes(range(128, 256)) + b"\n")
