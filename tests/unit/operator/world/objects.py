"""A batch's Jobs and pods, as the API has them."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Literal

from pdfbatch_api.summaries import Summary
from pdfbatch_operator.observation import Component


@dataclass
class Pod:
    """A pod, as the API has it."""

    name: str
    uid: str
    component: Component
    job_uid: str
    index: int | None
    created: dt.datetime
    phase: Literal["Pending", "Running", "Succeeded", "Failed"] = "Pending"
    node: str = ""
    placed: dt.datetime | None = None
    ended: dt.datetime | None = None
    deleted: dt.datetime | None = None
    exit_code: int | None = None
    summary: Summary | None = None
    disrupted: bool = False
    counted: bool = False
    retry: int = 0

    @property
    def live(self) -> bool:
        return self.phase in ("Pending", "Running")


@dataclass
class Job:
    """A Job, with what its controller has last written into its status."""

    name: str
    uid: str
    component: Component
    created: dt.datetime
    parallelism: int
    completions: int
    suspend: bool
    backoff: int
    indexed: bool
    owned: bool = True
    active: int = 0
    ready: int = 0
    terminating: int = 0
    completed: set[int] = field(default_factory=set)
    failed: set[int] = field(default_factory=set)
    failures: dict[int, int] = field(default_factory=dict)
    failing: str = ""
    finished: Literal["", "Complete", "Failed"] = ""
    finished_at: dt.datetime | None = None
    reason: str = ""
    retry: int = 0
