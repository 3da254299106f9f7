"""What an engine cannot do is refused by name; what the table says it can, a test shows."""

import ast
from pathlib import Path

import pytest

from pdfbatch_api.capabilities import CAPABILITIES, ENGINES, EngineName
from pdfbatch_api.errors import ManifestError
from pdfbatch_api.manifest import parse_manifest
from pdfbatch_api.resource import EngineSpec, PdfBatch
from pdfbatch_api.unsupported import refuse_unsupported

from .manifests import GOOD, added, instead

ROOT = Path(__file__).parents[3]

ASKED = {
    "spec.source.files": instead(
        "    rows:\n      uri: rows.csv\n  template:\n    uri: invoice.html\n", "    files: {uri: pages/}\n"
    ),
    "spec.source.rows.images": instead("uri: rows.csv", "uri: rows.csv\n      images: [{column: photo}]"),
    "spec.page.size": added("  page: {size: A5}"),
    "spec.page.preferCssSize": added("  page: {preferCssSize: false}"),
    "spec.page.header": added("  page: {header: <p>x}"),
    "spec.page.footer": added("  page: {footer: <p>x}"),
    "spec.page.scale": added("  page: {scale: 0.8}"),
    "spec.page.background": added("  page: {background: false}"),
    "spec.page.media": added("  page: {media: screen}"),
    "spec.page.tagged": added("  page: {tagged: true}"),
    "spec.page.outline": added("  page: {outline: true}"),
    "spec.template.locale": instead("uri: invoice.html", "uri: invoice.html\n    locale: de_DE"),
    "spec.template.timezone": instead("uri: invoice.html", "uri: invoice.html\n    timezone: Europe/Berlin"),
    "spec.template.currency": instead("uri: invoice.html", "uri: invoice.html\n    currency: EUR"),
    "spec.optionalAssets": added("  optionalAssets: ['*.png']"),
}


def with_engine(text: str, name: str) -> PdfBatch:
    return parse_manifest(f"{text}  engine: {{name: {name}}}\n")


def test_every_question_of_the_table_is_asked_here() -> None:
    assert {line.key for line in CAPABILITIES if line.asks is not None} == set(ASKED)
    assert {line.key for line in CAPABILITIES if line.asks is None} == {""}


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("key", ASKED)
def test_what_an_engine_cannot_do_is_refused_by_name_and_the_rest_is_not(key: str, engine: EngineName) -> None:
    batch = with_engine(ASKED[key], engine)
    (line,) = [line for line in CAPABILITIES if line.key == key]
    cell = line.cells[engine]
    if cell.answer != "no":
        refuse_unsupported(batch, local=True)
        return

    with pytest.raises(ManifestError) as raised:
        refuse_unsupported(batch, local=True)

    assert str(raised.value) == f"{key}: engine {engine} cannot do this: {line.what}. {cell.told}"


@pytest.mark.parametrize("engine", ENGINES)
def test_a_plain_manifest_asks_no_engine_for_too_much(engine: EngineName) -> None:
    refuse_unsupported(with_engine(GOOD, engine), local=True)


def test_everything_that_is_too_much_is_named_at_once() -> None:
    text = added("  page: {header: <p>x, scale: 0.5}")

    with pytest.raises(ManifestError) as raised:
        refuse_unsupported(with_engine(text, "typst"), local=True)

    told = str(raised.value)
    assert told.startswith("the engine cannot do what the manifest asks:\n  spec.page.header: engine typst cannot")
    assert "\n  spec.page.scale: engine typst cannot" in told
    assert "docs/engines.md" in told


def test_options_of_another_engine_are_refused() -> None:
    batch = parse_manifest(added("  engine: {name: typst, chromium: {recycleAfter: 9}}"))

    with pytest.raises(ManifestError, match=r"spec\.engine\.chromium: options of chromium, and the engine is typst"):
        refuse_unsupported(batch, local=True)


def test_chromium_can_do_everything_in_the_table_but_cmyk_and_is_the_default() -> None:
    assert EngineSpec().name == "chromium"
    assert [line.what for line in CAPABILITIES if line.cells["chromium"].answer == "no"] == ["CMYK colours"]


@pytest.mark.parametrize(
    "proof", sorted({cell.proof for line in CAPABILITIES for cell in line.cells.values() if cell.proof})
)
def test_the_test_that_a_cell_names_is_there(proof: str) -> None:
    path, _, name = proof.partition("::")
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


def test_every_answer_but_no_names_its_test_and_every_no_says_what_to_do() -> None:
    for line in CAPABILITIES:
        for engine, cell in line.cells.items():
            if cell.answer == "no":
                assert cell.told.endswith("."), (line.what, engine)
            else:
                assert cell.proof, (line.what, engine)
