"""Arguments that several commands share, with the words that explain them."""

import os
from pathlib import Path
from typing import Annotated

import typer

Manifest = Annotated[Path, typer.Argument(help="The PdfBatch manifest, a YAML file.", show_default=False)]
Output = Annotated[
    str | None,
    typer.Option("--output", "-o", help="Write here instead of spec.output.uri: a folder or s3://…", metavar="URI"),
]
Workers = Annotated[
    int | None,
    typer.Option("--workers", "-w", min=1, max=256, help="Worker processes, each with a browser. Default: one a core."),
]
Limit = Annotated[
    int | None, typer.Option("--limit", "-n", min=1, help="Only the first so many documents: a batch of its own.")
]


def worker_count(told: int | None) -> int:
    """How many workers: as told, else one for each core that this process may use."""
    return told or len(os.sched_getaffinity(0))
