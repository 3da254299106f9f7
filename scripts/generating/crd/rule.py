"""One check in the API server's language (CEL), with words for the person who wrote what it refuses."""

from typing import Any, NamedTuple

from pdfbatch_api.manifest.patterns import PATTERNS


class Rule(NamedTuple):
    """One check.

    Attributes:
        rule: CEL; `self` is the value at the rule's place.
        message: what is wrong and what to do.
        field: where the API server shows it, below the rule's place: ".template".
        expression: CEL that makes the message, where it is to tell what was written; `message` is for when it fails.
    """

    rule: str
    message: str
    field: str = ""
    expression: str = ""

    def written(self) -> dict[str, Any]:
        """As it stands in the definition."""
        made = {"rule": self.rule, "message": self.message}
        if self.expression:
            made["messageExpression"] = self.expression
        if self.field:
            made["fieldPath"] = self.field
        return made


def pattern_rule(pattern: str) -> Rule:
    """A regular expression, told in words: the API server would show the expression itself."""
    return Rule(f"self.matches({quoted(pattern)})", f"this is not {PATTERNS[pattern]}")


def quoted(text: str) -> str:
    """A CEL string: its escapes are those of JSON's kind."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def one_of(*names: str) -> Rule:
    """Exactly one of these fields, none of which has a default."""
    among = ", ".join(names)
    given = ", ".join(f"has(self.{name})" for name in names)
    # Added up: join() is beyond the cost that the API server allows a message.
    said = " + ".join(f"(has(self.{name}) ? ' {name}' : '')" for name in names)
    return Rule(
        f"[{given}].filter(given, given).size() == 1",
        f"give exactly one of {among}",
        expression=f"'give exactly one of {among}; this gives' + "
        f"([{given}].exists(given, given) ? {said} : ' none of them')",
    )
