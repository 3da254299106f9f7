"""What a good manifest means, several mistakes at once, and manifests that mean harm."""

import json
import re
import time

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from pdfbatch_api.errors import ManifestError
from pdfbatch_api.exit_codes import ExitCode
from pdfbatch_api.manifest import parse_manifest
from pdfbatch_api.manifest.patterns import PATTERNS
from pdfbatch_api.resource import PdfBatch

from .manifests import GOOD, added, instead


def items(written: str) -> dict[str, object]:
    """The first item of a manifest whose item is `written`."""
    text = instead("    rows:\n      uri: rows.csv", f"    items:\n      values: [{written}]")
    source = parse_manifest(text).spec.source
    assert source.items is not None
    return source.items.values[0]


def test_a_good_manifest_is_the_batch_it_says() -> None:
    batch = parse_manifest(added("  page: {size: {width: 90mm, height: 55mm}, margin: {top: 3mm}}"))

    assert batch.metadata.name == "invoices"
    assert batch.spec.output.name == "{{ number }}.pdf"
    assert batch.spec.page.size_points == pytest.approx((255.118, 155.906), abs=0.001)


@pytest.mark.parametrize("text", [f"---\n{GOOD}", f"{GOOD}---\n", f"\ufeff{GOOD}", GOOD.replace("\n", "\r\n")])
def test_markers_a_bom_and_windows_line_ends_change_nothing(text: str) -> None:
    assert parse_manifest(text) == parse_manifest(GOOD)


@pytest.mark.parametrize("number", [0.00001, 1e16, -2.5e-7, 1e22, 0.1, 3])
def test_a_number_is_what_json_and_kubectl_take_it_for(number: float) -> None:
    # YAML 1.1 takes 1e-05, as Python writes it, for text
    row = {"amount": number, "text": str(number)}
    manifest = {
        "apiVersion": "pdfbatch.io/v1alpha1",
        "kind": "PdfBatch",
        "metadata": {"name": "numbers"},
        "spec": {
            "source": {"items": {"values": [row]}},
            "template": {"inline": "{{ amount }}"},
            "output": {"uri": "s3://bucket/", "name": "{{ row }}.pdf"},
        },
    }
    items = parse_manifest(json.dumps(manifest)).spec.source.items
    assert items is not None
    assert items.values == [row]


def test_json_is_a_manifest_too() -> None:
    text = parse_manifest(GOOD).model_dump_json(by_alias=True, exclude_none=True)

    assert parse_manifest(text) == parse_manifest(GOOD)


def test_anchors_and_merge_keys_work_and_own_keys_win() -> None:
    text = added(
        "  limits: {timeout: &time 90s}",
        "  scaling: {targetDuration: *time}",
        "  podTemplate:",
        "    resources:",
        "      requests: &least {cpu: 1, memory: 1Gi}",
        "      limits: {memory: 2Gi, <<: *least}",
    )

    spec = parse_manifest(text).spec

    assert spec.scaling.target_duration == "90s"
    assert spec.pod_template.resources is not None
    assert spec.pod_template.resources.limits == {"cpu": 1, "memory": "2Gi"}


def test_a_date_is_text_as_it_is_to_kubectl() -> None:
    assert items("{day: 2026-11-23, at: 12:30}") == {"day": "2026-11-23", "at": "12:30"}
    assert parse_manifest(added("  documentDate: 2026-11-23")).spec.document_date == "2026-11-23"
    assert parse_manifest(instead("name: invoices", "name: 2026-11-23")).metadata.name == "2026-11-23"


def test_numbers_and_booleans_of_items_keep_their_kind() -> None:
    row = items('{a: 12.5, b: 7, c: yes, d: ~, e: "007", f: 0x1F, g: 1_000}')

    assert row == {"a": 12.5, "b": 7, "c": True, "d": None, "e": "007", "f": 31, "g": 1000}


def test_all_mistakes_come_at_once_in_the_order_of_the_file() -> None:
    text = GOOD.replace("invoices", "Invoices").replace("uri: rows.csv", "url: rows.csv\n      sheet: 1")

    with pytest.raises(ManifestError) as raised:
        parse_manifest(text, uri="batch.yaml")

    assert str(raised.value) == (
        "batch.yaml: 3 mistakes\n"
        "  line 4, metadata.name: 'Invoices' is not a name of small letters, digits, - and ., "
        "with a letter or digit at each end\n"
        "  line 8, spec.source.rows.url: unknown key. Did you mean uri?\n"
        "  line 9, spec.source.rows.sheet: a text is wanted here, this is 1, a number to YAML. "
        'Put it in quotes: "1".'
    )
    assert raised.value.exit_code == ExitCode.USAGE


def test_a_batch_without_spec_is_told_where_its_keys_belong() -> None:
    text = re.sub(r"\n  ", "\n", GOOD.replace("spec:\n", ""))

    with pytest.raises(ManifestError) as raised:
        parse_manifest(text, uri="batch.yaml")

    assert "line 5, source: unknown key. It is a key of spec." in str(raised.value)
    assert "spec: missing" in str(raised.value)


def test_no_more_than_twenty_mistakes_are_listed() -> None:
    with pytest.raises(ManifestError) as raised:
        parse_manifest(added(*(f"  wrong{number}: 1" for number in range(30))))

    lines = str(raised.value).splitlines()
    assert lines[0] == "manifest: 30 mistakes"
    assert len(lines) == 22
    assert lines[-1] == "  and 10 more"


def test_of_another_kind_of_resource_only_that_is_said() -> None:
    text = "apiVersion: batch/v1\nkind: Job\nmetadata: {name: x}\nspec: {template: {}}\n"

    with pytest.raises(ManifestError) as raised:
        parse_manifest(text, uri="job.yaml")

    assert str(raised.value) == (
        "job.yaml: 2 mistakes\n"
        "  line 1, apiVersion: 'batch/v1' is not known. Write pdfbatch.io/v1alpha1.\n"
        "  line 2, kind: 'Job' is not known. Write PdfBatch."
    )


def test_an_alias_bomb_is_refused_before_it_grows() -> None:
    bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 10)}]\n" for level in range(1, 30)
    )
    begun = time.perf_counter()

    with pytest.raises(ManifestError, match="more than 500,000 values, with every alias written out"):
        parse_manifest(bomb + GOOD)

    assert time.perf_counter() - begun < 1


def test_merge_keys_do_not_grow_either() -> None:
    lines = ["a0: &a0 {x: 1}\n"]
    lines += [f"a{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 10)}]}}\n" for n in range(1, 20)]

    with pytest.raises(ManifestError, match="more than 500,000 values"):
        parse_manifest("".join(lines) + GOOD)


def test_an_alias_of_itself_is_refused() -> None:
    with pytest.raises(ManifestError, match="an alias stands inside of what it names"):
        parse_manifest(instead("rows.csv", "&a [*a]"))


@pytest.mark.parametrize("opening", ["[", "{a: ", "[\n", "- "])
def test_endless_nesting_is_refused(opening: str) -> None:
    with pytest.raises(ManifestError, match="line"):
        parse_manifest(opening * 20_000)


def test_a_table_pasted_into_a_manifest_is_told_to_be_a_file() -> None:
    with pytest.raises(ManifestError, match=r"5,000,\d+ characters.*Put the rows into a file"):
        parse_manifest(GOOD + "#" * 5_000_000)


def patterns_of(schema: object) -> set[str]:
    if isinstance(schema, dict):
        own = {schema["pattern"]} if isinstance(schema.get("pattern"), str) else set()
        return own.union(*map(patterns_of, schema.values()))
    if isinstance(schema, list):
        return set().union(*map(patterns_of, schema))
    return set()


def test_every_pattern_of_the_resource_has_its_words() -> None:
    found = patterns_of(PdfBatch.model_json_schema(by_alias=True))

    assert len(found) > 5
    assert found <= set(PATTERNS)


@given(st.text(max_size=200))
def test_any_text_is_a_batch_or_a_manifest_error(text: str) -> None:
    try:
        parse_manifest(text)
    except ManifestError as error:
        assert str(error)


_PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8) | st.integers(), inner, max_size=3),
    max_leaves=8,
)


@given(
    st.sampled_from(sorted(PdfBatch.model_json_schema(by_alias=True)["$defs"]["PdfBatchSpec"]["properties"])), _PLAIN
)
def test_any_value_of_any_key_is_a_batch_or_an_error_that_names_a_line(key: str, value: object) -> None:
    document = yaml.safe_load(GOOD)
    document["spec"][key] = value
    text = yaml.safe_dump(document, allow_unicode=True)

    try:
        parse_manifest(text)
    except ManifestError as error:
        assert re.search(r"line \d+", str(error))
