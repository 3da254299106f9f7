"""All that may happen to a batch at a moment, each move with its name. Nothing is chosen here."""

from collections.abc import Callable
from functools import partial
from typing import Any, TypeAlias

from pdfbatch_operator.scaling import Answers, Problem, Reading
from tests.unit.operator.world.cluster import Cluster
from tests.unit.operator.world.kubernetes import NODES

# Something that may happen, and its name.
Move: TypeAlias = tuple[str, Callable[[], object]]


def mishaps(cluster: Cluster) -> list[Move]:
    """What may go wrong, each with its name. Nothing is chosen here."""
    found: list[Move] = []

    def may(name: str, move: Callable[..., object], *arguments: object) -> None:
        found.append((name, partial(move, *arguments)))

    for job in cluster.jobs.values():
        may(f"delete {job.component}", cluster.delete_job, job)
    for pod in cluster.pods.values():
        what = f"{pod.uid} ({pod.component} {pod.index})"
        if pod.live:
            for code in (143,) if pod.deleted is not None else (69, 137, 65, 64):
                may(f"end {what} {code}", cluster.end, pod, code)
        else:
            may(f"collect {what}", cluster.collect, pod)
        if pod.phase == "Running" and pod.deleted is None:
            may(f"{what} ends well and is gone unread", cluster.vanish, pod)
    for node in NODES:
        if node not in cluster.dark:
            may(f"cut {node}", cluster.cut, node)
            may(f"lose {node}", cluster.lose, node)
        elif node not in cluster.tainted:
            may(f"taint {node}", cluster.taint, node)
        else:
            may(f"restore {node}", cluster.restore, node)
    return found


def wishes(cluster: Cluster) -> list[Move]:
    """What people and the clock may do."""
    changes: tuple[dict[str, Any], ...] = (
        {"renderers": None},
        {"renderers": 0},
        {"renderers": 2},
        {"suspend": True},
        {"suspend": None},
        {"scaling": {"max": 3, "targetDuration": "1m"}},
        {"scaling": {"min": 2, "max": 7}},
        {"scaling": None},
    )
    at = cluster.now.timestamp()
    said: tuple[Answers, ...] = (
        Answers(),
        Answers(Reading(0.0, at), Reading(0.0, at)),
        Answers(Reading(7.5, at), Reading(7.5, at)),
        Answers(Reading(1e12, at - 1000), Reading(1e12, at - 1000)),
        Answers(Problem("timeout", "slow", at), Problem("empty", "nothing", at)),
    )
    return [
        *((f"Prometheus says {answers}", partial(setattr, cluster, "answers", answers)) for answers in said),
        *((f"the fleet leaves it {part}", partial(setattr, cluster, "allowance", part)) for part in (0, 1, None)),
        *((f"nodes are full: {full}", partial(setattr, cluster, "full", full)) for full in (True, False)),
        *((f"edit {change}", partial(cluster.edit, **change)) for change in changes),
        ("ask for a retry", cluster.ask_for_retry),
        *((f"{seconds} s pass", partial(cluster.pass_time, seconds)) for seconds in (1, 3, 30, 400)),
    ]
