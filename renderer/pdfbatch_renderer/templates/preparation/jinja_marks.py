"""Where the Jinja2 is in a template's source, so that HTML and CSS can be read around it."""

import re
from bisect import bisect_right
from typing import Final

# One of Unicode's noncharacters (23.7: not for interchange) for each character of Jinja2: every position stays.
MARK: Final = "\ufdd0"

REPLACEMENT: Final = "\ufffd"

_TEXT: Final = r"\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'"
_JINJA: Final = re.compile(
    r"\{#.*?#\}"
    rf"|\{{%-?\s*(?P<word>\w*)(?:{_TEXT}|[^\"'])*?%\}}"
    rf"|\{{\{{(?:{_TEXT}|[^\"'])*?\}}\}}",
    re.DOTALL,
)
_KEEP_LINES: Final = re.compile(r"[^\n]")

_OPENS: Final = frozenset({"for", "macro", "call"})
_CLOSES: Final = frozenset({"endfor", "endmacro", "endcall"})


class MaskedSource:
    """A source with its Jinja2 masked.

    Attributes:
        text: of the same length and lines, each character of Jinja2 (but line ends) replaced by MARK.
    """

    def __init__(self, source: str) -> None:
        source = source.replace(MARK, REPLACEMENT)
        self._edges: list[int] = []
        self._depths: list[int] = []
        depth = 0
        for found in _JINJA.finditer(source):
            word = found["word"]
            if word in _OPENS or word in _CLOSES:
                depth = max(depth + (1 if word in _OPENS else -1), 0)
                self._edges.append(found.end())
                self._depths.append(depth)
        self.text = _JINJA.sub(lambda found: _KEEP_LINES.sub(MARK, found[0]), source)

    def repeated(self, position: int) -> bool:
        """Whether a place lies in a loop or a macro: what is put there may be printed many times."""
        index = bisect_right(self._edges, position) - 1
        return index >= 0 and self._depths[index] > 0
