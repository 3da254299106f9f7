"""Pictures that rows bring are fetched, looked at, and named by their content."""

import hashlib
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from pdfbatch_api.errors import DocumentError, ObjectMissingError, ObjectTooLargeError, StoreError
from pdfbatch_api.resource import ImageColumn
from pdfbatch_renderer.templates import place_images
from tests.unit.templates.a_picture import SVG, picture, png_that_claims, tiff


def fetch_from(objects: Mapping[str, bytes]) -> Callable[[str, int], bytes]:
    def fetch(uri: str, limit: int) -> bytes:
        if uri not in objects:
            raise ObjectMissingError(f"there is no {uri}")
        if len(objects[uri]) > limit:
            raise ObjectTooLargeError(f"{uri} is too large")
        return objects[uri]

    return fetch


def failure_of(data: bytes | None, uri: Any = "x", **column: Any) -> DocumentError:
    objects = {} if data is None else {"x": data}
    with pytest.raises(DocumentError) as caught:
        place_images({"photo": uri}, [ImageColumn(column="photo", **column)], fetch_from(objects))
    assert caught.value.where.column == "photo"
    return caught.value


@pytest.mark.parametrize(
    ("data", "extension", "media_type"),
    [
        (picture("PNG"), "png", "image/png"),
        (picture("JPEG"), "jpg", "image/jpeg"),
        (picture("WEBP"), "webp", "image/webp"),
        (picture("GIF"), "gif", "image/gif"),
        (SVG, "svg", "image/svg+xml"),
        (b'\xef\xbb\xbf<?xml version="1.0"?>\n<!-- x -->\n' + SVG, "svg", "image/svg+xml"),
    ],
)
def test_an_images_uri_becomes_a_path_named_by_its_content(data: bytes, extension: str, media_type: str) -> None:
    row = {"photo": "s3://b/a.bin", "name": "Ada"}

    placed, assets, warnings = place_images(row, [ImageColumn(column="photo")], fetch_from({"s3://b/a.bin": data}))

    path = f"images/{hashlib.sha256(data).hexdigest()}.{extension}"
    assert placed == {"photo": path, "name": "Ada"}
    assert {name: (asset.data, asset.media_type) for name, asset in assets.items()} == {path: (data, media_type)}
    assert warnings == ()
    assert row == {"photo": "s3://b/a.bin", "name": "Ada"}


def test_an_optional_image_that_is_missing_leaves_null_and_a_warning() -> None:
    column = ImageColumn(column="photo", optional=True)

    assert place_images({"photo": "gone.png"}, [column], fetch_from({})) == (
        {"photo": None},
        {},
        ("the image in column 'photo' is not there: gone.png",),
    )
    assert place_images({"photo": ""}, [column], fetch_from({})) == ({"photo": None}, {}, ())
    assert place_images({}, [column], fetch_from({})) == ({"photo": None}, {}, ())


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (None, "ImageMissing"),
        (b"", "ImageDamaged"),
        (b"<html><body>404 Not Found", "ImageDamaged"),
        (b"%PDF-1.7", "ImageDamaged"),
        (picture("PNG")[:-20], "ImageDamaged"),
        (picture("JPEG")[:-200], "ImageDamaged"),
        (picture("GIF")[:-3], "ImageDamaged"),
        (picture("WEBP")[:-8], "ImageDamaged"),
        (b"\x89PNG\r\n\x1a\n", "ImageDamaged"),
        (SVG[:-3], "ImageDamaged"),
        (png_that_claims(10_001, 10_000), "ImageTooLarge"),
        (png_that_claims(2**31 - 1, 2**31 - 1), "ImageTooLarge"),
    ],
)
def test_what_is_no_whole_picture_fails_its_document(data: bytes | None, reason: str) -> None:
    assert failure_of(data).reason == reason


def test_a_picture_at_the_bound_is_taken() -> None:
    data = png_that_claims(10_000, 10_000)

    assert place_images({"photo": "x"}, [ImageColumn(column="photo")], fetch_from({"x": data}))[1]


def test_an_image_over_its_columns_bytes_says_what_to_raise() -> None:
    error = failure_of(picture("PNG"), max_bytes="10")

    assert (error.reason, "maxBytes" in str(error)) == ("ImageTooLarge", True)


@pytest.mark.parametrize("uri", [None, "", 17])
def test_an_empty_cell_fails_its_document_unless_the_image_is_optional(uri: Any) -> None:
    assert failure_of(None, uri).reason == "ImageMissing"


def test_a_store_that_is_down_is_not_the_documents_fault() -> None:
    def fetch(uri: str, limit: int) -> bytes:
        raise StoreError("down")

    with pytest.raises(StoreError, match="down"):
        place_images({"photo": "x"}, [ImageColumn(column="photo", optional=True)], fetch)


@pytest.mark.parametrize(
    "inside",
    [
        "<script>1</script>",
        "<SCRIPT/>",
        "<foreignObject/>",
        '<g onclick="x()"/>',
        '<image href="https://example.com/a.png"/>',
        '<image href="a.png"/>',
        '<image xmlns:xlink="http://www.w3.org/1999/xlink" xlink:href="file:///etc/passwd"/>',
        '<use href="other.svg#a"/>',
        '<image href="data:text/html,x"/>',
        "<style>@import 'a.css';</style>",
        "<style>p{fill:url(http://example.com)}</style>",
        "<style>p{fill:u\\72l(http://example.com)}</style>".replace("\\72", "r\\"),
        '<path fill="url(&quot;//example.com&quot;)"/>',
        '<path style="fill:url( http://example.com )"/>',
        "<iframe/>",
    ],
)
def test_an_svg_that_runs_or_loads_something_fails_its_document(inside: str) -> None:
    svg = f'<svg xmlns="http://www.w3.org/2000/svg">{inside}</svg>'.encode()

    assert failure_of(svg).reason == "ImageDamaged"


@pytest.mark.parametrize(
    "before",
    [
        '<!DOCTYPE svg [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>',
        '<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        '<?xml-stylesheet href="a.css"?>',
    ],
)
def test_an_svg_that_declares_or_loads_before_it_begins_fails_its_document(before: str) -> None:
    assert failure_of(before.encode() + SVG).reason == "ImageDamaged"


@pytest.mark.parametrize(
    "inside",
    [
        '<defs><linearGradient id="g"/></defs><path fill="url(#g)"/><use href="#g"/>',
        '<image href="data:image/png;base64,AAAA"/>',
        '<a href="https://example.com"><text>link</text></a>',
        "<style>.a{fill:red}</style>",
    ],
)
def test_an_svg_that_only_draws_is_taken(inside: str) -> None:
    svg = f'<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "x.dtd"><svg>{inside}</svg>'.encode()

    assert place_images({"photo": "x"}, [ImageColumn(column="photo")], fetch_from({"x": svg}))[1]


def test_a_list_of_uris_becomes_a_list_of_paths() -> None:
    objects = {"a": picture("PNG"), "b": picture("JPEG")}

    placed, assets, _ = place_images({"photos": ["a", "b", "a"]}, [ImageColumn(column="photos")], fetch_from(objects))

    first, second, third = placed["photos"]
    assert (first, set(assets)) == (third, {first, second})
    assert assets[second].media_type == "image/jpeg"


def test_an_optional_image_that_is_missing_is_left_out_of_its_list() -> None:
    column = ImageColumn(column="photos", optional=True)

    placed, _, warnings = place_images({"photos": ["gone", "a", None]}, [column], fetch_from({"a": SVG}))

    assert len(placed["photos"]) == 1
    assert warnings == ("the image in column 'photos' is not there: gone",)


def test_one_damaged_image_of_a_list_fails_the_document() -> None:
    with pytest.raises(DocumentError, match="b"):
        place_images({"photos": ["a", "b"]}, [ImageColumn(column="photos")], fetch_from({"a": SVG, "b": b"no picture"}))


def test_a_list_of_too_many_images_is_refused_before_any_is_fetched() -> None:
    with pytest.raises(DocumentError, match="201 images, and 200 is the most") as caught:
        place_images({"photos": ["a"] * 201}, [ImageColumn(column="photos")], fetch_from({}))
    assert caught.value.reason == "ImageTooLarge"


def test_a_tiff_is_shown_as_a_png_and_its_other_pages_are_told() -> None:
    placed, assets, warnings = place_images(
        {"photo": "x"}, [ImageColumn(column="photo")], fetch_from({"x": tiff("red", "blue")})
    )

    assert assets[placed["photo"]].media_type == "image/png"
    assert placed["photo"].endswith(".png")
    assert warnings == ("the TIFF in column 'photo' has more pages than its first: x",)
