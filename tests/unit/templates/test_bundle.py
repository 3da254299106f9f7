"""A template's files are read once, whole, and within bounds."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from io import BytesIO
from typing import BinaryIO

import pytest

from pdfbatch_api.errors import NotInThisVersionError, ObjectMissingError, ObjectTooLargeError, TemplateError
from pdfbatch_api.protocols import ObjectInfo
from pdfbatch_api.resource import TemplateSpec
from pdfbatch_renderer.templates import Bundle, Language, bundle_assets, load_bundle
from pdfbatch_renderer.templates.bundle import MOST_BYTES, MOST_FILES


class FolderReader:
    """Objects of `folder/`, and of `folder/a.html` asked for alone."""

    def __init__(self, files: Mapping[str, bytes], *, claimed_size: int | None = None) -> None:
        self._files = files
        self._claimed_size = claimed_size

    def resolve(self, uri: str) -> str:
        return f"memory://{uri}"

    def read(self, uri: str, *, limit: int) -> bytes:
        name = uri.removeprefix("folder/")
        if name not in self._files:
            raise ObjectMissingError(f"there is no {uri}")
        if len(self._files[name]) > limit:
            raise ObjectTooLargeError(f"{uri} is too large")
        return self._files[name]

    def stream(self, uri: str) -> BinaryIO:
        return BytesIO(self.read(uri, limit=1 << 30))

    def stat(self, uri: str) -> ObjectInfo:
        return ObjectInfo(uri, len(self.read(uri, limit=1 << 30)))

    def list(self, uri: str) -> Iterator[ObjectInfo]:
        if uri.rstrip("/") == "folder":
            for name, data in sorted(self._files.items()):
                yield ObjectInfo(name, len(data) if self._claimed_size is None else self._claimed_size)


FILES = {"a.html": b"<p>", "css/a.css": b"p{}", ".git/config": b"x", ".DS_Store": b"x"}


def load(files: Mapping[str, bytes] = FILES, **spec: str) -> Bundle:
    return load_bundle(TemplateSpec.model_validate({"uri": "folder", **spec}), FolderReader(files))


def test_a_folder_brings_everything_below_it_but_hidden_files() -> None:
    bundle = load()

    assert (dict(bundle.files), bundle.entry) == ({"a.html": b"<p>", "css/a.css": b"p{}"}, "a.html")
    assert load(uri="folder/").files == bundle.files


def test_a_single_file_comes_alone() -> None:
    assert dict(load(uri="folder/a.html").files) == {"a.html": b"<p>"}


def test_an_inline_template_is_a_file_too() -> None:
    bundle = load_bundle(TemplateSpec(inline="<p>ä"), FolderReader({}))

    assert (dict(bundle.files), bundle.entry) == ({"template.html": "<p>ä".encode()}, "template.html")


def test_a_config_map_needs_a_cluster_and_is_taken_where_it_is_mounted() -> None:
    spec = TemplateSpec.model_validate({"configMap": {"name": "t"}})

    with pytest.raises(NotInThisVersionError, match="needs a cluster"):
        load_bundle(spec, FolderReader({}))
    assert load_bundle(spec, FolderReader({}), config_map_files={"a.html": b"x"}).entry == "a.html"
    with pytest.raises(TemplateError, match="the ConfigMap 't' is empty"):
        load_bundle(spec, FolderReader({}), config_map_files={})


def test_the_digest_is_of_paths_and_contents_and_of_nothing_else() -> None:
    one = load({"a.html": b"1", "b": b"2"})

    assert load({"b": b"2", "a.html": b"1"}).digest == one.digest
    others = [{"a.html": b"1"}, {"a.html": b"12", "b": b""}, {"a.html": b"1", "c": b"2"}, {"a.htm": b"1", "b": b"2"}]
    assert len({one.digest, *(load(files).digest for files in others)}) == 5


@pytest.mark.parametrize(
    ("files", "spec", "said"),
    [
        ({}, {}, "no such folder"),
        ({}, {"uri": "folder/x.html"}, "there is no such template file"),
        ({"a.html": b"", "b.html": b""}, {}, "entry: a.html (there are a.html, b.html)"),
        ({"a.css": b"", "b.css": b""}, {}, "no HTML file"),
        ({"page.html": b"", "b.css": b""}, {"entry": "pgae.html"}, "Did you mean 'page.html'?"),
    ],
)
def test_a_template_that_is_not_there_is_told(files: dict[str, bytes], spec: dict[str, str], said: str) -> None:
    with pytest.raises(TemplateError) as caught:
        load(files, **spec)
    assert said in str(caught.value)


def test_html_files_further_down_are_no_entry() -> None:
    assert load({"a.html": b"", "parts/b.html": b""}).entry == "a.html"


def test_where_a_column_names_the_entry_there_is_none() -> None:
    assert load({"a.html": b"", "b.html": b""}, entryColumn="kind").entry is None


def test_a_folder_that_is_no_templates_is_given_up_early() -> None:
    with pytest.raises(TemplateError, match="more than 2,000 files"):
        load({f"{n}.html": b"" for n in range(MOST_FILES + 1)})
    with pytest.raises(TemplateError, match="256 MiB"):
        load_bundle(TemplateSpec(uri="folder"), FolderReader(FILES, claimed_size=MOST_BYTES))


def test_assets_know_their_media_types() -> None:
    bundle = replace(load(), files={"a.SVG": b"1", "b.woff2": b"2", "c.xyz": b"3"})

    kinds = {path: asset.media_type for path, asset in bundle_assets(bundle).items()}

    assert kinds == {"a.SVG": "image/svg+xml", "b.woff2": "font/woff2", "c.xyz": "application/octet-stream"}


def test_templates_of_typst_are_found_by_their_ending() -> None:
    files = {"letter.typ": b"x", "logo.svg": b"<svg/>", "parts/a.typ": b"y"}
    language = Language.TYPST
    assert load_bundle(TemplateSpec(uri="folder"), FolderReader(files), language=language).entry == "letter.typ"
    assert load_bundle(TemplateSpec(inline="x"), FolderReader({}), language=language).entry == "template.typ"
    with pytest.raises(TemplateError, match="2 Typst files at its top"):
        load_bundle(TemplateSpec(uri="folder"), FolderReader({**files, "b.typ": b""}), language=language)
