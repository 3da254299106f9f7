"""The steps' files are frozen beside the template's, bounded, and come apart again as they were."""

import pytest

from pdfbatch_api.errors import ManifestError, ObjectMissingError, ObjectTooLargeError
from pdfbatch_api.resource.postprocessing import PostprocessingSpec
from pdfbatch_renderer.postprocessing.files import file_name, freeze, split

TEMPLATE = {"page.html": b"<p>", "paper/first.pdf": b"%PDF"}


def frozen(read=lambda uri, limit: pytest.fail("asked"), **spec) -> dict[str, bytes]:
    return freeze(PostprocessingSpec.model_validate(spec), template=TEMPLATE, read=read)


def test_without_steps_nothing_is_read_and_nothing_is_kept():
    assert frozen() == {}


def test_what_was_frozen_comes_apart_again_and_no_page_can_load_it():
    asked = []

    def read(uri: str, limit: int) -> bytes:
        asked.append((uri, limit))
        return b"stored"

    kept = frozen(
        read,
        letterhead={"uri": "template:paper/first.pdf", "firstPageUri": "s3://papers/a b.pdf"},
        attachments=[{"uri": "terms.pdf", "maxBytes": "1Ki"}, {"column": "receipt"}],
    )
    template, steps, secret = split({**TEMPLATE, **kept, ".pdfbatch/secret": b"s"})

    assert template == TEMPLATE
    assert steps == {
        "template:paper/first.pdf": b"%PDF",
        "s3://papers/a b.pdf": b"stored",
        "terms.pdf": b"stored",
    }
    assert secret == b"s"
    assert asked == [("s3://papers/a b.pdf", 32 << 20), ("terms.pdf", 1024)]


def test_a_file_that_the_template_lacks_is_told_with_those_that_it_has():
    with pytest.raises(ManifestError, match=r"letterhead\.uri: there is no file 'p.pdf' .* page.html, paper/first.pdf"):
        frozen(letterhead={"uri": "template:p.pdf"})


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (ObjectMissingError("gone"), "there is no file p.pdf"),
        (ObjectTooLargeError("large"), "is larger than 33,554,432"),
    ],
)
def test_a_file_that_cannot_be_read_is_the_manifests_error(error, said):
    def read(uri: str, limit: int) -> bytes:
        raise error

    with pytest.raises(ManifestError, match=said):
        frozen(read, letterhead={"uri": "p.pdf"})


@pytest.mark.parametrize(
    ("uri", "name"),
    [
        ("template:a/b c.pdf", "b c.pdf"), ("a%20b.pdf", "a%20b.pdf"), ("s3://x/a%20b.pdf", "a b.pdf"),
        ("file:///x/%C3%BC.txt", "ü.txt"),
    ],
)  # fmt: skip
def test_the_name_of_a_file(uri, name):
    assert file_name(uri) == name
