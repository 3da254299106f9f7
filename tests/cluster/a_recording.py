"""What the autoscaler did with a batch, as Kubernetes' watch and Prometheus tell it; and the page that shows it.

PDFBATCH_RECORDING=docs/autoscaling-recorded.md .venv/bin/python -m pytest tests/cluster/test_autoscaling.py -k held
"""

import datetime as dt
import os
import textwrap
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from devcluster.monitoring import Prometheus

from tests.cluster.a_chart import Line, Mark, Panel, draw
from tests.cluster.a_watch import Watch

# Where a run's page is written to; the picture lies in pictures/ beside it.
PATH = "PDFBATCH_RECORDING"
_PICTURE = "autoscaling-cluster.svg"
_BLUE, _ORANGE, _GREEN, _RED = "#0969da", "#bc4c00", "#1a7f37", "#cf222e"


@dataclass(frozen=True)
class Moment:
    """A batch's status, as it became."""

    at: float
    status: dict[str, Any]

    @property
    def desired(self) -> int:
        """Renderers that the autoscaler wants."""
        return int(self.status.get("renderers", {}).get("desired", 0))

    @property
    def ready(self) -> int:
        """Renderers at work."""
        return int(self.status.get("renderers", {}).get("ready", 0))

    @property
    def done(self) -> int:
        """Documents that are counted."""
        counts = self.status.get("documents", {})
        return sum(int(counts.get(state, 0)) for state in ("succeeded", "failed", "skipped"))

    @property
    def scaling(self) -> tuple[str, str, str]:
        """Status, reason and message of ScalingActive."""
        for one in self.status.get("conditions", []):
            if one["type"] == "ScalingActive":
                return one["status"], one["reason"], one["message"]
        return "", "", ""


@dataclass(frozen=True)
class Recording:
    """One batch from its start to its end.

    Attributes:
        begin, end: by its status, in Unix time.
        target: seconds that it should take.
        counted: (moment, documents per second), by the operator's exact counts.
        live: the same, by what the renderers say while they render.
    """

    begin: float
    end: float
    target: float
    documents: int
    moments: tuple[Moment, ...]
    counted: tuple[tuple[float, float], ...]
    live: tuple[tuple[float, float], ...]

    @classmethod
    def of(
        cls, watch: Watch, name: str, *, namespace: str, target: float, prometheus: Prometheus | None
    ) -> "Recording":
        """Of a batch that has ended while it was watched."""
        moments = tuple(
            Moment(one.at, one.object.get("status", {}))
            for one in list(watch.changes)
            if one.kind == "PdfBatch" and one.name == name
        )
        last = moments[-1].status
        begin, end = unix(last["startTime"]), unix(last["completionTime"])
        batch = f'{{namespace="{namespace}",batch="{name}"}}'

        def over_time(query: str) -> tuple[tuple[float, float], ...]:
            found = prometheus.over(query, begin=begin, end=end, step=2) if prometheus else []
            return tuple(point for series in found for point in series.points)

        counted = over_time(f"sum(max by (result) (rate(pdfbatch_batch_documents_processed_total{batch}[30s])))")
        live = over_time(f"sum(rate(pdfbatch_renderer_documents_total{batch}[30s]))")
        return cls(begin, end, target, int(last["documents"]["total"]), moments, counted, live)

    @property
    def took(self) -> float:
        """Seconds from its start to its end."""
        return self.end - self.begin

    @property
    def most(self) -> int:
        """The most renderers that were wanted."""
        return max(moment.desired for moment in self.moments)

    def decisions(self) -> list[tuple[float, int, str, str]]:
        """Each change of the number of renderers: seconds since the start, the number, reason and message.

        Without those of the end, when fewer shards are left than renderers were wanted.
        """
        found: list[tuple[float, int, str, str]] = []
        for moment in self.moments:
            _, reason, message = moment.scaling
            if message.startswith(f"{moment.desired} renderer") and (not found or found[-1][1] != moment.desired):
                found.append((moment.at - self.begin, moment.desired, reason, message))
        return found

    def story(self) -> str:
        """Lines for a test's output."""
        lines = [f"took {self.took:.1f} s, should {self.target:.0f} s ({self.took / self.target - 1:+.1%})"]
        lines += [
            f"{at:6.1f} s: {number} renderers: {reason}: {message}" for at, number, reason, message in self.decisions()
        ]
        return "\n".join(lines)

    def picture(self) -> str:
        """Renderers, throughput and progress over time."""
        longest = max(self.took, self.target) * 1.02

        def over_time(value: str) -> list[tuple[float, float]]:
            points = [(max(moment.at - self.begin, 0.0), float(getattr(moment, value))) for moment in self.moments]
            return [*points, (self.took, points[-1][1])]

        renderers = Panel(
            "Renderers",
            (
                Line("at work", _BLUE, over_time("ready"), steps=True, filled=True),
                Line("wanted", _ORANGE, over_time("desired"), steps=True),
            ),
        )
        throughput = Panel(
            "Documents per second, over 30 s, by Prometheus",
            (
                Line("counted by the operator", _BLUE, [(at - self.begin, value) for at, value in self.counted]),
                Line("live from the renderers", _GREEN, [(at - self.begin, value) for at, value in self.live]),
            ),
        )
        should = [(0.0, 0.0), (self.target, float(self.documents))]
        progress = Panel(
            "Documents done",
            (
                Line("counted", _BLUE, over_time("done"), steps=True, filled=True),
                Line("an even pace to the target", _ORANGE, should, dashed=True),
            ),
        )
        marks = [Mark(self.target, f"target: {self.target:.0f} s", _RED), Mark(self.took, "", _BLUE)]
        title = f"{self.documents:,} invoices in {self.target / 60:g} minutes: done after {self.took:.0f} s"
        return draw(title, [renderers, throughput, progress], seconds=longest, marks=marks)

    def write(self) -> None:
        """Writes the page and its picture, when the environment names a place for them."""
        told = os.environ.get(PATH)
        if not told:
            return
        page = Path(told)
        picture = page.parent / "pictures" / _PICTURE
        picture.parent.mkdir(exist_ok=True)
        picture.write_text(self.picture(), encoding="utf-8")
        page.write_text(self._page(), encoding="utf-8")

    def _page(self) -> str:
        rows = [f"| {at:.0f} | {number} | {reason} | {message} |" for at, number, reason, message in self.decisions()]
        return "\n".join(
            [
                "# Recorded: a batch that scales itself to its target",
                "",
                textwrap.fill(
                    "[target-duration.yaml](../examples/kubernetes/scaling/target-duration.yaml), held at one renderer "
                    "by `spec.renderers` until two shards are done and then let go, on two "
                    f"nodes (`make cluster-monitoring`) on one machine with two cores: {self.documents:,} invoices "
                    f"that should take {self.target:.0f} s by `scaling.targetDuration`. A browser has a tenth of a "
                    "CPU, so that renderers are what it takes. `tests/cluster/test_autoscaling.py` writes this page.",
                    width=110,
                    break_long_words=False,
                ),
                "",
                f"**They took {self.took:.0f} s, {abs(self.took / self.target - 1):.1%}"
                f" {'more' if self.took > self.target else 'less'}**, with {self.most} renderers at most.",
                "",
                f"![renderers, documents per second and documents done over time](pictures/{_PICTURE})",
                "",
                "| second | renderers | reason | what `ScalingActive` said |",
                "| ---: | ---: | --- | --- |",
                *rows,
                "",
                textwrap.fill(
                    "The operator counts documents a shard at a time, exactly. Live from the renderers a part is "
                    "missing: these live for some ten seconds each, and what one does before its first scrape and "
                    "after its last is not seen. That is why no count, and no batch's end, hangs on being scraped. "
                    "With shards of a minute the two lines are near each other.",
                    width=110,
                ),
                "",
            ]
        )


def unix(moment: str) -> float:
    """Unix time of a moment in a status."""
    return dt.datetime.fromisoformat(moment).timestamp()
