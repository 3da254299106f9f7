"""A number from an answer of Prometheus' API, or why there is none: exactly one, finite, and of now.

The words end up in a batch's status, which whoever wrote the batch may read, and the query is theirs: so beyond the
number nothing of the answer is told, no label and no error text but what is wrong with the query itself.
"""

import math
import re
from typing import Final

import msgspec

from pdfbatch_operator.scaling import Problem, Reading

# An instant query is answered with the moment at which it was evaluated: is it another, a cache or a clock is wrong.
OLDEST: Final = 60.0
# What JSON may not have as a number, Prometheus writes as text, in Go's way (strconv.FormatFloat).
_NUMBER: Final = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?(?:[eE][+-]?[0-9]+)?|Inf|NaN)")
# A mistake in the query is told with where it stands: that is the query's own text.
_MISTAKE: Final = re.compile(r'invalid parameter "query": (.*)', re.DOTALL)
_LONGEST_MISTAKE: Final = 300

_Value = tuple[float, str]


class _Sample(msgspec.Struct, rename="camel"):
    value: _Value | None = None


class _Data(msgspec.Struct, rename="camel"):
    result_type: str = ""
    result: msgspec.Raw = msgspec.Raw(b"null")


class _Answer(msgspec.Struct, rename="camel"):
    status: str = ""
    data: _Data = msgspec.field(default_factory=_Data)
    error_type: str = ""
    error: str = ""


def number(code: int, body: bytes, now: float, asked: str) -> Reading | Problem:
    """What was answered.

    Args:
        code: of HTTP.
        now: Unix time.
        asked: for people, what was asked where: "Prometheus at http://…".
    """
    try:
        answer = msgspec.json.decode(body, type=_Answer)
    except msgspec.DecodeError:
        answer = None
    if answer is not None and answer.status == "error":
        return _error(answer, now, asked)
    if code != 200:
        return Problem("refused", f"{asked} answers {code}{_ADVICE.get(code, '')}", now)
    if answer is None or answer.status != "success":
        return Problem("invalid", f"{asked} answers with something else than Prometheus does: check the address", now)
    try:
        return _number(answer.data, now, asked)
    except msgspec.DecodeError:
        return Problem("invalid", f"{asked} answers with something else than Prometheus does", now)


_ADVICE: Final = {
    401: ": it wants a token, or another one (prometheus.token in the chart's values)",
    403: ": the operator may not ask it (prometheus.token in the chart's values)",
    404: ": there is no Prometheus at this address; does its path lack a prefix?",
    429: ": it is asked too often",
}


def _error(answer: _Answer, now: float, asked: str) -> Problem:
    match answer.error_type:
        case "timeout" | "canceled":
            return Problem("timeout", f"{asked} gave the query up before it was done: is it too expensive?", now)
        case "bad_data":
            mistake = _MISTAKE.fullmatch(answer.error)
            said = f": {mistake[1][:_LONGEST_MISTAKE]}" if mistake else ""
            return Problem("invalid", f"{asked} does not understand the query{said}", now)
        case "execution":
            return Problem("invalid", f"{asked} cannot carry the query out: try it there to see why", now)
        case _:
            return Problem("refused", f"{asked} has an error of its own: look at its log", now)


def _number(data: _Data, now: float, asked: str) -> Reading | Problem:
    match data.result_type:
        case "scalar":
            value = msgspec.json.decode(data.result, type=_Value)
        case "vector":
            samples = msgspec.json.decode(data.result, type=list[_Sample])
            if not samples:
                return Problem("empty", f"{asked} knows no series that the query asks for", now)
            if len(samples) > 1:
                return Problem(
                    "several", f"{asked} answers with several numbers: write a query that gives one, with sum(…)", now
                )
            if samples[0].value is None:
                return Problem("invalid", f"{asked} answers with a histogram, not with a number", now)
            value = samples[0].value
        case _:
            return Problem("invalid", f"{asked} answers with no instant vector and no number: check the query", now)
    at, text = value
    if not _NUMBER.fullmatch(text):
        return Problem("invalid", f"{asked} answers with something that is no number", now)
    amount = float(text)
    if not math.isfinite(amount):
        return Problem("invalid", f"{asked} answers {text}, which is no number to reckon with", now)
    if not abs(now - at) <= OLDEST:
        return Problem(
            "stale", f"{asked} answers for a moment {abs(now - at):.0f}s away: a cache, or a clock that is wrong", now
        )
    return Reading(amount, at)
