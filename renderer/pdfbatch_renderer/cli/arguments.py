"""Arguments that several commands share, with the words that explain them."""

import os
from pathlib import Path
from typing import Annotated

import typer

from pdfbatch_renderer.cpu_limit import cpu_limit
from pdfbatch_renderer.mounts import in_cluster

Manifest = Annotated[Path, typer.Argument(help="The PdfBatch manifest, a YAML file.", show_default=False)]
Output = Annotated[
    str | None,
    typer.Option("--output", "-o", help="Write here instead of spec.output.uri: a folder or s3://…", metavar="URI"),
]
Base = Annotated[
    Path | None,
    typer.Option(
        help="The folder at which the manifest's relative paths begin; its own otherwise.",
        metavar="FOLDER",
        file_okay=False,
        show_default=False,
    ),
]
Workers = Annotated[
    int | None,
    typer.Option(
        "--workers",
        "-w",
        min=1,
        max=256,
        help="Worker processes, each with a browser. Default: one a core, or as many as the container's CPU limit.",
    ),
]
Limit = Annotated[
    int | None, typer.Option("--limit", "-n", min=1, help="Only the first so many documents: a batch of its own.")
]


def worker_count(told: int | None) -> int:
    """How many workers: as told, else one for each CPU that this process may use, the cgroup's limit kept."""
    if told is not None:
        return told
    cores = len(os.sched_getaffinity(0))
    limit = cpu_limit()
    if limit is None:
        # A pod without a limit sees all of its node's cores, and its engine has memory for few browsers.
        return 1 if in_cluster() else cores
    return min(cores, max(1, int(limit + 0.5)))
