"""CSS with its imports, fonts and pictures put in."""

import re
from typing import Final

from pdfbatch_api.errors import TemplateError, Where
from pdfbatch_renderer.templates.preparation.jinja_marks import MARK, REPLACEMENT
from pdfbatch_renderer.templates.preparation.references import References

# CSS Syntax 3, 4.3: comments, strings, url tokens; nothing else of CSS matters here.
_TOKEN: Final = re.compile(
    r"(?P<comment>/\*.*?(?:\*/|\Z))"
    r"|(?P<import>@import\s+(?:url\(\s*)?(?P<ipath>\"[^\"\n]*\"|'[^'\n]*'|[^\s\"'();]+)\s*\)?(?P<media>[^;{}]*);)"
    r"|(?P<url>\burl\(\s*(?P<path>\"[^\"\n]*\"|'[^'\n]*'|[^\s\"'()]*)\s*\))"
    r"|(?P<string>\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*')",
    re.DOTALL | re.IGNORECASE,
)

# An import into a layer, or under a condition, is more than a media query (CSS Cascade 5, 2): left to the browser.
_CONDITION: Final = re.compile(r"\b(?:layer|supports)\b", re.IGNORECASE)
_ESCAPED_LINE_END: Final = re.compile(r"\\\n")


def prepared_css(
    css: str,
    *,
    references: References,
    file: str,
    first_line: int = 1,
    raw: bool = False,
    importing: tuple[str, ...] = (),
) -> str:
    """`css` with what it refers to put in; of the same number of lines.

    Args:
        css: with its Jinja2 masked, if it is a part of a template.
        file, first_line: where it stands, for errors and relative paths.
        raw: whether what is imported is marked as raw for Jinja2, which takes {# of @media{#id{}} for a comment.
        importing: the style sheets that lead here.

    Raises:
        TemplateError: a file is missing, or style sheets import each other in a circle.
    """

    def put_in(found: re.Match[str]) -> str:
        line = first_line + css.count("\n", 0, found.start())
        if found["import"]:
            return _imported(found, references, file, line, raw, importing)
        if found["url"] is None:
            return found[0]
        reference = found["path"].strip("\"'")
        path = references.find(reference, file=file, line=line)
        if path is None:
            return found[0]
        _, mark, fragment = reference.partition("#")
        return f'url("{references.address(path)}{mark}{fragment}")' + "\n" * found[0].count("\n")

    return _TOKEN.sub(put_in, css)


def _imported(
    found: re.Match[str], references: References, file: str, line: int, raw: bool, importing: tuple[str, ...]
) -> str:
    media = found["media"].strip()
    if _CONDITION.search(media) or MARK in media:
        return found[0]
    path = references.find(found["ipath"].strip("\"'"), file=file, line=line)
    if path is None:
        return found[0]
    text = sheet(path, references=references, file=file, line=line, importing=importing)
    if media:
        text = f"@media {media}{{{text}}}"
    return (as_raw(text) if raw else text) + "\n" * found[0].count("\n")


def sheet(path: str, *, references: References, file: str, line: int, importing: tuple[str, ...] = ()) -> str:
    """A style sheet of the template's folder, on one line, with what it refers to put in.

    Raises:
        TemplateError: see prepared_css; or it is not UTF-8.
    """
    if path in importing:
        raise TemplateError(
            f"style sheets import each other in a circle: {' → '.join((*importing, path))}",
            where=Where(uri=file, line=line),
            hint="Take one of the @import out.",
        )
    try:
        css = references.files[path].decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise TemplateError(
            "the style sheet is not UTF-8",
            where=Where(uri=path, line=references.files[path].count(b"\n", 0, error.start) + 1),
            hint="Save it as UTF-8.",
        ) from error
    css = re.sub(r"\A@charset [^;]*;", "", css.replace("\r\n", "\n").replace("\f", "\n").replace("\r", "\n"))
    css = css.replace(MARK, REPLACEMENT)
    css = prepared_css(css, references=references, file=path, importing=(*importing, path))
    # Within <style>, </style ends it wherever it stands (HTML, 13.2.5.14).
    return re.sub(r"</(?=style)", r"<\\/", _on_one_line(css), flags=re.IGNORECASE)


def _on_one_line(css: str) -> str:
    """Without line ends and comments: the lines of the template that takes it in stay where they are."""
    without = _TOKEN.sub(lambda found: " " if found["comment"] else found[0], css)
    return _ESCAPED_LINE_END.sub("", without).replace("\n", " ").strip()


def as_raw(text: str) -> str:
    """A text that Jinja2 takes as it is."""
    return f"{{% raw %}}{text}{{% endraw %}}"
