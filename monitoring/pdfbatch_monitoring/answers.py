"""What a Prometheus answers to queries, over its HTTP API."""

import json
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass
from typing import Any


class QueryRefusedError(Exception):
    """Prometheus did not take a query, or could not be asked; with its words."""


@dataclass(frozen=True)
class Series:
    """Labels, and (moment in Unix time, value) in order."""

    labels: dict[str, str]
    points: tuple[tuple[float, float], ...]


def now(url: str, expr: str, at: float | None = None) -> list[Series]:
    """The value of an expression at a moment.

    Raises:
        QueryRefusedError: there is none.
    """
    given = {"query": expr} | ({} if at is None else {"time": f"{at:.3f}"})
    result = asked(url, "query", **given)
    if result["resultType"] == "scalar":
        return [Series({}, (_point(result["result"]),))]
    return [Series(one["metric"], (_point(one["value"]),)) for one in result["result"]]


def over(url: str, expr: str, *, begin: float, end: float, step: float) -> list[Series]:
    """The values of an expression, a step apart.

    Raises:
        QueryRefusedError: there are none.
    """
    result = asked(url, "query_range", query=expr, start=f"{begin:.3f}", end=f"{end:.3f}", step=f"{step:g}")
    return [Series(one["metric"], tuple(_point(point) for point in one["values"])) for one in result["result"]]


def asked(url: str, path: str, **given: str) -> Any:
    """The data of a request to the API.

    Raises:
        QueryRefusedError: it was not answered as it should be.
    """
    whole = f"{url}/api/v1/{path}" + (f"?{urllib.parse.urlencode(given)}" if given else "")
    try:
        with urllib.request.urlopen(whole, timeout=30) as response:
            answer = json.load(response)
    except urllib.error.HTTPError as error:
        raise QueryRefusedError(f"{given.get('query', path)}: {error.read().decode(errors='replace')}") from error
    except (urllib.error.URLError, OSError) as error:
        raise QueryRefusedError(f"{url} cannot be reached: {error}") from error
    if answer["status"] != "success":
        raise QueryRefusedError(f"{given.get('query', path)}: {answer}")
    return answer["data"]


def _point(pair: list[Any]) -> tuple[float, float]:
    return float(pair[0]), float(pair[1])
