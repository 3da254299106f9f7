"""Typst in its own process: the compiler, warm, over a folder that holds the template and nothing else.

The row comes as a file that is written anew for every document: what does not look at it need not be evaluated again.
"""

import hashlib
import os
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path, PurePosixPath
from typing import Any, Final

import msgspec

from pdfbatch_renderer.engines.child.messages import Begin, BrokenError, File, Made, Print, RefusedError
from pdfbatch_renderer.engines.typst import own_files
from pdfbatch_renderer.engines.typst.errors import refused
from pdfbatch_renderer.engines.typst.settings import TypstSettings

_MOST_WARNINGS: Final = 20
INSTALL: Final = "Install it, in the checkout: pip install '.[typst]'."


class TypstPrinter:
    """See printers.Printer. The working folder becomes the template's root."""

    def __init__(self, begin: Begin) -> None:
        try:
            import typst
        except ImportError as error:
            raise BrokenError(f"Typst cannot be loaded: {error}", INSTALL) from error
        self._error: type[Exception] = typst.TypstError
        settings = msgspec.json.decode(begin.settings, type=TypstSettings)
        self._date, self._tagged = settings.date, settings.tagged
        self._root = Path.cwd() / "template"
        self._root.mkdir()
        os.chdir(self._root)  # Typst's reports name files from here
        nobody = str(self._root.with_name("packages"))
        self._own(own_files.MODULE, own_files.module())
        self._own(own_files.MAIN, own_files.main())
        self._own(own_files.SHEET, msgspec.json.encode(settings))
        _written(self._root, begin.files)
        fonts = typst.Fonts(include_system_fonts=True, include_embedded_fonts=True, font_paths=[str(self._root)])
        self.version = f"typst {version('typst')}"
        self.fonts = _digest(fonts, self._root)
        self._compiler = typst.Compiler(
            str(self._root / own_files.MAIN),
            root=str(self._root),
            font_paths=fonts,
            package_path=nobody,
            package_cache_path=nobody,
        )

    def _own(self, name: str, content: bytes) -> None:
        (self._root / name).write_bytes(content)

    def print(self, message: Print) -> Made:
        self._own(own_files.ROW, message.data)
        own = _written(self._root, message.assets)
        try:
            pdf, warnings = self._compiler.compile_with_warnings(
                format="pdf", timestamp=self._date, pdf_tags=self._tagged
            )
        except self._error as error:
            raise RefusedError(refused(error, self._root, msgspec.json.decode(message.data)["row"])) from error
        finally:
            # Nobody's data lies there once it is printed, should the folder be left behind.
            for path in (self._root / own_files.ROW, *own):
                path.unlink()
        assert isinstance(pdf, bytes)
        return Made(pdf, tuple(dict.fromkeys(_told(warning) for warning in warnings[:_MOST_WARNINGS])))


def _told(warning: Any) -> str:
    return " ".join(str(getattr(warning, "message", warning)).split())[:300]


def _written(root: Path, files: Mapping[str, File]) -> list[Path]:
    """The files below the root. Their paths are those of a template's folder, or names that we chose."""
    written = []
    for name, file in files.items():
        path = root.joinpath(*PurePosixPath(name).parts)
        if not path.resolve().is_relative_to(root.resolve()):
            raise BrokenError(f"{name} is no path of a template's folder", "Rename it.")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.data)
        written.append(path)
    return written


def _digest(fonts: Any, root: Path) -> str:
    """Of the system's fonts: name and size of each file. The template's own have its digest, Typst's its version."""
    lines = set()
    for font in fonts.fonts():
        path = Path(font.path) if font.path else None
        if path is not None and not path.is_relative_to(root):
            lines.add(f"{path.name} {path.stat().st_size}")
    return hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()[:16]
