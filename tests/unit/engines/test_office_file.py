"""An office file is looked at before LibreOffice is asked: it takes what it does not know for text."""

import zipfile
from io import BytesIO

import pytest

from pdfbatch_renderer.engines.child.messages import RefusedError
from pdfbatch_renderer.engines.libreoffice import office_file
from pdfbatch_renderer.engines.libreoffice.office_file import check_office_file


def archive(**members: bytes) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in members.items():
            made.writestr(name.replace("__", "/").replace("TYPES", "[Content_Types].xml"), content)
    return out.getvalue()


DOCX = archive(TYPES=b"<Types/>", word__document=b"x" * 5000)
ODT = archive(mimetype=b"application/vnd.oasis.opendocument.text")


def refused(data: bytes, ending: str) -> tuple[str, str]:
    with pytest.raises(RefusedError) as caught:
        check_office_file(data, ending)
    return caught.value.refused.reason, caught.value.refused.what


@pytest.mark.parametrize(("data", "ending"), [(DOCX, "docx"), (DOCX, "pptx"), (ODT, "odt"), (b"{\\rtf1 x}\n", "rtf")])
def test_a_whole_file_passes(data: bytes, ending: str) -> None:
    check_office_file(data, ending)


@pytest.mark.parametrize(
    ("data", "ending", "said"),
    [
        (b"Dear all,", "docx", "damaged, or cut off"),
        (DOCX[:-30], "docx", "damaged, or cut off"),
        (archive(other=b"x"), "docx", "a zip, and no .docx"),
        (DOCX, "odt", "a zip, and no .odt"),
        (b"<html>", "rtf", "no RTF"),
        (b"{\\rtf1 " + b"x" * 100, "rtf", "cut off"),
    ],
)
def test_what_is_not_what_it_says_is_damaged(data: bytes, ending: str, said: str) -> None:
    reason, what = refused(data, ending)

    assert reason == "DocumentDamaged"
    assert said in what


def test_a_changed_byte_is_found_by_its_checksum() -> None:
    stored = BytesIO()
    with zipfile.ZipFile(stored, "w") as made:
        made.writestr("[Content_Types].xml", "<Types/>")
        made.writestr("word/document.xml", "amount: 100")

    reason, what = refused(stored.getvalue().replace(b"amount: 100", b"amount: 900"), "docx")

    assert (reason, what) == ("DocumentDamaged", "the .docx is damaged: word/document.xml has a wrong checksum")


@pytest.mark.parametrize(
    ("data", "ending"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512, "docx"),
        (archive(mimetype=b"x", **{"META-INF__manifest.xml": b"<manifest:encryption-data/>"}), "odt"),
    ],
)
def test_an_encrypted_file_is_said_to_be(data: bytes, ending: str) -> None:
    assert refused(data, ending)[0] == "DocumentEncrypted"


def test_a_zip_of_gigabytes_is_refused_before_it_is_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(office_file, "MOST_UNPACKED", 4000)

    assert refused(DOCX, "docx")[0] == "DocumentTooLarge"
