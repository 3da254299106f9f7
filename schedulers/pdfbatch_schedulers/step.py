"""A step of a batch as it travels: what a worker is to call, and what came of it."""

from typing import Literal

import msgspec

Command = Literal["plan", "render", "finish"]


class Step(msgspec.Struct, frozen=True, omit_defaults=True):
    """One call of one of pdfbatch's three commands.

    Attributes:
        manifest: its text.
        base: the folder at which its relative URIs begin.
        output: instead of spec.output.uri; absolute.
        limit: only the first so many documents.
        workers: worker processes, each with an engine.
        plan: the plan's digest.
        index: the shard.
        reason: why the batch ended before all was rendered.
    """

    command: Command
    manifest: str
    base: str
    output: str | None = None
    limit: int | None = None
    workers: int = 1
    plan: str | None = None
    index: int | None = None
    reason: str | None = None

    @property
    def name(self) -> str:
        """For people: `plan`, `render 12`, `finish`."""
        return self.command if self.index is None else f"{self.command} {self.index}"

    def arguments(self, manifest: str) -> list[str]:
        """What `pdfbatch` is called with, given the manifest as a file."""
        words: list[str] = [self.command]
        words += [manifest] if self.index is None else [str(self.index), "--manifest", manifest]
        options = {"--base": self.base, "--output": self.output, "--limit": self.limit, "--plan": self.plan}
        if self.command == "render":
            options["--workers"] = self.workers
        if self.command == "finish":
            options["--reason"] = self.reason
        return words + [word for key, value in options.items() if value is not None for word in (key, str(value))]


class Outcome(msgspec.Struct, frozen=True):
    """What came of a step.

    Attributes:
        status: the command's exit status; −n where signal n ended it.
        summary: what it said at its end, JSON (pdfbatch_api.summaries); empty where it could not say anything.
    """

    status: int
    summary: bytes
