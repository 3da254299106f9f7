"""What is waited for before a page with scripts is printed: each condition as JavaScript, and how it is told of when it
is not met in time.
"""

import json
from dataclasses import dataclass
from typing import Final

from pdfbatch_api.resource import ChromiumWait
from pdfbatch_api.resource.quantities import seconds

_KEY: Final = "spec.engine.chromium.wait"
# Scripts change a page at any time and tell nobody: it is looked at as often as a screen is drawn.
_LOOK: Final = """(async () => {
  while (!(%s)) await new Promise(look => setTimeout(look, 16));
})()"""


@dataclass(frozen=True, slots=True)
class Condition:
    """Something that must hold.

    Attributes:
        key: where the manifest asks for it.
        unmet: what to say when the time is over before it holds.
        expression: JavaScript that is awaited; it fails where the condition makes no sense.
    """

    key: str
    unmet: str
    expression: str


LOADING: Final = "it was not loaded: look for a script that never ends, or a file that is too large"
PRINTING: Final = "it was loaded, and the time was over before it was printed"
REQUESTS: Final = "files that its scripts asked for were not there yet"


def conditions(wait: ChromiumWait) -> tuple[Condition, ...]:
    """The conditions in the order in which they are awaited, after the page's load."""
    asked = []
    if wait.signal:
        asked.append(
            Condition(f"{_KEY}.signal", "no script of the page called window.pdfbatch.ready()", "pdfbatch.called")
        )
    if wait.selector is not None:
        look = _LOOK % f"document.querySelector({json.dumps(wait.selector)})"
        asked.append(Condition(f"{_KEY}.selector", f"no element matched {wait.selector!r}", look))
    if wait.expression is not None:
        look = _LOOK % f"await (\n{wait.expression}\n)"
        asked.append(Condition(f"{_KEY}.expression", f"this was never true: {wait.expression}", look))
    if wait.fonts:
        asked.append(
            Condition(f"{_KEY}.fonts", "its fonts were not loaded (document.fonts.ready)", "document.fonts.ready")
        )
    return tuple(asked)


def delay(wait: ChromiumWait) -> float:
    """Seconds that pass after all conditions are met."""
    return seconds(wait.delay)
