"""What a batch's own manifest of outputs says about time: the same for `pdfbatch run` and for a cluster's pods."""

import datetime as dt
import json
import statistics
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pdfbatch_api.records import decode_segment


@dataclass(frozen=True, slots=True)
class Output:
    """The folder that a batch wrote its PDFs into, once it has ended."""

    folder: Path

    def lines(self) -> list[dict[str, Any]]:
        """The manifest of outputs, a line a document."""
        with (self.folder / "manifest.jsonl").open(encoding="utf-8") as lines:
            return [json.loads(line) for line in lines]

    def span(self) -> tuple[float, float]:
        """When the first document's template began and when the last one was stored, in seconds since the epoch."""
        lines = self.lines()
        ends = [ended(line) for line in lines]
        begins = [end - line["milliseconds"] / 1000 for end, line in zip(ends, lines, strict=True)]
        return min(begins), max(ends)

    def rendering_seconds(self) -> float:
        """From the first document's template to the last one's stored bytes."""
        first, last = self.span()
        return last - first

    def stage_milliseconds(self) -> dict[str, float]:
        """The median of each stage; for the record, which documents share, a document's part of the time in all."""
        lines = self.lines()
        stages: dict[str, list[float]] = {}
        for line in lines:
            for stage, milliseconds in line["stages"].items():
                stages.setdefault(stage, []).append(milliseconds)
        medians = {stage: statistics.median(values) for stage, values in stages.items()}
        return {**medians, "record": self._writing_seconds() * 1000 / len(lines)}

    def engine(self) -> str:
        """The engine that printed it, with its version."""
        summary = json.loads((self.folder / "summary.json").read_text(encoding="utf-8"))
        return str(summary["versions"]["engine"])

    def _writing_seconds(self) -> float:
        """What writing segments of records took, as the attempts' last segments say."""
        segments = (decode_segment(path.read_bytes()) for path in self.folder.glob(".pdfbatch/*/records/*/*.jsonl"))
        return sum(segment.header.writing for segment in segments)


def ended(line: dict[str, Any]) -> float:
    """When a document of the manifest was stored, in seconds since the epoch."""
    return dt.datetime.fromisoformat(line["finished"]).timestamp()
