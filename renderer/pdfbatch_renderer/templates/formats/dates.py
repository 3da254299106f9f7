"""Dates and times in a locale, as babel.dates gives them; a template's time zone, and never the machine's."""

import datetime as dt
from typing import Any

from pdfbatch_renderer.templates.refusals import RefusedError, kind_of, shown


def moment_of(value: Any, zone: dt.tzinfo, what: str) -> dt.date | dt.datetime | dt.time | None:
    """A date, datetime or time; None for null and for empty text, which are printed as nothing.

    Args:
        value: one of these, or text in ISO 8601 ("2026-11-30", "2026-11-30T14:00:00Z").
        zone: a datetime that says its offset is turned into this zone; one that does not is taken as it stands.
        what: the filter that asks, for the error.

    Raises:
        RefusedError: it is nothing of the kind.
    """
    if value is None:
        return None
    if isinstance(value, str):
        text = value.strip()
        if not text:
            return None
        value = _parsed(text, what)
    if isinstance(value, dt.datetime):
        return value.astimezone(zone) if value.tzinfo is not None else value
    if isinstance(value, dt.date | dt.time):
        return value
    # A name that is not there says so itself; it has no business in an error of ours.
    str(value)
    raise RefusedError(f"{what} needs a date or time, and this is a {kind_of(value)}: {shown(value)}")


def _parsed(text: str, what: str) -> dt.date | dt.datetime | dt.time:
    for parse in (dt.date.fromisoformat, dt.datetime.fromisoformat, dt.time.fromisoformat):
        try:
            return parse(text)
        except ValueError:
            continue
    raise RefusedError(
        f"{what} needs a date, and {shown(text)} is none",
        hint="Dates in a text are 2026-11-30 or 2026-11-30T14:00:00Z.",
    )
