"""Small pictures, made where they are needed."""

import struct
import zlib
from io import BytesIO

from PIL import Image

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><path d="M0 0h9"/></svg>'


def picture(kind: str) -> bytes:
    """A picture of 16 by 16 points: PNG, JPEG, WEBP or GIF."""
    buffer = BytesIO()
    Image.new("RGB", (16, 16), "red").save(buffer, kind)
    return buffer.getvalue()


def png_that_claims(width: int, height: int) -> bytes:
    """A PNG of a few bytes whose header says that it is so large."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


def tiff(*colours: str, mode: str = "RGB") -> bytes:
    """A TIFF with a page of 16 by 16 points for each colour."""
    buffer = BytesIO()
    bare = mode in ("I;16", "F")
    pages = [Image.new(mode, (16, 16), 0 if bare else colour) for colour in colours]
    pages[0].save(buffer, "TIFF", save_all=True, append_images=pages[1:])
    return buffer.getvalue()


def tiff_that_claims(width: int, height: int) -> bytes:
    """A TIFF of a few bytes whose header says that it is so large (TIFF 6.0, section 2)."""
    tags = [
        (256, 4, 1, width), (257, 4, 1, height), (258, 3, 1, 8), (259, 3, 1, 1), (262, 3, 1, 1), (273, 4, 1, 8),
        (277, 3, 1, 1), (278, 4, 1, height), (279, 4, 1, 1),
    ]  # fmt: skip
    entries = b"".join(struct.pack("<HHII", *tag) for tag in tags)
    return b"II*\0" + struct.pack("<I", 8) + struct.pack("<H", len(tags)) + entries + struct.pack("<I", 0)


def with_a_wrong_checksum(png: bytes) -> bytes:
    """A PNG one bit of whose pixels is another."""
    at = png.index(b"IDAT") + 8
    return png[:at] + bytes([png[at] ^ 1]) + png[at + 1 :]
