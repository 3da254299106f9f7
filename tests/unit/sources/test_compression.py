"""Compressed tables: by name or told, of several frames, broken, cut off."""

import gzip
import io

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard

from pdfbatch_api.errors import SourceError
from pdfbatch_renderer.sources import open_source
from tests.unit.sources.memory_reader import MEGABYTE, MemoryReader, data_of, rows_spec

_TABLE = b"id,name\n" + b"".join(b"%d,Ada\n" % number for number in range(1, 30_001))
_COMPRESS = {"gz": gzip.compress, "zst": zstandard.compress}


@pytest.mark.parametrize("extension", _COMPRESS)
def test_a_file_of_several_frames_is_read_to_its_end(extension: str) -> None:
    compress = _COMPRESS[extension]
    half = len(_TABLE) // 2

    rows = data_of(compress(_TABLE[:half]) + compress(_TABLE[half:]), f"Table.CSV.{extension.upper()}")

    assert len(rows) == 30_000
    assert rows[-1] == {"id": "30000", "name": "Ada"}


@pytest.mark.parametrize(("extension", "told"), [("gz", "gzip"), ("zst", "zstd")])
def test_compression_is_used_when_told_against_the_name(extension: str, told: str) -> None:
    assert len(data_of(_COMPRESS[extension](_TABLE), "table.csv", compression=told)) == 30_000


def test_a_file_that_is_told_to_be_plain_is_read_as_it_is() -> None:
    assert len(data_of(_TABLE, "table.csv.gz", compression="none")) == 30_000


@pytest.mark.parametrize("extension", _COMPRESS)
@pytest.mark.parametrize("kept", [0.5, 0.999])
def test_a_file_that_was_cut_off_says_so(extension: str, kept: float) -> None:
    whole = _COMPRESS[extension](_TABLE)

    with pytest.raises(SourceError, match="cut off"):
        data_of(whole[: int(len(whole) * kept)], f"table.csv.{extension}")


@pytest.mark.parametrize("extension", _COMPRESS)
@pytest.mark.parametrize("content", [_TABLE, b"x"], ids=["never compressed", "a single byte"])
def test_a_file_that_is_not_compressed_says_so(extension: str, content: bytes) -> None:
    with pytest.raises(SourceError, match="compression: none"):
        data_of(content, f"table.csv.{extension}")


def test_a_damaged_gzip_says_so() -> None:
    damaged = bytearray(gzip.compress(_TABLE))
    damaged[-6] ^= 0xFF  # within the checksum

    with pytest.raises(SourceError, match="is broken"):
        data_of(bytes(damaged), "table.csv.gz")


def test_an_empty_file_within_a_compressed_one_is_empty() -> None:
    with pytest.raises(SourceError, match="the file is empty"):
        data_of(gzip.compress(b""), "table.csv.gz")


def test_json_lines_can_be_compressed() -> None:
    assert data_of(zstandard.compress(b'{"id": 1}\n'), "table.jsonl.zst") == [{"id": 1}]


@pytest.mark.parametrize("one_way", [False, True], ids=["file", "network"])
@pytest.mark.parametrize("extension", ["", *_COMPRESS])
def test_parquet_is_read_though_its_stream_cannot_seek(one_way: bool, extension: str) -> None:
    file = io.BytesIO()
    pq.write_table(pa.table({"id": [1, 2]}), file)
    content = file.getvalue()
    if extension:
        content = _COMPRESS[extension](content)
    uri = f"table.parquet.{extension}" if extension else "table.parquet"
    reader = MemoryReader({uri: content}, one_way=one_way)

    rows = list(open_source(rows_spec(uri), reader, row_limit=MEGABYTE).rows())

    assert [row.data["id"] for row in rows] == [1, 2]
    assert all(stream.closed for stream in reader.open_streams)
