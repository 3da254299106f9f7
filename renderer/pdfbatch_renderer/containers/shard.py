"""The containers of a shard, assembled when all its documents are rendered.

Like everything of a shard it may be done twice, also at once: the same documents give the same bytes under the same
name, and the same records.
"""

import datetime as dt
import errno
import hashlib
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from pdfbatch_api.errors import ObjectMissingError, StoreFullError, Where, WorkFolderError
from pdfbatch_api.plan import Plan, PlannedRow
from pdfbatch_api.protocols import Store
from pdfbatch_api.records import Failure, Record, fold
from pdfbatch_api.resource.output import ContainerSpec
from pdfbatch_api.resource.quantities import size_bytes
from pdfbatch_renderer.containers.assembled import Assembled, ContainerError
from pdfbatch_renderer.containers.assembling import assemble
from pdfbatch_renderer.containers.outcome import (
    failed_with,
    generation_of,
    guilty,
    in_container,
    in_the_way,
    is_settled,
    kept_out,
    unreadable,
    withheld,
)
from pdfbatch_renderer.containers.placing import Existing, place_container
from pdfbatch_renderer.containers.spool import Spool
from pdfbatch_renderer.workfolder import WorkFolder

if TYPE_CHECKING:
    from pdfbatch_renderer.containers.merged_pdf import NumberPages


@dataclass(frozen=True, slots=True)
class ShardAssembler:
    """Assembles the containers of a batch's shards: told a shard and what is known of its rows, it gives the
    records that replace that; none when all is settled already.

    Attributes:
        date: the time in the containers.
        existing: what happens to an object that an earlier batch left under a container's name; None: as the
            plan's spec says.
        number_pages: see `assembling.assemble`.
    """

    plan: Plan
    work: WorkFolder
    output: Store
    container: ContainerSpec
    date: dt.datetime
    existing: Existing | None = None
    number_pages: "NumberPages | None" = None

    def __call__(self, shard: int, records: Mapping[int, Record]) -> list[Record]:
        """See `assemble_shard`."""
        return assemble_shard(
            self.work.rows(self.plan, shard),
            records,
            Spool(self.work.store, shard, prefix=self.work.prefix),
            self.output,
            self.container,
            self.date,
            existing=self.existing or _existing(self.plan),
            recorded=fold(self.work.segments_of(self.plan.digest, shard)),
            number_pages=self.number_pages,
        )


def _existing(plan: Plan) -> Existing:
    class Output(msgspec.Struct):
        existing: Existing = "Overwrite"

    class Spec(msgspec.Struct):
        output: Output

    return msgspec.json.decode(plan.spec, type=Spec).output.existing


def assemble_shard(
    rows: Iterable[PlannedRow],
    records: Mapping[int, Record],
    spool: Spool,
    output: Store,
    spec: ContainerSpec,
    document_date: dt.datetime,
    *,
    existing: Existing = "Overwrite",
    recorded: Mapping[int, Record] | None = None,
    number_pages: "NumberPages | None" = None,
) -> list[Record]:
    """Assembles and stores every container of a shard whose documents all have a record.

    Args:
        rows: the shard's rows in order, those of one container one after the other, as the plan has them.
        records: row to what is known of it, documents that wait in the spool included.
        existing: what happens to an object of an earlier batch under a container's name.
        recorded: row to final record: containers that are settled there are left alone.
        number_pages: see `assembling.assemble`.

    Returns:
        the final record of every document of every container that was dealt with, in the rows' order.

    Raises:
        StoreError: the store is failing; nothing is lost, and a later call goes on.
        WorkFolderError: the rows of a container do not lie together.
    """
    finals: list[Record] = []
    for container, members in _by_container(rows):
        known = [records[row] for row in members if row in records]
        if len(known) < len(members):
            continue  # not all of it is rendered: a later attempt's
        before = [(recorded or {}).get(row) for row in members]
        if is_settled(known, before):
            continue
        ours = frozenset(record.container_sha256 for record in before if record and record.container_sha256)
        after = _Container(container, known, spool, output, spec, document_date, existing, ours, number_pages).settle()
        if after != before:
            finals += after
    return finals


def _by_container(rows: Iterable[PlannedRow]) -> Iterator[tuple[str, list[int]]]:
    seen: set[str] = set()
    for name, group in groupby(rows, key=lambda row: row.container):
        members = [row.row for row in group]  # and not their data
        if name is None:
            continue
        if name in seen:
            raise WorkFolderError(
                f"the rows of the container {name!r} do not lie together in the shard's input",
                where=Where(row=members[0]),
                hint="The plan is damaged: start over with --new.",
            )
        seen.add(name)
        yield name, members


class _UnreadableError(Exception):
    """A waiting document is gone, or is not what was rendered."""

    def __init__(self, member: Record, why: str) -> None:
        super().__init__(why)
        self.member = member
        self.why = why


@dataclass(frozen=True, slots=True)
class _Container:
    name: str
    members: list[Record]
    spool: Spool
    output: Store
    spec: ContainerSpec
    date: dt.datetime
    existing: Existing
    ours: frozenset[str]
    number_pages: "NumberPages | None"

    def settle(self) -> list[Record]:
        """The members' final records; the container is in its place if it can be made."""
        members = self.members
        generation = generation_of(members)
        with tempfile.TemporaryDirectory(prefix="pdfbatch-container-") as folder:
            path = Path(folder) / "container"
            while True:
                culprit = guilty(members)
                good = [member for member in members if member.status == "succeeded"]
                if (culprit is not None and not self.spec.allow_partial) or not good:
                    return self._withheld(members, culprit, generation)
                try:
                    assembled = self._assemble(good, path)
                except _UnreadableError as error:
                    # Where attempts' bytes differ, a retry would find it there and take it.
                    self.spool.remove(error.member.row)
                    # The records say that it waits in the spool, and would say so for ever: only a higher
                    # generation replaces a success.
                    generation = generation_of(self.members) + 1
                    members = [
                        failed_with(member, unreadable(error.why), generation) if member is error.member else member
                        for member in members
                    ]
                    continue
                except ContainerError as error:
                    failure = Failure(error.reason, f"container {self.name!r}: {error}")
                    return [failed_with(member, failure, generation) for member in members]
                return self._placed(members, assembled, path, generation)

    def _assemble(self, members: list[Record], path: Path) -> Assembled:
        try:
            return assemble(
                self.spec.format,
                self._documents(members),
                path,
                document_date=self.date,
                max_bytes=size_bytes(self.spec.max_bytes),
                number_pages=self.number_pages,
            )
        except OSError as error:
            if error.errno not in (errno.ENOSPC, errno.EDQUOT):
                raise
            raise StoreFullError(
                f"there is no room in {path.parent.parent} to assemble the container {self.name!r}",
                hint="Make room there, or let TMPDIR name a larger folder; what is rendered is kept.",
            ) from error

    def _documents(self, members: list[Record]) -> Iterator[tuple[str, bytes]]:
        documents = self.spool.documents(member.row for member in members)
        for member in members:
            try:
                data = next(documents)
            except ObjectMissingError as error:
                raise _UnreadableError(member, "it is gone") from error
            if hashlib.sha256(data).hexdigest() != member.sha256:
                raise _UnreadableError(member, "it holds other bytes than were rendered")
            yield member.name, data

    def _withheld(self, members: list[Record], culprit: Record | None, generation: int) -> list[Record]:
        # Without a culprit nothing was good: every document was skipped, and stays so.
        if culprit is None:
            return [kept_out(member, generation) for member in members]
        failure = withheld(self.name, culprit)
        return [failed_with(member, failure, generation) for member in members]

    def _placed(self, members: list[Record], assembled: Assembled, path: Path, generation: int) -> list[Record]:
        placed = place_container(self.output, self.name, path, assembled, existing=self.existing, ours=self.ours)
        if placed == "kept":
            return [kept_out(member, generation) for member in members]
        if placed == "refused":
            return [failed_with(member, in_the_way(self.name), generation) for member in members]
        return [in_container(member, assembled.sha256, generation) for member in members]
