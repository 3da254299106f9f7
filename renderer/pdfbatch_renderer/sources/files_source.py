"""Files under a folder or prefix: each is a whole document."""

import codecs
from collections.abc import Iterator
from typing import Final

from pdfbatch_api.errors import ManifestError, ObjectTooLargeError, SourceError, Where
from pdfbatch_api.file_kinds import MEDIA_TYPES, file_class
from pdfbatch_api.protocols import ObjectInfo, Reader, SourceRow
from pdfbatch_api.resource import FilesSource
from pdfbatch_api.resource.quantities import size_bytes
from pdfbatch_renderer.sources.file_patterns import file_patterns
from pdfbatch_renderer.sources.text_encoding import shown_encoding, text_encoding

_TEXT: Final = "text/plain"
_HEAD: Final = 64 * 1024
_COLUMNS: Final = ("path", "stem", "folder", "extension", "size")


class FilesOfFolder:
    """The files that the manifest's patterns take, sorted by name.

    Args:
        spec: the manifest's source.files.
        reader: where they are read from.

    Raises:
        ManifestError: a pattern cannot be read, or there is no such encoding.
    """

    def __init__(self, spec: FilesSource, reader: Reader) -> None:
        self._uri = spec.uri if spec.uri.endswith("/") else spec.uri + "/"
        self._reader = reader
        self._limit = size_bytes(spec.max_bytes)
        self._takes = file_patterns(spec.include, spec.exclude)
        self._programs = spec.programs
        self._told = _known(spec.encoding)
        self._guessed: dict[str, str] = {}

    @property
    def warnings(self) -> tuple[str, ...]:
        """That encodings were guessed, once the files were read."""
        if not self._guessed:
            return ()
        path, encoding = next(iter(self._guessed.items()))
        others = f" and {len(self._guessed) - 1:,} more files" if len(self._guessed) > 1 else ""
        return (
            f"{path}{others}: not UTF-8, and read as what fits, {encoding} for the first; source.files.encoding "
            "tells it",
        )

    @property
    def columns(self) -> tuple[str, ...]:
        """What a row's data has: path, stem, folder, extension (without the point, as written), size."""
        return _COLUMNS

    def files(self) -> Iterator[ObjectInfo]:
        """The files that are taken, without their content.

        Raises:
            StoreError.
        """
        return (file for file in self._reader.list(self._uri) if self._takes(file.name))

    def rows(self) -> Iterator[SourceRow]:
        """All files with their content, one in memory at a time.

        Raises:
            SourceError: there is none, one is too large, or of a kind that cannot be printed.
            StoreError.
        """
        number = 0
        for number, file in enumerate(self.files(), 1):
            folder, _, name = file.name.rpartition("/")
            stem, point, extension = name.rpartition(".")
            if not point or not stem:
                stem, extension = name, ""
            media_type = self._media_type(extension.lower(), file.name, number)
            content = self._content(file, number)
            if media_type == _TEXT:
                media_type = f"{_TEXT}; charset={self._encoding(content, file.name)}"
            yield SourceRow(
                number,
                {"path": file.name, "stem": stem, "folder": folder, "extension": extension, "size": file.size},
                plain=True,
                document=content,
                media_type=media_type,
            )
        if number == 0:
            raise SourceError(
                "no file here is taken by source.files.include",
                where=Where(uri=self._uri),
                hint="Is it the right folder? Patterns without / match at any depth, as in .gitignore.",
            )

    def _media_type(self, ending: str, name: str, row: int) -> str:
        where = Where(uri=self._uri, row=row, name=name)
        media_type = MEDIA_TYPES.get(ending)
        if media_type is None:
            raise SourceError(
                "this kind of file cannot be printed",
                where=where,
                hint=f"Leave it out with source.files.exclude; these can be: {', '.join(MEDIA_TYPES)}.",
            )
        # Which programs a batch starts is known from its patterns alone.
        kind = file_class(media_type)
        if (kind == "office" and not self._programs.office) or (kind == "page" and not self._programs.pages):
            raise SourceError(
                f"no pattern names the ending .{ending}, and without one its program is not started",
                where=where,
                hint=f'Add "*.{ending}" to source.files.include, or leave the file out with source.files.exclude.',
            )
        return media_type

    def _encoding(self, content: bytes, name: str) -> str:
        """Frozen in the plan: what reads the file later has nothing to guess. A text whose encoding fits nothing fails
        alone, when it is read.
        """
        if self._told is not None:
            return self._told
        try:
            found = text_encoding(content[:_HEAD], None, self._uri + name)
        except SourceError:
            return "utf-8"
        if not found.bom and found.name != "utf-8":
            self._guessed[name] = shown_encoding(found.name)
        return shown_encoding(found.name)

    def _content(self, file: ObjectInfo, row: int) -> bytes:
        too_large = SourceError(
            f"the file has {file.size:,} bytes; the limit is {self._limit:,}",
            where=Where(uri=self._uri, row=row, name=file.name),
            hint="Raise source.files.maxBytes, or leave it out with source.files.exclude.",
        )
        if file.size > self._limit:
            raise too_large
        try:
            return self._reader.read(self._uri + file.name, limit=self._limit)
        except ObjectTooLargeError as error:  # it grew since the folder was listed
            raise too_large from error


def _known(encoding: str | None) -> str | None:
    if encoding is None:
        return None
    try:
        b"\0\0\0\0".decode(codecs.lookup(encoding).name)
    except (LookupError, UnicodeError, ValueError) as error:
        raise ManifestError(
            f"there is no encoding {encoding!r}",
            where=Where(key="source.files.encoding"),
            hint="For instance utf-8, windows-1252, iso-8859-15, utf-16.",
        ) from error
    return encoding
