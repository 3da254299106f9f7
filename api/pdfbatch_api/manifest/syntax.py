"""Manifest text to a tree of YAML nodes, and YAML's own complaints in words that help."""

import re
from typing import Final

import yaml

from pdfbatch_api.errors import ManifestError, Where

# etcd takes objects of 1.5 MiB; on a laptop a longer one is more likely a table than a manifest.
_MOST_CHARACTERS: Final = 4_000_000
# The resource is nine levels deep; affinity and items may bring some of their own. The parser recurses, and Python's
# stack ends at a thousand.
_DEEPEST: Final = 100

_Loader: Final[type[yaml.SafeLoader]] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
# YAML 1.1, 5.1: the characters that may not stand in a stream, not even in quotes.
_UNPRINTABLE: Final = re.compile("[^\t\n\r -~\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_QUOTE_JINJA: Final = 'A value that begins with {{ needs quotes around it: "{{ number }}.pdf".'


def read_document(text: str, uri: str) -> yaml.Node | None:
    """The root node of the one document in `text`; None where it is empty.

    Raises:
        ManifestError: it is not YAML, or more than one document; with line and character.
    """
    text = text.removeprefix("\ufeff")
    if len(text) > _MOST_CHARACTERS:
        raise ManifestError(
            f"the manifest has {len(text):,} characters, and {_MOST_CHARACTERS:,} are the limit",
            where=Where(uri=uri),
            hint="Put the rows into a file and name it in spec.source.rows.uri.",
        )
    _refuse_unprintable(text, uri)
    try:
        _refuse_deep(text, uri)
        loader = _Loader(text)
        roots: list[yaml.Node] = []
        while loader.check_node():
            root = loader.get_node()
            if root is not None and not (isinstance(root, yaml.ScalarNode) and root.value in ("", "null", "~")):
                roots.append(root)
    except yaml.MarkedYAMLError as error:
        raise _in_words(error, text, uri) from error
    if len(roots) > 1:
        raise ManifestError(
            "a second document begins here, and a manifest is one",
            where=Where(uri=uri, line=line_of(roots[1])),
            hint="Give each batch a file of its own.",
        )
    return roots[0] if roots else None


def line_of(node: yaml.Node | yaml.Event) -> int:
    """The line a node or an event begins on, from 1."""
    mark = node.start_mark
    return 1 if mark is None else mark.line + 1


def _refuse_unprintable(text: str, uri: str) -> None:
    # Found here, because libyaml and PyYAML count the position in different units.
    found = _UNPRINTABLE.search(text)
    if found is None:
        return
    position = found.start()
    before = text[:position]
    raise ManifestError(
        f"character {position - before.rfind(chr(10))}: U+{ord(found[0]):04X} may not stand in YAML",
        where=Where(uri=uri, line=before.count("\n") + 1),
        hint="Remove it; an editor that shows invisible characters finds it.",
    )


def _refuse_deep(text: str, uri: str) -> None:
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > _DEEPEST:
                raise ManifestError(
                    f"more than {_DEEPEST} levels inside each other",
                    where=Where(uri=uri, line=line_of(event)),
                    hint="Look for a bracket that is never closed.",
                )
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


def _in_words(error: yaml.MarkedYAMLError, text: str, uri: str) -> ManifestError:
    mark = error.problem_mark or error.context_mark
    line, character = (mark.line + 1, mark.column + 1) if mark is not None else (1, 1)
    opened = error.context_mark.line + 1 if error.context_mark is not None else line
    lines = text.split("\n")
    shown = lines[line - 1] if line <= len(lines) else ""
    problem = error.problem or "it cannot be read"
    if re.match(r" *\t", shown):
        what, hint = "a tab, where YAML takes spaces only", "Indent with spaces."
    elif re.search(r"(?:[:\-,]\s+|\[\s*)\{\{", shown):
        what, hint = "the value begins with a brace, which is YAML's own", _QUOTE_JINJA
    elif match := re.search(r"(?:[:\-]\s+)([*&!%@`|>])", shown):
        what = f"the value begins with {match[1]}, which is YAML's own"
        hint = 'Put the value in quotes: "…".'
        if "undefined alias" in problem:
            hint = f"{hint[:-1]}; or define the anchor that it names above this line."
    elif "mapping values" in problem:
        what = "a colon that no key stands before"
        hint = (
            "Put a text with a colon in it in quotes; or the line above lacks its colon; "
            "or this line is indented too far."
        )
    elif "unexpected end of stream" in problem:
        line, what, hint = opened, "a quote is opened here and never closed", "Close it."
    elif "unknown escape" in problem:
        what = r"a backslash in double quotes begins an escape, and this is none"
        hint = "Use single quotes, or write the backslash twice."
    elif "could not find expected ':'" in problem:
        line, what = opened, "a line that is neither a key with a colon nor part of the value above"
        hint = "Add the colon, or indent the line as the value that it belongs to."
    elif "flow" in (error.context or ""):
        what = f"a bracket was opened in line {opened}, and this stands where a comma or its end should"
        hint = "Close the bracket, or put the comma."
    elif "expected" in problem:
        what = f"this line does not fit what began in line {opened}"
        hint = "Lines of one block begin at the same column; or a quote or bracket above is not closed."
    else:
        what, hint = problem, "Look at this line and the one above."
    return ManifestError(
        f"character {character}: {what}" if mark is not None and line == mark.line + 1 else what,
        where=Where(uri=uri, line=line),
        hint=hint,
    )
