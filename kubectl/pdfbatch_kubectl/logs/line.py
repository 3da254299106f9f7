"""A line of a pod's log: as the kubelet hands it out, and as people read it.

Renderers write a JSON object a line (renderer/pdfbatch_renderer/cli/pod_log.py); engines do not, nor does a Python that
dies.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any, Final

import msgspec
from rich.text import Text

from pdfbatch_kubectl.screen import BAD, FAINT, ODD

# What every line of a pod has, and its beginning says already.
_SAID: Final = frozenset(
    {"time", "level", "event", "message", "hint", "traceback", "batch", "namespace", "uid", "attempt", "shard"}
)
_STYLES: Final = {"warning": ODD, "error": BAD, "critical": BAD}
_WORK: Final = ("cyan", "magenta", "blue", "green", "yellow", "bright_cyan", "bright_magenta", "bright_blue")


@dataclass(frozen=True, slots=True)
class Line:
    """A line.

    Attributes:
        at: when the container wrote it, as the kubelet has it.
        work: what its pod does: shard 17, plan, finish.
        pod: its name.
        text: as it was written.
        fields: what it holds, if it is a JSON object; empty if not.
    """

    at: dt.datetime
    work: str
    pod: str
    text: str
    fields: dict[str, Any]


def read_line(data: bytes, *, work: str, pod: str) -> Line:
    """A line of a log that was asked for with `timestamps=true`."""
    whole = data.decode(errors="replace")
    stamp, _, text = whole.partition(" ")
    try:
        at = dt.datetime.fromisoformat(_to_microseconds(stamp))
    except ValueError:  # the kubelet's own word, such as that it cannot find the log
        at, text = dt.datetime.now(dt.UTC), whole
    fields = _fields(text)
    if "retry" in fields and isinstance(fields.get("shard"), int):
        work = f"shard {fields['shard']}"  # which its pod alone does not tell
    return Line(at, work, pod, text, fields)


def _to_microseconds(stamp: str) -> str:
    """RFC 3339 with nanoseconds, as Python takes it."""
    head, point, rest = stamp.partition(".")
    if not point:
        return stamp
    digits = rest.rstrip("Z")
    zone = "Z" if rest.endswith("Z") else ""
    for sign in "+-":
        if sign in digits:
            digits, _, offset = digits.partition(sign)
            zone = sign + offset
    return f"{head}.{digits[:6].ljust(6, '0')}{zone}"


def _fields(text: str) -> dict[str, Any]:
    if not text.startswith("{"):
        return {}
    try:
        found = msgspec.json.decode(text)
    except msgspec.DecodeError:
        return {}
    return found if isinstance(found, dict) else {}


def as_text(line: Line, zone: dt.tzinfo | None) -> Text:
    """The line for people.

    Args:
        zone: the time zone of its time; None: this machine's.
    """
    shown = Text(f"{line.at.astimezone(zone):%H:%M:%S} ", style=FAINT)
    number = sum(line.work.encode())
    shown.append(f"{line.work:<9} ", style=_WORK[number % len(_WORK)])
    if not line.fields:
        return shown.append(line.text, style="default")
    level = str(line.fields.get("level", "info"))
    style = _STYLES.get(level, "default")
    event = str(line.fields.get("event", ""))
    if level in _STYLES and level not in event:
        shown.append(f"{level}: ", style=style)
    shown.append(event, style=style)
    message = ". ".join(str(line.fields[key]) for key in ("message", "hint") if line.fields.get(key))
    if message:
        shown.append(f": {message}", style=style)
    for key, value in line.fields.items():
        if key not in _SAID and value not in ("", None):
            shown.append(f" {key}=", style=FAINT).append(str(value), style="default")
    if line.fields.get("traceback"):
        shown.append("\n" + str(line.fields["traceback"]).rstrip(), style=FAINT)
    return shown


def as_json(line: Line) -> str:
    """The line for programs: what it holds, with its pod; text that is no JSON as `message`."""
    fields = line.fields or {"time": line.at.isoformat(), "message": line.text}
    return msgspec.json.encode({"pod": line.pod, "work": line.work, **fields}).decode()
