"""What an audit found, in sentences, and never more of them than a person can read."""

from collections.abc import Mapping
from typing import Final, Literal, TypeAlias

import msgspec

Kind: TypeAlias = Literal[
    "NoManifest",
    "NoSummary",
    "ManifestChanged",
    "ManifestDamaged",
    "CountsDiffer",
    "DoubledRecord",
    "MissingRecord",
    "UnplannedRecord",
    "OtherName",
    "MissingDocument",
    "OtherSize",
    "OtherContent",
    "Unreadable",
    "StrayObject",
    "LateObject",
    "ObjectOfFailedRow",
    "ContainerMissing",
    "ContainerChanged",
    "MemberMissing",
    "MemberChanged",
    "MemberStray",
]
_SHOWN_PER_KIND: Final = 50


class Finding(msgspec.Struct, frozen=True, omit_defaults=True):
    """One thing that is not as it must be: what, where, and what to do."""

    kind: Kind
    message: str
    row: int = 0
    name: str = ""

    def __str__(self) -> str:
        return f"{self.kind}: {self.message}"


class Verification(msgspec.Struct, frozen=True):
    """The result of an audit.

    Attributes:
        documents: records in the manifest; `checked` of them were read and compared with their digest.
        objects: objects under the output, ours left out.
        bytes: read.
        counts: how often each kind was found, all of them.
        findings: the first of each kind.
    """

    documents: int
    checked: int
    objects: int
    bytes: int
    seconds: float
    counts: Mapping[str, int]
    findings: tuple[Finding, ...]

    @property
    def ok(self) -> bool:
        """Whether nothing was found."""
        return not self.counts

    @property
    def verdict(self) -> str:
        """The result in one sentence."""
        took = f"{self.checked:,} documents read and compared in {self.seconds:.1f} s"
        if self.ok:
            return (
                f"All is there: {self.documents:,} rows with one record each, {took}, "
                f"and {self.objects:,} objects with none too many."
            )
        kinds = ", ".join(f"{count:,} {kind}" for kind, count in sorted(self.counts.items()))
        cut = sum(self.counts.values()) > len(self.findings)
        shown = f"; the first {_SHOWN_PER_KIND} of each are listed" if cut else ""
        return f"Not all is well with these {self.documents:,} rows: {kinds}{shown}. {took}."


class Findings:
    """Collects findings; used by one thread."""

    def __init__(self) -> None:
        self.counts: dict[str, int] = {}
        self.shown: list[Finding] = []

    def add(self, kind: Kind, message: str, *, row: int = 0, name: str = "") -> None:
        """Notes a finding."""
        count = self.counts[kind] = self.counts.get(kind, 0) + 1
        if count <= _SHOWN_PER_KIND:
            self.shown.append(Finding(kind, message, row, name))
