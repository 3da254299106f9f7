"""What a dashboard is, before anybody draws it: Grafana's JSON, the pictures in the docs and the panel check are made
from these values."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

# Grafana's names of units (packages/grafana-data/src/valueFormats/categories.ts). s: seconds, shown as minutes and
# hours where they are many; percentunit: a share from 0 to 1.
Unit: TypeAlias = Literal["short", "s", "percentunit", "decbytes"]
Colour: TypeAlias = Literal["green", "orange", "red", "text"]

# Lines that mean the same everywhere have the same colour everywhere.
NAMED_COLOURS: Final = {
    "succeeded": "#2e8b57",
    "Succeeded": "#2e8b57",
    "failed": "#c0342b",
    "Failed": "#c0342b",
    "error": "#c0342b",
    "unschedulable": "#c0342b",
    "deadline": "#c0342b",
    "limit": "#c0342b",
}


@dataclass(frozen=True, slots=True)
class Query:
    """An expression, and what its series are called.

    Attributes:
        expr: with `$namespace` and such where the dashboard has those variables.
        legend: with `{{label}}` where a series' label stands.
        empty_unless: when it has no series: "a batch has a deadline". Empty: it always has one.
    """

    expr: str
    legend: str = ""
    empty_unless: str = ""


@dataclass(frozen=True, slots=True)
class Panel:
    """A graph over time, or a tile with the latest value.

    Attributes:
        meaning: what it shows, for whoever asks; a sentence or two.
        width: of Grafana's 24 columns.
        steps: colours of a tile by value: (from, colour), the first from None.
        most: where the axis ends, when that is known.
    """

    title: str
    meaning: str
    queries: tuple[Query, ...]
    unit: Unit = "short"
    kind: Literal["graph", "stacked", "tile"] = "graph"
    width: int = 8
    steps: tuple[tuple[float | None, Colour], ...] = ((None, "text"),)
    most: float | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """Panels under a heading."""

    title: str
    panels: tuple[Panel, ...]


@dataclass(frozen=True, slots=True)
class Variable:
    """What is chosen at the head of a dashboard.

    Attributes:
        values: the query that lists what there is to choose, in Grafana's `label_values(…)`.
    """

    name: str
    label: str
    values: str


@dataclass(frozen=True, slots=True)
class Dashboard:
    """A page of rows.

    Attributes:
        name: of its file, and after `pdfbatch-` its uid in Grafana.
        span: what it shows at first: the last so many minutes.
    """

    name: str
    title: str
    meaning: str
    rows: tuple[Row, ...]
    variables: tuple[Variable, ...] = ()
    span: int = 60

    def panels(self) -> Iterator[Panel]:
        for row in self.rows:
            yield from row.panels
