"""What a file of `spec.source.files` is, by its ending; and which programs a manifest needs for the endings it names.

Decided by the manifest alone: the plan and every renderer come to the same answer without looking into the folder.
"""

from collections.abc import Iterable, Mapping
from typing import Final, Literal, NamedTuple, TypeAlias

FileClass: TypeAlias = Literal["page", "pdf", "office"]
"""page: the batch's engine prints it; pdf: it is one already; office: LibreOffice prints it."""

PDF_TYPE: Final = "application/pdf"

_OPEN_XML: Final = "application/vnd.openxmlformats-officedocument"
_OPEN_DOCUMENT: Final = "application/vnd.oasis.opendocument"

MEDIA_TYPES: Final[Mapping[str, str]] = {
    "html": "text/html",
    "htm": "text/html",
    "md": "text/markdown",
    "markdown": "text/markdown",
    "txt": "text/plain",
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "webp": "image/webp",
    "gif": "image/gif",
    "svg": "image/svg+xml",
    "tif": "image/tiff",
    "tiff": "image/tiff",
    "pdf": PDF_TYPE,
    "docx": f"{_OPEN_XML}.wordprocessingml.document",
    "pptx": f"{_OPEN_XML}.presentationml.presentation",
    "odt": f"{_OPEN_DOCUMENT}.text",
    "odp": f"{_OPEN_DOCUMENT}.presentation",
    "rtf": "application/rtf",
}

OFFICE_ENDINGS: Final[Mapping[str, str]] = {
    MEDIA_TYPES[ending]: ending for ending in ("docx", "odt", "rtf", "pptx", "odp")
}
"""Media type to ending, of what LibreOffice prints."""


def file_class(media_type: str) -> FileClass:
    """Who makes the PDF of a file of this type."""
    if media_type == PDF_TYPE:
        return "pdf"
    return "office" if media_type in OFFICE_ENDINGS else "page"


class Programs(NamedTuple):
    """What a manifest's files need.

    Attributes:
        pages: the batch's engine; without it a batch starts none.
        office: the endings for which LibreOffice is needed.
    """

    pages: bool
    office: tuple[str, ...]


def programs_for(include: Iterable[str]) -> Programs:
    """What the endings that these patterns name need. A pattern without an ending that is known may take any page."""
    endings = {
        pattern.rpartition("/")[2].rpartition(".")[2].lower() for pattern in include if not pattern.startswith("!")
    }
    classes = {ending: file_class(MEDIA_TYPES[ending]) for ending in endings if ending in MEDIA_TYPES}
    return Programs(
        pages="page" in classes.values() or len(classes) < len(endings),
        office=tuple(sorted(ending for ending, its in classes.items() if its == "office")),
    )
