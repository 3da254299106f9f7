"""The files that steps need (letterheads, stamps, fonts, attachments): frozen in the plan, beside the template's.

A renderer never reads them from where they lie: between the plan and the last document somebody may put another one
there, and half a batch would have it.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Final
from urllib.parse import unquote

from pdfbatch_api.errors import ManifestError, ObjectMissingError, ObjectTooLargeError, Where
from pdfbatch_api.resource.postprocessing import TEMPLATE_SCHEME, PostprocessingSpec, step_uris
from pdfbatch_api.resource.quantities import size_bytes

# No template has files here: a name that begins with a dot is left out of its folder.
_FOLDER: Final = ".pdfbatch/"
_FILES: Final = f"{_FOLDER}steps/"
SECRET_FILE: Final = f"{_FOLDER}secret"

# It is parsed by every worker, and what of it a page needs is in every document.
MOST_BYTES: Final = 32 * 2**20


def step_files(spec: PostprocessingSpec) -> Iterator[tuple[str, str, int]]:
    """The files that the steps name: the manifest's key, the URI, and the most bytes it may have."""
    limits = {attachment.uri: size_bytes(attachment.max_bytes) for attachment in spec.attachments}
    for key, uri in step_uris(spec):
        yield key, uri, limits.get(uri, MOST_BYTES) if ".attachments[" in key else MOST_BYTES


def freeze(
    spec: PostprocessingSpec, *, template: Mapping[str, bytes], read: Callable[[str, int], bytes]
) -> dict[str, bytes]:
    """What the steps' files hold, under names that lie beside the template's files.

    Args:
        template: the template's files, which `template:` names.
        read: an object's bytes by URI and the most bytes it may have.

    Raises:
        ManifestError: a file is not there or too large.
        StoreError: it cannot be read.
    """
    frozen: dict[str, bytes] = {}
    for key, uri, limit in step_files(spec):
        frozen[_FILES + uri] = _read(key, uri, limit, template, read)
    return frozen


def _read(key: str, uri: str, limit: int, template: Mapping[str, bytes], read: Callable[[str, int], bytes]) -> bytes:
    if uri.startswith(TEMPLATE_SCHEME):
        name = uri.removeprefix(TEMPLATE_SCHEME)
        if name not in template:
            raise ManifestError(
                f"there is no file {name!r} in the template's folder",
                where=Where(key=key),
                hint="It has " + (", ".join(sorted(template)[:20]) or "no files") + ".",
            )
        data = template[name]
        if len(data) > limit:
            raise _too_large(key, uri, limit)
        return data
    try:
        return read(uri, limit)
    except ObjectMissingError as error:
        raise ManifestError(
            f"there is no file {uri}",
            where=Where(key=key),
            hint=f"A relative path begins at the manifest's folder; {TEMPLATE_SCHEME}NAME is a file of the template's.",
        ) from error
    except ObjectTooLargeError as error:
        raise _too_large(key, uri, limit) from error


def _too_large(key: str, uri: str, limit: int) -> ManifestError:
    return ManifestError(f"{uri} is larger than {limit:,} bytes", where=Where(key=key), hint="Make it smaller.")


def split(files: Mapping[str, bytes]) -> tuple[dict[str, bytes], dict[str, bytes], bytes | None]:
    """What a plan froze, apart again: the template's files, the steps' by URI, and the batch's secret."""
    template = {name: data for name, data in files.items() if not name.startswith(_FOLDER)}
    steps = {name.removeprefix(_FILES): data for name, data in files.items() if name.startswith(_FILES)}
    return template, steps, files.get(SECRET_FILE)


def file_name(uri: str) -> str:
    """A URI's last part."""
    name = uri.removeprefix(TEMPLATE_SCHEME).rstrip("/").rpartition("/")[2]
    return unquote(name) if "://" in uri else name
