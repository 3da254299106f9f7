"""A dashboard as Grafana's JSON, by Grafana's own library."""

from typing import Final

from grafana_foundation_sdk.builders import common as common_builders
from grafana_foundation_sdk.builders import dashboard as builders
from grafana_foundation_sdk.builders import prometheus, stat, timeseries
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models import common
from grafana_foundation_sdk.models import dashboard as models

from pdfbatch_monitoring.dashboard import NAMED_COLOURS, Dashboard, Panel, Variable

_SOURCE: Final = "datasource"
_HEIGHT: Final = {"tile": 4, "graph": 8, "stacked": 8}
_LETTERS: Final = "ABCDEFGH"


def as_json(dashboard: Dashboard) -> str:
    """What Grafana imports, the same text each time."""
    made = (
        builders.Dashboard(dashboard.title)
        .uid(f"pdfbatch-{dashboard.name}")
        .description(dashboard.meaning)
        .tags(["pdfbatch"])
        .timezone("browser")
        .time(f"now-{dashboard.span}m", "now")
        .refresh("30s")
        .tooltip(models.DashboardCursorSync.CROSSHAIR)
        .link(_to_the_others())
        .with_variable(builders.DatasourceVariable(_SOURCE).label("Prometheus").type("prometheus"))
    )
    for variable in dashboard.variables:
        made.with_variable(_variable(variable))
    number = 0
    for row in dashboard.rows:
        number += 1
        made.with_row(builders.Row(row.title).id(number))
        for panel in row.panels:
            number += 1
            made.with_panel(_panel(panel).id(number))
    return JSONEncoder(sort_keys=True, indent=2).encode(made.build()) + "\n"


def _source() -> models.DataSourceRef:
    return models.DataSourceRef(type_val="prometheus", uid=f"${{{_SOURCE}}}")


def _to_the_others() -> builders.DashboardLink:
    """A link to each dashboard with the tag."""
    return (
        builders.DashboardLink("pdfbatch")
        .type(models.DashboardLinkType.DASHBOARDS)
        .tags(["pdfbatch"])
        .as_dropdown(False)
        .keep_time(True)
    )


def _variable(variable: Variable) -> builders.QueryVariable:
    return (
        builders.QueryVariable(variable.name)
        .label(variable.label)
        .datasource(_source())
        .query(variable.values)
        # Batches come and go: listed anew whenever the time range moves.
        .refresh(models.VariableRefresh.ON_TIME_RANGE_CHANGED)
        .sort(models.VariableSort.ALPHABETICAL_ASC)
    )


def _panel(panel: Panel) -> stat.Panel | timeseries.Panel:
    made = _tile(panel) if panel.kind == "tile" else _graph(panel)
    made.title(panel.title).description(panel.meaning).unit(panel.unit).datasource(_source())
    made.span(panel.width).height(_HEIGHT[panel.kind])
    for letter, query in zip(_LETTERS, panel.queries, strict=False):
        target = prometheus.Dataquery().ref_id(letter).expr(query.expr).datasource(_source())
        if query.legend:
            target.legend_format(query.legend)
        made.with_target(target.instant() if panel.kind == "tile" else target.range())
    return made


def _tile(panel: Panel) -> stat.Panel:
    steps = [models.Threshold(value=value, color=colour) for value, colour in panel.steps]
    made = (
        stat.Panel()
        .graph_mode(common.BigValueGraphMode.NONE)
        .reduce_options(common_builders.ReduceDataOptions().calcs(["lastNotNull"]))
        .thresholds(builders.ThresholdsConfig().mode(models.ThresholdsMode.ABSOLUTE).steps(steps))
    )
    if any(query.empty_unless for query in panel.queries):
        made.no_value("–")
    return made


def _graph(panel: Panel) -> timeseries.Panel:
    made = (
        timeseries.Panel()
        .line_width(1)
        .fill_opacity(25 if panel.kind == "stacked" else 0)
        .show_points(common.VisibilityMode.NEVER)
        .legend(
            common_builders.VizLegendOptions()
            .show_legend(True)
            .display_mode(common.LegendDisplayMode.LIST)
            .placement(common.LegendPlacement.BOTTOM)
        )
        .tooltip(common_builders.VizTooltipOptions().mode(common.TooltipDisplayMode.MULTI))
    )
    for name, colour in NAMED_COLOURS.items():
        made.override_by_name(name, [models.DynamicConfigValue("color", {"mode": "fixed", "fixedColor": colour})])
    if panel.kind == "stacked":
        made.stacking(common_builders.StackingConfig().mode(common.StackingMode.NORMAL))
    if panel.unit != "s":
        # Times may lie before now.
        made.min(0)
    if panel.most is not None:
        made.max(panel.most)
    return made
