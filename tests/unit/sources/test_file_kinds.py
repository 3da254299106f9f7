"""What a table is, by its name or told."""

import pytest

from pdfbatch_api.errors import ManifestError
from pdfbatch_renderer.sources.file_kind import file_kind
from tests.unit.sources.memory_reader import rows_spec


@pytest.mark.parametrize(
    ("uri", "kind"),
    [
        ("invoices.csv", ("csv", "none", False)),
        ("s3://billing/2026.11/Invoices.TSV", ("csv", "none", True)),
        ("a.tsv.gz", ("csv", "gzip", True)),
        ("dir.parquet/a.jsonl.zst", ("jsonl", "zstd", False)),
        ("a.ndjson", ("jsonl", "none", False)),
        ("s3://billing/a.parquet?versionId=7", ("parquet", "none", False)),
        ("why?.xlsx", ("xlsx", "none", False)),
    ],
)
def test_the_name_tells_format_and_compression(uri: str, kind: tuple[str, str, bool]) -> None:
    spec = rows_spec(uri).rows
    assert spec is not None

    assert file_kind(spec) == kind


def test_what_is_told_comes_before_the_name() -> None:
    spec = rows_spec("export.txt.gz", format="jsonl", compression="none").rows
    assert spec is not None

    assert file_kind(spec) == ("jsonl", "none", False)


@pytest.mark.parametrize("uri", ["invoices", "invoices.txt", "csv", "s3://billing/.gz", "a.csv/"])
def test_a_name_that_does_not_tell_is_a_mistake_that_says_what_to_set(uri: str) -> None:
    spec = rows_spec(uri).rows
    assert spec is not None

    with pytest.raises(ManifestError, match=r"source\.rows\.format"):
        file_kind(spec)


@pytest.mark.parametrize(
    ("uri", "options", "key"),
    [
        ("a.csv", {"sheet": "One"}, "sheet"),
        ("a.jsonl", {"columns": {"a": "date"}}, "columns"),
        ("a.xlsx", {"csv": {"encoding": "utf-8"}}, "csv"),
    ],
)
def test_an_option_without_effect_is_refused(uri: str, options: dict[str, object], key: str) -> None:
    spec = rows_spec(uri, **options).rows
    assert spec is not None

    with pytest.raises(ManifestError) as raised:
        file_kind(spec)
    assert raised.value.where.key == f"source.rows.{key}"
