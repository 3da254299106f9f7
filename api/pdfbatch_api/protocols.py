"""The doors inside the renderer: what engines, sources, stores and templates are to the commands that compose them.

Sources and templates read through `Reader`; they never know which store is behind it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO, Literal, Protocol, TypeAlias

import msgspec

from pdfbatch_api.errors import StoreError
from pdfbatch_api.values import RowData


@dataclass(frozen=True, slots=True)
class ObjectInfo:
    """An object in a store.

    Attributes:
        name: relative to what was listed, with / between folders.
        size: in bytes.
        etag: the store's own mark of this content, if it has one.
    """

    name: str
    size: int
    etag: str | None = None


class Reader(Protocol):
    """Reads whole objects by URI, relative URIs from the manifest's folder. Safe to use from several threads."""

    def resolve(self, uri: str) -> str:
        """The absolute URI: file:///…, s3://…."""
        ...

    def read(self, uri: str, *, limit: int) -> bytes:
        """The object's bytes.

        Raises:
            ObjectMissingError, ObjectTooLargeError (over `limit` bytes), StoreError.
        """
        ...

    def stream(self, uri: str) -> BinaryIO:
        """The object as a readable binary file, never whole in memory; the caller closes it. Seekable when
        `seekable()` says so (files are; Parquet and XLSX need it).

        Raises:
            ObjectMissingError, StoreError.
        """
        ...

    def stat(self, uri: str) -> ObjectInfo:
        """What is known of the object without reading it.

        Raises:
            ObjectMissingError, StoreError.
        """
        ...

    def list(self, uri: str) -> Iterator[ObjectInfo]:
        """Every object below a folder or prefix, sorted by name; nothing if there are none.

        Raises:
            StoreError.
        """
        ...


class SourceRow(msgspec.Struct, frozen=True, gc=False):
    """A row as its source gives it. A Struct because millions are made: a frozen dataclass takes 2 µs more each.

    Attributes:
        number: its number in the source, from 1 (blank lines of a CSV do not count; the header is no row).
        data: column to value.
        plain: whether every value is a str, None, bool, float or 64-bit int (see values.encode_row).
        line: the line of the file it begins on, for text formats.
        document: a whole document (a file source) instead of `data`, with its media type.
    """

    number: int
    data: RowData
    plain: bool = False
    line: int | None = None
    document: bytes | None = None
    media_type: str | None = None


class RowSource(Protocol):
    """A source of rows."""

    @property
    def columns(self) -> tuple[str, ...] | None:
        """The columns every row has, when the format knows them before its rows (CSV, Parquet, XLSX)."""
        ...

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a person should know before the rows are rendered: that an encoding was guessed, say."""
        ...

    def rows(self) -> Iterator[SourceRow]:
        """All rows in order, streamed.

        Raises:
            SourceError: with the row and line, and what to do.
        """
        ...


@dataclass(frozen=True, slots=True)
class Asset:
    """A file that a page may load: its bytes and media type."""

    data: bytes
    media_type: str


@dataclass(frozen=True, slots=True)
class PageHtml:
    """What an engine prints.

    Attributes:
        html: the whole document.
        header, footer: HTML for the margins, or empty.
        assets: path (relative to the document's URL) to content, for what this row alone brings. What all rows
            share was given to the engine when it started.
    """

    html: str
    header: str = ""
    footer: str = ""
    assets: Mapping[str, Asset] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PageData:
    """What an engine prints that has a template language of its own: the row, for a template that the engine has.

    Attributes:
        data: JSON: the row's columns under `row`, and what belongs to it.
        entry: the template's file.
        assets: as in PageHtml.
    """

    data: bytes
    entry: str
    assets: Mapping[str, Asset] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PageFile:
    """What is no page of ours: a PDF that is there already, or an office file.

    Attributes:
        media_type: see file_kinds.
    """

    data: bytes
    media_type: str
    assets: Mapping[str, Asset] = field(default_factory=dict)


Page: TypeAlias = PageHtml | PageData | PageFile


@dataclass(frozen=True, slots=True)
class Printed:
    """What an engine made of a page.

    Attributes:
        pdf: the file. The same page gives the same bytes, but for the dates that are fixed afterwards.
        warnings: what a person should know.
        tries: how often it was tried.
    """

    pdf: bytes
    warnings: tuple[str, ...] = ()
    tries: int = 1


class Engine(Protocol):
    """A page to a PDF. One document at a time; the caller runs one engine a worker."""

    @property
    def version(self) -> str:
        """Name and version of what prints: `chromium 156.0.8078.79`."""
        ...

    @property
    def fonts(self) -> str:
        """A digest of the fonts that it can use beside the template's own. Known once it is started."""
        ...

    @property
    def restarts(self) -> Mapping[str, int]:
        """How often the engine was replaced, by reason."""
        ...

    async def start(self) -> None:
        """Ready to print when it returns.

        Raises:
            EngineMissingError, EngineError.
        """
        ...

    async def render(self, page: Page) -> Printed:
        """The PDF of a page. Replaces a dead or hanging engine and tries again as often as it was told to.

        Raises:
            DocumentError: this document cannot be printed.
            EngineError: the engine cannot be started any more.
        """
        ...

    async def close(self) -> None:
        """Ends the engine and everything it started."""
        ...


class RowTemplate(Protocol):
    """A compiled template."""

    def render(self, row: RowData, *, number: int, entry: str | None, context: Mapping[str, Any]) -> Page:
        """The page of a row.

        Raises:
            DocumentError: with the template's file and line, the column, and a hint.
        """
        ...


@dataclass(frozen=True, slots=True)
class Stored:
    """What stands under a name after a write.

    Attributes:
        kept: an object of another content was there and `existing: Keep` left it; `size` is that object's.
        adopted: the bytes of another attempt that were there first and stay, where they are not the ones given;
            `size` is theirs.
    """

    name: str
    size: int
    etag: str | None = None
    kept: bool = False
    adopted: bytes | None = field(default=None, repr=False)


Existing: TypeAlias = Literal["Overwrite", "Keep", "Refuse", "Adopt"]


class OutputWriter(Protocol):
    """Writes documents, many at a time: staged first, then made durable and visible together.

    A reader of the store sees all of an object or none. Not safe to use from several tasks at once.
    """

    async def stage(self, name: str, data: bytes) -> None:
        """Takes a document in. May already begin to write it; waits when too much is under way.

        Raises:
            StoreError: the store is failing; nothing staged since the last commit may be relied upon.
        """
        ...

    async def commit(self) -> dict[str, Stored | StoreError]:
        """Makes everything staged durable and visible, and says of each name how it went.

        With `existing: Refuse` a name that holds other content gives a PreconditionError; the same content counts
        as written (an earlier attempt of this batch wrote it and died before it said so).

        Raises:
            StoreError: the store as a whole is failing (full, gone, no permission) after all retries.
        """
        ...

    async def close(self) -> None:
        """Drops what was not committed, with its traces."""
        ...


class Store(Protocol):
    """Whole-object reads and writes below one URI. Safe to use from several threads. Names use /."""

    @property
    def uri(self) -> str:
        """The absolute URI of the folder or prefix, ending in /."""
        ...

    def get(self, name: str, *, limit: int | None = None) -> bytes:
        """An object's bytes.

        Raises:
            ObjectMissingError, ObjectTooLargeError, StoreError.
        """
        ...

    def stream(self, name: str) -> BinaryIO:
        """An object as a readable binary file, never whole in memory; the caller closes it."""
        ...

    def stat(self, name: str) -> ObjectInfo:
        """What is known of an object without reading it.

        Raises:
            ObjectMissingError, StoreError.
        """
        ...

    def list(self, prefix: str = "") -> Iterator[ObjectInfo]:
        """Every object whose name begins with `prefix` (a folder ending in /, or empty), sorted by name."""
        ...

    def put(self, name: str, data: bytes, *, create_only: bool = False) -> Stored:
        """Writes an object; durable when it returns.

        Raises:
            PreconditionError: `create_only`, and the object exists.
            StoreError.
        """
        ...

    def put_file(self, name: str, path: str) -> Stored:
        """Writes an object from a local file of any size; durable when it returns."""
        ...

    def delete(self, name: str) -> None:
        """Removes an object; none there is no error."""
        ...

    def delete_prefix(self, prefix: str) -> None:
        """Removes every object whose name begins with `prefix` (a folder ending in /)."""
        ...

    def probe(self, *, first_stays: bool = False) -> None:
        """Writes, reads and deletes a small object, so that a batch finds out before it begins.

        Args:
            first_stays: also whether the store can do what a writer with a `mark` needs.

        Raises:
            StoreRefusedError: with what to do (no such bucket, no permission …).
            StoreError.
        """
        ...

    def writer(self, *, existing: Existing, attempt: str, mark: str | None = None) -> OutputWriter:
        """A writer of documents.

        Args:
            existing: as output.existing; or Adopt, where nobody but attempts of this batch writes under these names:
                what is there is left, and adopted.
            attempt: a name that no other writer uses at the same time.
            mark: whose documents these are, the same for all attempts and no other plan's: of several attempts at a
                document the first that is stored stays, and the others adopt it. For bytes that differ from attempt
                to attempt; `existing` is then of what other batches left. None: attempts write the same bytes, and
                it does not matter whose stays.
        """
        ...
