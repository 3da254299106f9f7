"""A zip holds its documents as they are, in order, and nothing of the place and hour it was made at."""

import datetime as dt
import hashlib
import os
import time
import zipfile

import pytest

from pdfbatch_renderer.containers.assembled import ContainerError
from pdfbatch_renderer.containers.assembling import assemble

from .conftest import DATE, few, said_by


def zipped(members, path, **changes):
    return assemble("zip", members, path, **{"document_date": DATE, "max_bytes": 1 << 30, **changes})


def test_documents_are_in_order_with_their_names_and_bytes(tmp_path):
    path = tmp_path / "few.zip"

    assembled = zipped(few(), path)

    with zipfile.ZipFile(path) as archive:
        assert archive.namelist() == [name for name, _ in few()]
        assert [archive.read(name) for name in archive.namelist()] == [data for _, data in few()]
        assert {info.compress_type for info in archive.infolist()} == {zipfile.ZIP_STORED}
    said_by("unzip", "-tqq", path)
    assert assembled.size == path.stat().st_size
    assert assembled.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert [(m.name, m.sha256, m.size) for m in assembled.members] == [
        (name, hashlib.sha256(data).hexdigest(), len(data)) for name, data in few()
    ]


def test_another_hour_zone_and_mask_make_the_same_bytes(tmp_path, monkeypatch):
    first = zipped(few(), tmp_path / "a.zip")
    monkeypatch.setenv("TZ", "Pacific/Auckland")
    time.tzset()
    mask = os.umask(0o077)
    monkeypatch.setattr(time, "time", lambda: 2_000_000_000.0)
    try:
        second = zipped(few(), tmp_path / "b.zip", document_date=DATE.astimezone(dt.timezone(dt.timedelta(hours=9))))
    finally:
        os.umask(mask)
        monkeypatch.delenv("TZ")
        time.tzset()

    assert first == second
    assert "20261101.123006" in said_by("zipinfo", "-T", tmp_path / "b.zip")


@pytest.mark.parametrize(("year", "written"), [(1970, 1980), (2107, 2107), (2300, 2107)])
def test_a_date_that_zip_cannot_hold_becomes_the_nearest_it_can(tmp_path, year, written):
    zipped(few(), tmp_path / "few.zip", document_date=DATE.replace(year=year))

    with zipfile.ZipFile(tmp_path / "few.zip") as archive:
        assert {info.date_time[0] for info in archive.infolist()} == {written}


def test_a_document_is_written_before_the_next_is_taken(tmp_path):
    path = tmp_path / "streamed.zip"
    sizes = []

    def members():
        for number in range(3):
            sizes.append(path.stat().st_size)
            yield f"{number}.pdf", b"%PDF" + bytes(300_000)

    zipped(members(), path)

    assert sizes[0] == 0
    assert sizes[1] >= 300_000
    assert sizes[2] >= 600_000


def test_more_documents_than_a_plain_zip_can_count_are_all_there(tmp_path, monkeypatch):
    # Given that the limit of 65,535 were 10, so that this takes no five seconds
    monkeypatch.setattr(zipfile, "ZIP_FILECOUNT_LIMIT", 10)
    path = tmp_path / "many.zip"

    zipped(((f"{number}.pdf", b"%PDF") for number in range(25)), path)

    assert b"PK\x06\x06" in path.read_bytes()  # the zip64 end of its directory (APPNOTE 4.3.14)
    with zipfile.ZipFile(path) as archive:
        assert len(archive.namelist()) == 25
    said_by("unzip", "-tqq", path)


def test_a_zip_of_exactly_its_limit_is_written_and_one_byte_less_is_refused(tmp_path):
    size = zipped(few(), tmp_path / "few.zip").size

    assert zipped(few(), tmp_path / "again.zip", max_bytes=size).size == size
    with pytest.raises(ContainerError, match="over its limit") as caught:
        zipped(few(), tmp_path / "not.zip", max_bytes=size - 1)
    assert caught.value.reason == "ContainerTooLarge"
    assert f"{size - 1:,} bytes: {size:,}" in str(caught.value)
    assert not (tmp_path / "not.zip").exists()


def test_a_limit_is_noticed_at_the_document_that_breaks_it(tmp_path):
    taken = []

    def members():
        for number in range(100):
            taken.append(number)
            yield f"{number}.pdf", bytes(1000)

    with pytest.raises(ContainerError, match=r"'2\.pdf', its document number 3.*Raise output\.container\.maxBytes"):
        zipped(members(), tmp_path / "not.zip", max_bytes=3000)
    assert taken == [0, 1, 2]


def test_what_was_begun_is_gone_when_a_document_cannot_be_had(tmp_path):
    def members():
        yield "a.pdf", b"%PDF"
        raise OSError("the store is gone")

    with pytest.raises(OSError, match="the store is gone"):
        zipped(members(), tmp_path / "not.zip")
    assert not (tmp_path / "not.zip").exists()
