"""Numbers in the pictures are short and have their unit; lines are broken where nothing is known."""

import re
from typing import Any

import pytest

from pdfbatch_monitoring.dashboard import Panel, Unit
from pdfbatch_monitoring.pictures.graph import Line, graph, tile
from pdfbatch_monitoring.pictures.numbers import ticks, written


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.0, "short", "0"),
        (12.0, "short", "12"),
        (0.25, "short", "0.25"),
        (1234.0, "short", "1.23 K"),
        (130_000.0, "short", "130 K"),
        (0.9875, "percentunit", "98.8 %"),
        (1.0, "percentunit", "100 %"),
        (0.0042, "s", "4.2 ms"),
        (90.0, "s", "1.5 min"),
        (-5400.0, "s", "−1.5 hours"),
        (48_000.0, "decbytes", "48 kB"),
        (float("nan"), "short", "–"),
    ],
)
def test_a_number(value: float, unit: Unit, text: str) -> None:
    assert written(value, unit) == text


@pytest.mark.parametrize(
    ("low", "high", "unit", "marks"),
    [
        (0, 37, "short", [0, 10, 20, 30, 40]),
        (0, 1, "percentunit", [0, 0.25, 0.5, 0.75, 1]),
        (0, 4500, "s", [0, 1800, 3600, 5400]),
        (-600, 3000, "s", [-900, 0, 900, 1800, 2700, 3600]),
        (0, 0.09, "s", [0, 0.025, 0.05, 0.075, 0.1]),
    ],
)
def test_ticks_are_round(low: float, high: float, unit: Unit, marks: list[float]) -> None:
    assert ticks(low, high, unit) == pytest.approx(marks)


def a_panel(**given: Any) -> Panel:
    return Panel("Renderers", "Pods.", (), **given)


def drawn(*lines: Line, panel: Panel | None = None) -> str:
    return graph(panel or a_panel(), list(lines), begin=0, end=600, step=60, width=400)


def test_a_graph_has_a_line_and_a_name_a_series() -> None:
    made = drawn(Line("ready", ((0, 1), (60, 2))), Line("<wanted>", ((0, 3), (60, 3))))

    assert made.count("<polyline") == 2
    assert re.findall("</i>(.*?)</span>", made) == ["ready", "&lt;wanted&gt;"]


def test_a_line_is_broken_where_there_is_no_number() -> None:
    nan = float("nan")

    assert drawn(Line("a", ((0, 1), (60, 2), (120, nan), (180, 1), (240, 2)))).count("<polyline") == 2
    # nor over moments that are missing
    assert drawn(Line("a", ((0, 1), (60, 2), (300, 1), (360, 2)))).count("<polyline") == 2
    assert drawn(Line("a", ((0, 1), (60, nan)))).count("<circle") == 1
    assert drawn(Line("a", ((0, nan),))).count("<polyline") == 0


def test_stacked_lines_stand_on_one_another() -> None:
    panel = a_panel(kind="stacked")

    made = drawn(Line("a", ((0, 10), (60, 10))), Line("b", ((0, 20), (60, 20))), panel=panel)

    # the axis reaches to their sum
    assert ">30</text>" in made
    assert made.count("<polygon") == 2


def test_without_data_it_says_so() -> None:
    assert "No data" in drawn()
    assert "–" in tile(a_panel(kind="tile"), [])


@pytest.mark.parametrize(("value", "colour"), [(-1.0, "#c0342b"), (0.0, "#b86e00"), (60.0, "#00805c")])
def test_a_tiles_colour_says_how_it_stands(value: float, colour: str) -> None:
    panel = a_panel(kind="tile", unit="s", steps=((None, "red"), (0, "orange"), (60, "green")))

    assert colour in tile(panel, [("", value)])
