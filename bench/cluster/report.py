"""The Markdown of the cluster's part: pure text of what was measured."""

from collections import Counter
from collections.abc import Sequence
from typing import Final

from devcluster.images import Images

from bench.cluster.measure import Letter, Results, Settings
from bench.cluster.operator_use import OperatorUse
from bench.figures import Spread, paired_ratios, spread
from bench.results import table

# What issue 4 promises.
LEAST_RATIO: Final = 0.85
MOST_SECONDS: Final = 8.0
MOST_MEGABYTES: Final = {"operator": 150, "renderer": 250, "chromium": 400}
# Figures are written every two seconds at most: a batch that takes longer has a few writes more, whatever its size.
MORE_CALLS: Final = 6

_MEGABYTE: Final = 1_000_000


def report(results: Results, settings: Settings, images: Images, *, machine: str, kubernetes: str, load: float) -> str:
    """All tables.

    Args:
        machine: what it was measured on.
        kubernetes: its version.
        load: the machine's load average before the bench began.
    """
    parts = [
        machine,
        f"Kubernetes {kubernetes}: control plane and two nodes are processes of this machine, and share its cores with "
        f"the renderers. Runs of either side: {settings.repetitions}, each of {settings.documents:,} documents in "
        f"{settings.shards} shards, {settings.cores} renderers with a worker each; `pdfbatch run` with "
        f"{settings.cores} workers, the same manifest, the same disk, in turn. "
        f"{_engines(results.engines)} Median (lowest–highest).{busy(load, settings.cores)}",
        speed(results),
        _seconds(results),
        _letter(results.letters, settings),
        calls(results.calls),
        _uses(results.uses, settings),
        sizes(images),
    ]
    return "\n\n".join(part for part in parts if part)


def _engines(engines: set[str]) -> str:
    if len(engines) == 1:
        return f"Both print with {next(iter(engines))}."
    return f"**The engines differ**: {', '.join(sorted(engines))}."


def busy(load: float, cores: int) -> str:
    """A sentence where other work went on: then nobody should believe the seconds."""
    if load < cores / 2:
        return ""
    return f" **Other work went on** (load average {load:.1f} before the bench began): seconds and ratios say little."


def speed(results: Results) -> str:
    """Documents per second, by the records' own times."""
    local = [run.rendering for run in results.local]
    ours = [run.rendering for run in results.cluster]
    if not local or not ours:
        return ""
    ratio = paired_ratios(ours, local)
    name = "documents per second"
    rows = [
        {name: "**pdfbatch run**", "measured": spread(local).text()},
        {name: "**on the cluster**, first document to last", "measured": spread(ours).text()},
        {
            name: "ratio, in a repetition",
            "measured": ratio.text(2),
            "promised": f"≥ {LEAST_RATIO}",
            "kept": kept(ratio.median >= LEAST_RATIO),
        },
        {
            name: "on the cluster, whole phase: from the render Job's making to the finish Job's",
            "measured": spread([run.phase for run in results.cluster]).text(),
        },
    ]
    return table([name, "measured", "promised", "kept"], rows)


def _seconds(results: Results) -> str:
    figures: dict[str, Sequence[float]] = {
        "many documents: from `kubectl apply` to the first PDF": [run.to_first for run in results.cluster],
        "many documents: from the last PDF to Complete": [run.to_complete for run in results.cluster],
        "one document: from `kubectl apply` to its PDF": [one.to_pdf for one in results.letters],
        "one document: from `kubectl apply` to Complete": [one.to_complete for one in results.letters],
    }
    rows = []
    for what, seconds in figures.items():
        if seconds:
            measured: Spread = spread(seconds)
            rows.append(
                {
                    "seconds": what,
                    "measured": measured.text(2),
                    "promised": f"< {MOST_SECONDS:.0f}",
                    "kept": kept(measured.median < MOST_SECONDS),
                }
            )
    return table(["seconds", "measured", "promised", "kept"], rows) if rows else ""


def _letter(letters: Sequence[Letter], settings: Settings) -> str:
    if not letters:
        return ""
    letter = sorted(letters, key=lambda one: one.to_complete)[(len(letters) - 1) // 2]
    rows = []
    before = 0.0
    for at, what in letter.moments:
        rows.append({"one document": what, "after": f"{at:.2f}", "step": f"{at - before:.2f}"})
        before = at
    heading = f"Where the seconds of one document go, in the middle one of {settings.letters} batches:"
    return f"{heading}\n\n{table(['one document', 'after', 'step'], rows)}"


def calls(by_documents: dict[int, Counter[str]]) -> str:
    """The operator's requests a batch, and whether they grow with its documents."""
    if len(by_documents) < 2:
        return ""
    sizes = sorted(by_documents)
    kinds = sorted({kind for counted in by_documents.values() for kind in counted})
    head = "the operator's calls for a batch"
    rows = [
        {head: kind, **{_documents(size): str(by_documents[size][kind]) for size in sizes}}
        for kind in kinds
    ]  # fmt: skip
    rows.append({head: "**all**", **{_documents(size): str(by_documents[size].total()) for size in sizes}})
    constant = do_not_grow(by_documents[sizes[0]], by_documents[sizes[-1]])
    note = (
        f"Promised: constant in the number of documents: {kept(constant)}. (Figures are written every two seconds at "
        f"most; {MORE_CALLS} more are put down to the longer time.)"
    )
    return f"{table([head, *map(_documents, sizes)], rows)}\n\n{note}"


def do_not_grow(few: Counter[str], many: Counter[str]) -> bool:
    """Whether what is made is made as often, and nothing else more than a longer batch's figures explain."""
    made = {kind for kind in few | many if kind.startswith("create ")}
    return all(many[kind] <= few[kind] for kind in made) and many.total() <= few.total() + MORE_CALLS


def _documents(count: int) -> str:
    return f"{count:,} documents"


def _uses(uses: dict[str, OperatorUse], settings: Settings) -> str:
    if not uses:
        return ""
    rows = []
    for what, use in uses.items():
        row = {
            "the operator": what,
            "memory, MiB": f"{use.leader.memory:.0f}",
            "CPU, s a minute": f"{use.leader.cpu:.2f}",
            "calls a minute, both": f"{use.calls:.0f}",
        }
        if use.standby:
            row["second replica, MiB"] = f"{use.standby.memory:.0f}"
            row["its CPU"] = f"{use.standby.cpu:.2f}"
        rows.append(row)
    columns = [
        "the operator",
        "memory, MiB",
        "CPU, s a minute",
        "second replica, MiB",
        "its CPU",
        "calls a minute, both",
    ]
    return f"{table(columns, rows)}\n\nEach over {settings.idle:.0f} s; memory is resident, of the pod that leads."


def sizes(images: Images) -> str:
    """The three images."""
    rows = []
    for name, most in MOST_MEGABYTES.items():
        image = getattr(images, name)
        unpacked = image.unpacked_bytes / _MEGABYTE
        rows.append(
            {
                "image": f"pdfbatch-{name}",
                "MB, unpacked": f"{unpacked:.0f}",
                "MB, to fetch": f"{image.packed_bytes / _MEGABYTE:.0f}",
                "promised": f"< {most}",
                "kept": kept(unpacked < most),
            }
        )
    return table(["image", "MB, unpacked", "MB, to fetch", "promised", "kept"], rows)


def kept(yes: bool) -> str:
    """A promise that is not kept is to be seen."""
    return "yes" if yes else "**no**"
