"""What became of a batch that IronPDF's engine printed as a sidecar; and the page that tells it."""

import datetime as dt
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.cluster.a_place import Place

# Where a run's page is written to.
PATH = "PDFBATCH_RECORDING"


@dataclass(frozen=True)
class Recording:
    """A batch of one pod, its plan's, from its creation to its end. Moments are Unix times, to the second.

    Attributes:
        moments: seconds since the batch was applied, and what happened.
        conditions: of the batch: (type, status, reason, message).
        engine_said, renderer_said: what the containers wrote.
    """

    moments: tuple[tuple[float, str], ...]
    conditions: tuple[tuple[str, str, str, str], ...]
    engine_started: float
    renderer_started: float
    engine_restarts: int
    engine_said: tuple[str, ...]
    renderer_said: tuple[str, ...]

    @classmethod
    def of(cls, place: Place, name: str) -> "Recording":
        """Of a batch that has ended."""
        (pod,) = place.pods("plan")
        batch = place.get("pdfbatch", name)
        begun = _unix(batch["metadata"]["creationTimestamp"])
        engine = _status(pod, "initContainerStatuses", "engine")
        renderer = _status(pod, "containerStatuses", "renderer")
        began = _state(renderer, "startedAt")
        ready = next(one for one in pod["status"]["conditions"] if one["type"] == "Initialized")["lastTransitionTime"]
        told = [
            (_unix(pod["metadata"]["creationTimestamp"]), "the plan's pod is there"),
            (_state(engine, "startedAt"), "the engine's container runs"),
            (_unix(ready), "its port answers: the startup probe has succeeded"),
            (began, "the renderer runs, and plans: it prints a page on the engine, and asks for its bytes"),
            (_state(renderer, "finishedAt"), f"the renderer ends with {renderer['state']['terminated']['exitCode']}"),
            (_unix(batch["status"]["completionTime"]), f"the batch is {batch['status']['phase']}"),
        ]
        return cls(
            tuple((at - begun, what) for at, what in told),
            tuple(
                (one["type"], one["status"], one["reason"], one.get("message", ""))
                for one in batch["status"]["conditions"]
            ),
            _unix(ready),
            began,
            engine["restartCount"],
            tuple(place.kubectl("logs", pod["metadata"]["name"], "-c", "engine", check=False).splitlines()[:12]),
            tuple(place.kubectl("logs", pod["metadata"]["name"], "-c", "renderer", check=False).splitlines()[-4:]),
        )

    def __str__(self) -> str:
        said = [f"{at:6.0f} s  {what}" for at, what in self.moments]
        conditions = [f"{kind}={status} {reason}: {message}" for kind, status, reason, message in self.conditions]
        return "\n".join([*said, *conditions, *self.engine_said, *self.renderer_said])

    def write(self) -> None:
        """Writes the page, where the environment names a place for it."""
        told = os.environ.get(PATH)
        if told:
            Path(told).write_text(self._page(), encoding="utf-8")

    def _page(self) -> str:
        moments = "\n".join(f"| {at:.0f} | {what} |" for at, what in self.moments)
        conditions = "\n".join(
            f"| `{kind}` | {status} | {reason} | {message} |" for kind, status, reason, message in self.conditions
        )
        engine, renderer = "\n".join(self.engine_said), "\n".join(self.renderer_said)
        return f"""# Recorded: IronPDF's engine as a sidecar

Written by a test (`tests/cluster/test_ironpdf.py`) of what it saw on the test cluster, in a namespace that enforces
Pod Security `restricted`: a batch of three rows with `engine: {{name: ironpdf}}`, and a Secret whose key is empty.
[How it is set up](ironpdf-on-kubernetes.md).

| second | |
| ---: | --- |
{moments}

## What the batch says

| condition | status | reason | message |
| --- | --- | --- | --- |
{conditions}

## What the engine wrote

```
{engine}
```

## What the renderer wrote last

```
{renderer}
```
"""


def _status(pod: dict[str, Any], kind: str, name: str) -> dict[str, Any]:
    return next(one for one in pod["status"][kind] if one["name"] == name)


def _state(container: dict[str, Any], moment: str) -> float:
    state: dict[str, Any] = next(iter(container["state"].values()))
    return _unix(state[moment])


def _unix(moment: str) -> float:
    return dt.datetime.fromisoformat(moment).timestamp()
