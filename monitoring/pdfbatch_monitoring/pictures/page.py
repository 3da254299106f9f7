"""A dashboard as a page."""

import re
from collections.abc import Mapping
from html import escape

from pdfbatch_monitoring import answers
from pdfbatch_monitoring.dashboard import Dashboard, Panel, Query
from pdfbatch_monitoring.panel_check import substituted
from pdfbatch_monitoring.pictures.graph import Line, graph, tile

WIDTH = 1280
_GAP, _PADDING, _COLUMNS = 8, 10, 24

_STYLE = """
* { box-sizing: border-box; margin: 0 }
body { width: %dpx; padding: 14px; background: #f4f5f7; color: #222;
       font: 12px/1.35 "Liberation Sans", "DejaVu Sans", sans-serif }
h1 { font-size: 17px } h1 small { font-weight: normal; color: #555; font-size: 12px; margin-left: 10px }
h2 { font-size: 13px; margin: 12px 0 5px; color: #444 }
.row { display: flex; flex-wrap: wrap; gap: %dpx }
.panel { background: #fff; border: 1px solid #dfe1e5; border-radius: 3px; padding: 7px %dpx }
.panel h3 { font-size: 12px; margin-bottom: 4px }
.values { display: flex; gap: 18px } .value { font-size: 22px; font-weight: bold; white-space: nowrap }
.value small { font-size: 11px; font-weight: normal; color: #555; margin-left: 4px }
.names { display: flex; flex-wrap: wrap; gap: 1px 12px; font-size: 11px; color: #333; margin-top: 2px }
.names i { display: inline-block; width: 12px; height: 3px; vertical-align: middle; margin-right: 4px }
.nothing { height: 100px; display: grid; place-items: center; color: #777 }
svg text { font-size: 10px; fill: #555 }
"""


def page(
    dashboard: Dashboard,
    url: str,
    variables: Mapping[str, str],
    *,
    begin: float,
    end: float,
    tiles_at: float,
    step: float,
) -> str:
    """HTML.

    Args:
        url: of the Prometheus that is asked.
        begin, end: what the graphs show.
        tiles_at: the moment that the tiles show.
    """

    def drawn(panel: Panel) -> str:
        width = int((WIDTH - 28 + _GAP) * panel.width / _COLUMNS) - _GAP
        if panel.kind == "tile":
            inner = tile(panel, _latest(panel, url, variables, tiles_at))
        else:
            lines = [
                Line(_named(query, series.labels), series.points)
                for query in panel.queries
                for series in answers.over(url, substituted(query.expr, variables), begin=begin, end=end, step=step)
            ]
            inner = graph(panel, lines, begin=begin, end=end, step=step, width=width - 2 * _PADDING - 2)
        return f'<div class="panel" style="width:{width}px"><h3>{escape(panel.title)}</h3>{inner}</div>'

    rows = "".join(
        f'<h2>{escape(row.title)}</h2><div class="row">{"".join(drawn(panel) for panel in row.panels)}</div>'
        for row in dashboard.rows
    )
    chosen = " ".join(f"{variable.label}: {variables[variable.name]}" for variable in dashboard.variables)
    style = _STYLE % (WIDTH, _GAP, _PADDING)
    return (
        f"<!doctype html><meta charset=utf-8><style>{style}</style>"
        f"<h1>{escape(dashboard.title)}<small>{escape(chosen or dashboard.meaning)}</small></h1>{rows}"
    )


def _latest(panel: Panel, url: str, variables: Mapping[str, str], at: float) -> list[tuple[str, float]]:
    return [
        (_named(query, series.labels), series.points[-1][1])
        for query in panel.queries
        for series in answers.now(url, substituted(query.expr, variables), at)
    ]


def _named(query: Query, labels: Mapping[str, str]) -> str:
    return re.sub(r"{{(\w+)}}", lambda match: labels.get(match[1], ""), query.legend)
