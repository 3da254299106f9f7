"""Pictures that rows bring: fetched, looked at, and put where the page finds them under a name that is their content's.

The name matters: the same address with other content showed the next row the picture of the last, out of the
browser's cache.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from itertools import islice
from typing import Any

from pdfbatch_api.errors import (
    DocumentError,
    ManifestError,
    ObjectMissingError,
    ObjectTooLargeError,
    StoreRefusedError,
    Where,
)
from pdfbatch_api.protocols import Asset
from pdfbatch_api.resource import ImageColumn
from pdfbatch_api.resource.quantities import size_bytes
from pdfbatch_api.values import RowData
from pdfbatch_renderer.templates.pictures import PictureDamagedError, PictureTooLargeError, identify
from pdfbatch_renderer.templates.tiff import PNG_TYPE, is_tiff, pages_of_tiff


def place_images(
    row: RowData, columns: Sequence[ImageColumn], fetch: Callable[[str, int], bytes]
) -> tuple[RowData, Mapping[str, Asset], tuple[str, ...]]:
    """A row with its images' URIs replaced by paths that its page can load.

    Args:
        row: is not changed.
        columns: those that hold URIs of images: one, or a list of them.
        fetch: an object's bytes by URI and the most bytes it may have.

    Returns:
        The row with `images/<sha256>.<extension>` in these columns, or None where an optional image is missing
        (which a list leaves out); the assets by that path; warnings.

    Raises:
        DocumentError: ImageMissing, ImageTooLarge, ImageDamaged, ImageUnavailable (no URI of a store, or one that
            refuses).
        StoreError: the store could not be asked.
    """
    placed: dict[str, Any] = dict(row)
    assets: dict[str, Asset] = {}
    warnings: list[str] = []
    for column in columns:
        value = row.get(column.column)
        if isinstance(value, list | tuple):
            if len(value) > _MOST:
                raise _error(
                    column, f"the row has {len(value):,} images, and {_MOST} is the most", "ImageTooLarge", _FEWER
                )
            paths = (_placed(column, uri, fetch, assets, warnings) for uri in value)
            placed[column.column] = [path for path in paths if path is not None]
        else:
            placed[column.column] = _placed(column, value, fetch, assets, warnings)
    return placed, assets, tuple(warnings)


def _placed(
    column: ImageColumn,
    uri: Any,
    fetch: Callable[[str, int], bytes],
    assets: dict[str, Asset],
    warnings: list[str],
) -> str | None:
    """The path of an image, which is among the assets then; None where it is missing and may be."""
    if uri is None or uri == "":
        if not column.optional:
            raise _error(column, "the column that holds an image's URI is empty", "ImageMissing", _OPTIONAL)
        return None
    data = _fetched(column, uri, fetch, warnings)
    if data is None:
        return None
    path, asset = _asset(column, str(uri), data, warnings)
    assets[path] = asset
    return path


# Each may have 10 MiB, and they are all in memory at once.
_MOST = 200
_FEWER = "Make several rows of it, and one PDF of theirs with output.container."
_OPTIONAL = "Correct the row, or say optional: true for this column under images."


def _fetched(column: ImageColumn, uri: Any, fetch: Callable[[str, int], bytes], warnings: list[str]) -> bytes | None:
    if not isinstance(uri, str):
        raise _error(column, f"an image's URI is a text, and not {uri!r}", "ImageMissing", _OPTIONAL)
    limit = size_bytes(column.max_bytes)
    try:
        return fetch(uri, limit)
    except ObjectMissingError as error:
        if column.optional:
            warnings.append(f"the image in column {column.column!r} is not there: {uri}")
            return None
        raise _error(column, f"the image is not there: {uri}", "ImageMissing", _OPTIONAL) from error
    except ObjectTooLargeError as error:
        raise _error(
            column, f"the image is larger than {limit:,} bytes: {uri}", "ImageTooLarge", "Raise maxBytes of the column."
        ) from error
    except (ManifestError, StoreRefusedError) as error:
        # The URI is the row's and not the manifest's: it must not end the whole batch.
        raise _error(column, f"{error.what}: {uri!r}", "ImageUnavailable", error.hint or _OPTIONAL) from error


def _asset(column: ImageColumn, uri: str, data: bytes, warnings: list[str]) -> tuple[str, Asset]:
    try:
        if is_tiff(data):
            data, *more = islice(pages_of_tiff(data), 2)
            if more:
                warnings.append(f"the TIFF in column {column.column!r} has more pages than its first: {uri}")
            extension, media_type = "png", PNG_TYPE
        else:
            picture = identify(data)
            extension, media_type = picture.extension, picture.media_type
    except PictureDamagedError as error:
        raise _error(column, f"{error}: {uri}", "ImageDamaged", "Look at the file itself.") from error
    except PictureTooLargeError as error:
        raise _error(column, f"{error}: {uri}", "ImageTooLarge", "Make it smaller.") from error
    path = f"images/{hashlib.sha256(data).hexdigest()}.{extension}"
    return path, Asset(data, media_type)


def _error(column: ImageColumn, what: str, reason: str, hint: str) -> DocumentError:
    return DocumentError(what, reason=reason, where=Where(column=column.column), hint=hint)
