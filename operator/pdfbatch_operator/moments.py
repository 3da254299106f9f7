"""Moments and durations as the status writes them: RFC 3339 in UTC to the second; 45s, 12m, 1h20m."""

import datetime as dt


def text_of(moment: dt.datetime) -> str:
    """The moment as the status has it."""
    return moment.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def moment_of(text: str) -> dt.datetime:
    """The moment that the status has, aware of its zone."""
    return dt.datetime.fromisoformat(text)


def seconds_between(since: str, now: dt.datetime) -> float:
    """Seconds from a moment of the status to `now`; never negative, though clocks of two operators may differ."""
    return max(0.0, (now - moment_of(since)).total_seconds())


def duration_text(seconds: float) -> str:
    """A duration for people, in at most two units, rounded up: 0s, 45s, 12m, 1h20m, 3d4h."""
    whole = -int(-seconds // 1)
    if whole < 60:
        return f"{max(whole, 0)}s"
    minutes = -(-whole // 60)
    if minutes < 60:
        return f"{minutes}m"
    hours, minutes = divmod(minutes, 60)
    if hours < 24:
        return f"{hours}h{minutes}m" if minutes else f"{hours}h"
    days, hours = divmod(hours, 24)
    return f"{days}d{hours}h" if hours else f"{days}d"
