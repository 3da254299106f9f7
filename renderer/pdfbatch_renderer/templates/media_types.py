"""What a file is, by its name. Our own short list: the system's mime.types differs from machine to machine."""

from pathlib import PurePosixPath
from typing import Final

_BY_SUFFIX: Final[dict[str, str]] = {
    ".html": "text/html; charset=utf-8",
    ".htm": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".txt": "text/plain; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".apng": "image/apng",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".gif": "image/gif",
    ".webp": "image/webp",
    ".avif": "image/avif",
    ".bmp": "image/bmp",
    ".ico": "image/x-icon",
    ".woff2": "font/woff2",
    ".woff": "font/woff",
    ".ttf": "font/ttf",
    ".otf": "font/otf",
    ".ttc": "font/collection",
    ".pdf": "application/pdf",
    ".xml": "application/xml",
}


def media_type_of(path: str) -> str:
    """The media type (RFC 9110, 8.3) of a file by its name's ending."""
    return _BY_SUFFIX.get(PurePosixPath(path.lower()).suffix, "application/octet-stream")
