"""The command `top`: who takes how much, where, and how fast it goes."""

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

import typer
from rich.console import Console
from rich.table import Table

from pdfbatch_api.amounts import counted
from pdfbatch_api.pods import ENGINE_CONTAINER, RENDERER_CONTAINER
from pdfbatch_kubectl.options import Context, Kubeconfig, MaybeBatchName, Namespace, with_api
from pdfbatch_kubectl.resource import Batch, Pod, PodMetrics
from pdfbatch_kubectl.screen import FAINT, err, finish, out, show_note
from pdfbatch_kubectl.status.figures import figures
from pdfbatch_kubectl.wording import cores, duration, mebibytes

if TYPE_CHECKING:
    from pdfbatch_kubectl.cluster.api import Api

_NO_NODE: Final = "(waiting for a node)"


@dataclass(frozen=True, slots=True)
class Taken:
    """What a pod takes now: cores and MiB, its renderer's and its engine's."""

    renderer_cores: float = 0.0
    renderer_memory: float = 0.0
    engine_cores: float = 0.0
    engine_memory: float = 0.0

    @property
    def cores(self) -> float:
        """Of both."""
        return self.renderer_cores + self.engine_cores

    @property
    def memory(self) -> float:
        """Of both, in MiB."""
        return self.renderer_memory + self.engine_memory


def add_to(app: typer.Typer) -> None:
    """Registers the command."""
    app.command("top")(top_command)


def top_command(
    name: MaybeBatchName = None,
    namespace: Namespace = None,
    context: Context = None,
    kubeconfig: Kubeconfig = None,
) -> None:
    """Show what takes CPU and memory: renderers, the busiest first; pods by node;
    documents per second by batch.

    CPU and memory are those of metrics.k8s.io, which `kubectl top` reads too: a
    cluster without a metrics server has none, and they are left out. They lag by
    some fifteen seconds, so a pod that lives shorter has none.

    \b
      kubectl pdfbatch top
      kubectl pdfbatch top invoices -n billing
    """

    async def work(api: "Api") -> int:
        return await show_top(api, name, out, err)

    finish(with_api(work, namespace=namespace, context=context, kubeconfig=kubeconfig))


async def show_top(api: "Api", name: str | None, console: Console, aside: Console) -> int:
    """Prints it.

    Raises:
        ClusterError.
    """
    from pdfbatch_kubectl.batches import find_batch, pods_of
    from pdfbatch_kubectl.cluster.problems import Cause, ClusterError
    from pdfbatch_kubectl.cluster.resources import PDFBATCHES

    if name is not None:
        chosen = await find_batch(api, name)
        batches, pods = [chosen], await pods_of(api, chosen)
    else:
        batches, pods = await api.list(Batch, PDFBATCHES), await pods_of(api, None)
    batches = [batch for batch in batches if not batch.over]
    pods = [pod for pod in pods if not pod.over]
    try:
        taken = await _taken(api)
    except ClusterError as error:
        if error.cause not in (Cause.NOT_SERVED, Cause.FORBIDDEN, Cause.SERVER):
            raise
        taken = None
        if error.cause is Cause.NOT_SERVED:
            show_note("this cluster has no metrics server (metrics.k8s.io): no CPU and memory", aside)
        else:
            show_note(f"no CPU and memory: {error}", aside)
    if not batches and not pods:
        console.print("Nothing is at work.")
        return 0
    for table in (_batches(batches, pods, taken), _nodes(pods, taken), _pods(pods, taken)):
        if table.row_count:
            console.print(table)
            console.print()
    return 0


async def _taken(api: "Api") -> dict[str, Taken]:
    """By pod, of all pods of the namespace: the metrics of those that are no batch's are left lying."""
    from pdfbatch_kubectl.cluster.resources import POD_METRICS

    return {one.metadata.name: _sum(one) for one in await api.list(PodMetrics, POD_METRICS)}


def _sum(pod: PodMetrics) -> Taken:
    by_name = {one.name: one.usage for one in pod.containers}
    renderer, engine = by_name.get(RENDERER_CONTAINER), by_name.get(ENGINE_CONTAINER)
    return Taken(
        cores(renderer.cpu) if renderer else 0.0,
        mebibytes(renderer.memory) if renderer else 0.0,
        cores(engine.cpu) if engine else 0.0,
        mebibytes(engine.memory) if engine else 0.0,
    )


def _table(*headings: str, words: int) -> Table:
    """A table whose first columns are words, and the rest numbers."""
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style=FAINT)
    for number, heading in enumerate(headings):
        # Names give way where there is little room, figures never.
        name = number == 0 or heading == "NODE"
        justify: Literal["left", "right"] = "left" if number < words else "right"
        table.add_column(heading, justify=justify, no_wrap=not name, overflow="ellipsis", min_width=6 if name else None)
    return table


def _batches(batches: Sequence[Batch], pods: Sequence[Pod], taken: Mapping[str, Taken] | None) -> Table:
    table = _table("BATCH", "PHASE", "DOCS/S", "EACH", "LEFT", "READY", *_usage_headings(taken), words=2)
    now = dt.datetime.now(dt.UTC)
    for batch in sorted(batches, key=lambda batch: -(figures(batch, now).per_second or 0.0)):
        known = figures(batch, now)
        speed, ready = known.per_second, batch.status.renderers.ready
        mine = [pod for pod in pods if pod.batch_uid == batch.metadata.uid]
        table.add_row(
            batch.metadata.name,
            batch.status.phase,
            f"{speed:,.1f}" if speed is not None else "",
            f"{speed / ready:,.1f}" if speed is not None and ready else "",
            duration(known.left) if known.left is not None else "",
            f"{ready}/{batch.status.renderers.desired}",
            *_usage(mine, taken),
        )
    return table


def _nodes(pods: Sequence[Pod], taken: Mapping[str, Taken] | None) -> Table:
    table = _table("NODE", "PODS", *_usage_headings(taken), words=1)
    counts = Counter(pod.spec.node_name or _NO_NODE for pod in pods)
    for node, count in counts.most_common():
        here = [pod for pod in pods if (pod.spec.node_name or _NO_NODE) == node]
        table.add_row(node, str(count), *_usage(here, taken))
    return table


def _pods(pods: Sequence[Pod], taken: Mapping[str, Taken] | None) -> Table:
    known = taken or {}
    parts = ("CPU", "ENGINE'S", "MEMORY", "ENGINE'S") if taken is not None else ()
    table = _table("POD", "WORK", "NODE", "PHASE", *parts, words=4)
    order = sorted(pods, key=lambda pod: (-known.get(pod.metadata.name, Taken()).cores, pod.metadata.name))
    for pod in order:
        used = known.get(pod.metadata.name)
        figures_of_it: list[str] = []
        if taken is not None and used is None:
            figures_of_it = ["", "", "", ""]
        elif used is not None:
            figures_of_it = [
                *(_cores(each) for each in (used.renderer_cores, used.engine_cores)),
                *(_memory(each) for each in (used.renderer_memory, used.engine_memory)),
            ]
        table.add_row(pod.metadata.name, pod.work, pod.spec.node_name or _NO_NODE, pod.status.phase, *figures_of_it)
    if len(order) > 1:
        table.caption = counted(len(order), "pod")
    return table


def _usage_headings(taken: Mapping[str, Taken] | None) -> tuple[str, ...]:
    return ("CPU", "MEMORY") if taken is not None else ()


def _usage(pods: Sequence[Pod], taken: Mapping[str, Taken] | None) -> list[str]:
    if taken is None:
        return []
    mine = [taken[pod.metadata.name] for pod in pods if pod.metadata.name in taken]
    if not mine:
        return ["", ""]
    return [_cores(sum(one.cores for one in mine)), _memory(sum(one.memory for one in mine))]


def _cores(number: float) -> str:
    return f"{number:,.2f}"


def _memory(number: float) -> str:
    return f"{number:,.0f}Mi"
