"""LibreOfficeKit, by ctypes: the few of its C functions that turn a file into a PDF.

soffice itself would have to be asked over a socket, which the process must not have, or be started anew for every
document, which takes a second. The kit is the same code within this process. Its structs only grow at their end
(LibreOfficeKit.h): what is read here has been at its place since LibreOffice 5.
"""

import ctypes
from pathlib import Path
from typing import Any, Final

from pdfbatch_renderer.engines.libreoffice.find import LIBRARIES

_Text = ctypes.c_char_p
_Pointer = ctypes.c_void_p
# Strings that are ours to free come as pointers: ctypes would make Python's of them, and lose the original.
_DESTROY: Final = ctypes.CFUNCTYPE(None, _Pointer)
_LOAD: Final = ctypes.CFUNCTYPE(_Pointer, _Pointer, _Text, _Text)
_GET_TEXT: Final = ctypes.CFUNCTYPE(_Pointer, _Pointer)
_FREE: Final = ctypes.CFUNCTYPE(None, _Pointer)
_SAVE: Final = ctypes.CFUNCTYPE(ctypes.c_int, _Pointer, _Text, _Text, _Text)


class _OfficeClass(ctypes.Structure):
    _fields_ = (
        ("size", ctypes.c_size_t),
        ("destroy", _DESTROY),
        ("document_load", _Pointer),
        ("get_error", _GET_TEXT),
        ("document_load_with_options", _LOAD),
        ("free_error", _FREE),
        ("register_callback", _Pointer),
        ("get_filter_types", _Pointer),
        ("set_optional_features", _Pointer),
        ("set_document_password", _Pointer),
        ("get_version_info", _GET_TEXT),
    )


class _Office(ctypes.Structure):
    _fields_ = (("functions", ctypes.POINTER(_OfficeClass)),)


class _DocumentClass(ctypes.Structure):
    _fields_ = (("size", ctypes.c_size_t), ("destroy", _DESTROY), ("save_as", _SAVE))


class _Document(ctypes.Structure):
    _fields_ = (("functions", ctypes.POINTER(_DocumentClass)),)


class KitError(Exception):
    """LibreOffice could not; the message is its own."""


class Kit:
    """LibreOffice in this process, once and until its end.

    Args:
        program: the folder of its libraries.
        profile: the file:// URL of a folder that is its user's.

    Raises:
        KitError: it does not start.
        OSError: its libraries cannot be loaded.
    """

    def __init__(self, program: Path, profile: str) -> None:
        library = next(program / name for name in LIBRARIES if (program / name).is_file())
        hook = ctypes.CDLL(str(library)).libreofficekit_hook_2
        hook.argtypes, hook.restype = (_Text, _Text), _Pointer
        self._office = hook(str(program).encode(), profile.encode())
        if not self._office:
            raise KitError("it did not start")
        self._functions: Any = ctypes.cast(self._office, ctypes.POINTER(_Office)).contents.functions.contents

    def version_info(self) -> str:
        """JSON: ProductName, ProductVersion, ProductExtension, BuildId."""
        return self._text(self._functions.get_version_info(self._office))

    def convert(self, source: str, target: str, *, options: str) -> None:
        """Writes the PDF of a file.

        Args:
            source, target: file:// URLs.
            options: the PDF filter's, as JSON.

        Raises:
            KitError.
        """
        document = self._functions.document_load_with_options(self._office, source.encode(), b"")
        if not document:
            raise KitError(self._error())
        functions: Any = ctypes.cast(document, ctypes.POINTER(_Document)).contents.functions.contents
        try:
            if not functions.save_as(document, target.encode(), b"pdf", options.encode()):
                raise KitError(self._error())
        finally:
            functions.destroy(document)

    def _error(self) -> str:
        return self._text(self._functions.get_error(self._office))

    def _text(self, pointer: int | None) -> str:
        if not pointer:
            return ""
        try:
            return ctypes.string_at(pointer).decode(errors="replace")
        finally:
            self._functions.free_error(pointer)
