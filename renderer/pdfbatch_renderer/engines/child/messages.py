"""What an engine's process is told and answers: MessagePack, each message behind its length."""

import struct
from typing import Final, TypeAlias

import msgspec

LENGTH: Final = struct.Struct(">I")


class File(msgspec.Struct, frozen=True, array_like=True):
    """An asset's content and media type."""

    data: bytes
    media_type: str = ""


class Begin(msgspec.Struct, frozen=True, tag="begin"):
    """To the process, once: what it will print with.

    Attributes:
        printer: which library (see printers.py).
        settings: the printer's own, as JSON.
        files: what all documents share, by path.
        networked: whether the library asks a server, and so keeps its sockets.
    """

    printer: str
    settings: bytes
    files: dict[str, File] = {}
    networked: bool = False


class Print(msgspec.Struct, frozen=True, tag="print"):
    """To the process: a document.

    Attributes:
        html: the page; empty where the library has templates of its own.
        header, footer: HTML for the margins, or empty.
        data: what such a template is given, as JSON; or the office file itself.
        entry: that template's path; or the office file's ending.
        assets: what this document alone brings, by path.
    """

    html: str = ""
    header: str = ""
    footer: str = ""
    data: bytes = b""
    entry: str = ""
    assets: dict[str, File] = {}


class Ready(msgspec.Struct, frozen=True, tag="ready"):
    """From the process: the library is loaded.

    Attributes:
        version: its name and version.
        fonts: a digest of the fonts it can use beside the template's own.
        walled: whether the kernel refuses it all sockets.
    """

    version: str
    fonts: str
    walled: bool


class Made(msgspec.Struct, frozen=True, tag="made"):
    """From the process: the PDF, with what a person should know."""

    pdf: bytes
    warnings: tuple[str, ...] = ()


class Refused(msgspec.Struct, frozen=True, tag="refused"):
    """From the process: this document cannot be printed (see DocumentError and Where).

    Attributes:
        always: it is the template's mistake, whatever the row.
    """

    what: str
    reason: str
    hint: str = ""
    file: str | None = None
    line: int | None = None
    column: str | None = None
    always: bool = False


class Broken(msgspec.Struct, frozen=True, tag="broken"):
    """From the process, its last word: the library is not there, or cannot be loaded."""

    what: str
    hint: str


class RefusedError(Exception):
    """Within the process: this document cannot be printed."""

    def __init__(self, refused: Refused) -> None:
        super().__init__(refused.what)
        self.refused = refused


class BrokenError(Exception):
    """Within the process: nothing can be printed here."""

    def __init__(self, what: str, hint: str) -> None:
        super().__init__(what)
        self.hint = hint


ToChild: TypeAlias = Begin | Print
FromChild: TypeAlias = Ready | Made | Refused | Broken

_encoder = msgspec.msgpack.Encoder()
to_child: Final[msgspec.msgpack.Decoder[ToChild]] = msgspec.msgpack.Decoder(ToChild)
from_child: Final[msgspec.msgpack.Decoder[FromChild]] = msgspec.msgpack.Decoder(FromChild)


def frame(message: ToChild | FromChild) -> bytes:
    """The bytes of a message."""
    body = _encoder.encode(message)
    return LENGTH.pack(len(body)) + body
