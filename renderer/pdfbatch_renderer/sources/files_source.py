"""Files under a folder or prefix: each is a whole document."""

from collections.abc import Iterator, Mapping
from typing import Final

from pdfbatch_api.errors import ObjectTooLargeError, SourceError, Where
from pdfbatch_api.protocols import ObjectInfo, Reader, SourceRow
from pdfbatch_api.resource import FilesSource
from pdfbatch_api.resource.quantities import size_bytes
from pdfbatch_renderer.sources.file_patterns import file_patterns

_MEDIA_TYPES: Final[Mapping[str, str]] = {
    "html": "text/html",
    "htm": "text/html",
    "md": "text/markdown",
    "markdown": "text/markdown",
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "webp": "image/webp",
    "gif": "image/gif",
    "svg": "image/svg+xml",
}
_COLUMNS: Final = ("path", "stem", "folder", "extension", "size")


class FilesOfFolder:
    """The files that the manifest's patterns take, sorted by name.

    Args:
        spec: the manifest's source.files.
        reader: where they are read from.

    Raises:
        ManifestError: a pattern cannot be read.
    """

    warnings: tuple[str, ...] = ()

    def __init__(self, spec: FilesSource, reader: Reader) -> None:
        self._uri = spec.uri if spec.uri.endswith("/") else spec.uri + "/"
        self._reader = reader
        self._limit = size_bytes(spec.max_bytes)
        self._takes = file_patterns(spec.include, spec.exclude)

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
            media_type = _MEDIA_TYPES.get(extension.lower())
            if media_type is None:
                raise SourceError(
                    "this kind of file cannot be printed",
                    where=Where(uri=self._uri, row=number, name=file.name),
                    hint=f"Leave it out with source.files.exclude; these can be: {', '.join(_MEDIA_TYPES)}.",
                )
            yield SourceRow(
                number,
                {"path": file.name, "stem": stem, "folder": folder, "extension": extension, "size": file.size},
                plain=True,
                document=self._content(file, number),
                media_type=media_type,
            )
        if number == 0:
            raise SourceError(
                "no file here is taken by source.files.include",
                where=Where(uri=self._uri),
                hint="Is it the right folder? Patterns without / match at any depth, as in .gitignore.",
            )

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
