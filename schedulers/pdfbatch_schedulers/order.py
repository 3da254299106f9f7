"""What is to be run: a manifest, and how."""

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from pdfbatch_schedulers.step import Command, Step

_URI: Final = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)


@dataclass(frozen=True)
class Order:
    """A batch to be run.

    Attributes:
        manifest: its text.
        base: the folder at which its relative URIs begin. Workers on other machines must have it too, under the same
            path, if there are any.
        output: instead of spec.output.uri; absolute.
        limit: only the first so many documents.
        workers: worker processes of a shard, each with an engine: as many cores as a step may use.
    """

    manifest: str
    base: str
    output: str | None = None
    limit: int | None = None
    workers: int = 1

    @classmethod
    def of(cls, manifest: Path | str, *, output: str | None = None, limit: int | None = None, workers: int = 1) -> Self:
        """A manifest's file.

        Raises:
            OSError, UnicodeDecodeError: it cannot be read.
        """
        path = Path(manifest).resolve()
        if output is not None and not _URI.match(output):
            # Links and a / at its end stay: a batch is known by its output, as it is written.
            output = os.path.abspath(output) + ("/" if output.endswith("/") else "")  # noqa: PTH100
        return cls(path.read_text(encoding="utf-8"), str(path.parent), output, limit, workers)

    def step(
        self, command: Command, *, plan: str | None = None, index: int | None = None, reason: str | None = None
    ) -> Step:
        """A step of it."""
        return Step(command, self.manifest, self.base, self.output, self.limit, self.workers, plan, index, reason)
