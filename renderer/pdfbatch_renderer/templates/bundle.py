"""The template's files, read once and whole: what a batch is rendered from is what its plan saw."""

import enum
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final
from urllib.parse import quote, unquote

from pdfbatch_api.errors import NotInThisVersionError, ObjectMissingError, TemplateError, Where
from pdfbatch_api.protocols import ObjectInfo, Reader
from pdfbatch_api.resource import TemplateSpec
from pdfbatch_renderer.templates.suggestions import did_you_mean

# A template with its fonts and pictures is some dozen files and a few MiB; more is a wrong folder (a home, a
# node_modules), which every renderer would have to hold in memory.
MOST_FILES: Final = 2_000
MOST_BYTES: Final = 256 * 2**20

TEMPLATE_SUFFIXES: Final = (".html", ".htm", ".j2", ".jinja", ".jinja2")


class Language(enum.Enum):
    """What templates are written in: the word for it, and how files are named.

    Attributes:
        inline_name: of a template that stands in the manifest.
        suffixes: of template files.
        page_suffixes: of those that can be an entry.
    """

    HTML = ("HTML", "template.html", TEMPLATE_SUFFIXES, (".html", ".htm", ".html.j2", ".html.jinja", ".html.jinja2"))
    TYPST = ("Typst", "template.typ", (".typ",), (".typ",))

    def __init__(self, word: str, inline_name: str, suffixes: tuple[str, ...], page_suffixes: tuple[str, ...]) -> None:
        self.word = word
        self.inline_name = inline_name
        self.suffixes = suffixes
        self.page_suffixes = page_suffixes


@dataclass(frozen=True, slots=True)
class Bundle:
    """A template with everything beside it.

    Attributes:
        files: path below the template's folder, with /, to content.
        entry: the file that is rendered; None where a column names it.
        digest: sha256 over the sorted paths and contents, hex.
    """

    files: Mapping[str, bytes]
    entry: str | None
    digest: str


def bundle_digest(files: Mapping[str, bytes]) -> str:
    """sha256, hex, of the sorted paths and contents, each with its length before it so that none runs into the next."""
    digest = hashlib.sha256()
    for path in sorted(files):
        name = path.encode()
        digest.update(b"%d:%b%d:" % (len(name), name, len(files[path])))
        digest.update(files[path])
    return digest.hexdigest()


def load_bundle(
    spec: TemplateSpec,
    reader: Reader,
    *,
    config_map_files: Mapping[str, bytes] | None = None,
    language: Language = Language.HTML,
) -> Bundle:
    """The files of a template.

    Args:
        spec: `uri` is a template file (then only it) or a folder (everything below it, but for what begins with a
            dot: .git, .DS_Store, an editor's swap file).
        config_map_files: the ConfigMap's keys and contents, in a cluster, where it is mounted.

    Raises:
        TemplateError: nothing is there, too much is there, or there is no telling which file is the entry.
        NotInThisVersionError: a ConfigMap, and no cluster to read it from.
        StoreError.
    """
    files = _files(spec, reader, config_map_files, language)
    entry = _entry(spec, files, language)
    return Bundle(files=files, entry=entry, digest=bundle_digest(files))


def _files(
    spec: TemplateSpec, reader: Reader, config_map_files: Mapping[str, bytes] | None, language: Language
) -> dict[str, bytes]:
    if spec.inline is not None:
        return {language.inline_name: spec.inline.encode()}
    if spec.config_map is not None:
        if config_map_files is None:
            raise NotInThisVersionError(
                "a template in a ConfigMap needs a cluster",
                where=Where(key="spec.template.configMap"),
                hint="On one machine use spec.template.uri or spec.template.inline.",
            )
        if not config_map_files:
            raise TemplateError(
                f"the ConfigMap {spec.config_map.name!r} is empty",
                where=Where(key="spec.template.configMap"),
                hint="Make a key of each of the template's files: kubectl create configmap NAME --from-file=FOLDER.",
            )
        return dict(config_map_files)
    assert spec.uri is not None
    if not spec.uri.endswith("/") and spec.uri.lower().endswith(language.suffixes):
        return _single(spec.uri, reader)
    return _folder(spec.uri, reader, language)


def _single(uri: str, reader: Reader) -> dict[str, bytes]:
    try:
        data = reader.read(uri, limit=MOST_BYTES)
    except ObjectMissingError as error:
        raise TemplateError(
            "there is no such template file",
            where=Where(uri=reader.resolve(uri), key="spec.template.uri"),
            hint="A relative path begins at the manifest's folder.",
        ) from error
    name = PurePosixPath(uri).name
    return {unquote(name) if uri.startswith("file:") else name: data}


def _folder(uri: str, reader: Reader, language: Language) -> dict[str, bytes]:
    where = Where(uri=reader.resolve(uri), key="spec.template.uri")
    infos: list[ObjectInfo] = []
    total = 0
    for info in reader.list(uri):
        if any(part.startswith(".") for part in info.name.split("/")) or info.name.endswith("/"):
            continue
        infos.append(info)
        total += info.size
        if len(infos) > MOST_FILES or total > MOST_BYTES:
            raise TemplateError(
                f"the template's folder holds more than {MOST_FILES:,} files or {MOST_BYTES // 2**20} MiB",
                where=where,
                hint="Name the folder that holds the template and its assets, and nothing else.",
            )
    if not infos:
        raise TemplateError(
            "there is no template: no such folder, or nothing in it",
            where=where,
            hint=f"Name a folder, or a file that ends in {language.suffixes[0]}. A relative path begins at the "
            "manifest's folder.",
        )
    # The folder may change while it is read: the whole is bounded again by what really came.
    prefix = uri if uri.endswith("/") else f"{uri}/"
    escape = uri.startswith("file:")  # a path, or an object's key, is taken as it is
    files: dict[str, bytes] = {}
    left = MOST_BYTES
    for info in infos:
        name = quote(info.name) if escape else info.name
        files[info.name] = reader.read(f"{prefix}{name}", limit=max(left, 1))
        left -= len(files[info.name])
    return files


def _entry(spec: TemplateSpec, files: Mapping[str, bytes], language: Language) -> str | None:
    if spec.entry_column is not None:
        return None
    if spec.entry is not None:
        if spec.entry not in files:
            raise TemplateError(
                f"there is no file {spec.entry!r} in the template's folder",
                where=Where(uri=spec.uri, key="spec.template.entry"),
                hint=did_you_mean(spec.entry, files, listed="There are"),
            )
        return spec.entry
    pages = sorted(path for path in files if "/" not in path and path.lower().endswith(language.page_suffixes))
    if len(pages) == 1:
        return pages[0]
    if len(files) == 1:
        return next(iter(files))
    raise TemplateError(
        f"the template's folder has {len(pages)} {language.word} files at its top"
        if pages
        else f"the folder has no {language.word} file",
        where=Where(uri=spec.uri, key="spec.template.entry"),
        hint=f"Say which one is rendered: entry: {pages[0]} (there are {', '.join(pages[:20])})."
        if pages
        else did_you_mean("", files, listed="It has"),
    )
