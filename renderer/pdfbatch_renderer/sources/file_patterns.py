"""Which files a manifest takes: patterns as in .gitignore."""

from collections.abc import Callable, Sequence

import pathspec

from pdfbatch_api.errors import ManifestError, Where

# Work folders hold templates and rows, and lie beside outputs that somebody may render again.
_NEVER = (".pdfbatch/",)


def file_patterns(include: Sequence[str], exclude: Sequence[str]) -> Callable[[str], bool]:
    """Whether a path below the folder, with / between folders, is taken.

    As git does: a pattern without / matches at any depth, one with / from the folder on, `**` any folders, a
    folder's pattern all within it. Unlike git, capitals do not count: cameras write .JPG.

    Raises:
        ManifestError: a pattern cannot be read.
    """
    wanted = _patterns(include, "include")
    unwanted = _patterns([*exclude, *_NEVER], "exclude")

    def takes(path: str) -> bool:
        folded = path.lower()
        return wanted.match_file(folded) and not unwanted.match_file(folded)

    return takes


def _patterns(patterns: Sequence[str], key: str) -> pathspec.GitIgnoreSpec:
    try:
        return pathspec.GitIgnoreSpec.from_lines(pattern.lower() for pattern in patterns)
    except ValueError as error:
        raise ManifestError(
            f"a pattern cannot be read: {error}",
            where=Where(key=f"source.files.{key}"),
            hint="Patterns are those of .gitignore: *.html, letters/**, photos/2026-??/*.jpg.",
        ) from error
