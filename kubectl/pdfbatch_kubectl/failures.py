"""The command `failures`: which documents failed, and why."""

import asyncio
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, BinaryIO, Final, Literal

import msgspec
import typer
from rich.console import Console
from rich.text import Text

from pdfbatch_api.amounts import counted
from pdfbatch_api.errors import PdfbatchError
from pdfbatch_api.protocols import Store
from pdfbatch_kubectl.options import BatchName, Context, Endpoint, Kubeconfig, Namespace, with_api
from pdfbatch_kubectl.resource import Batch, Failure
from pdfbatch_kubectl.screen import BAD, FAINT, err, finish, out, show_note
from pdfbatch_kubectl.stores import MANIFEST_NAMES, SUMMARY_NAME, open_output

if TYPE_CHECKING:
    from pdfbatch_kubectl.cluster.api import Api

_SHOWN: Final = 10
_COLUMNS: Final = ["row", "name", "status", "reason", "message"]


@dataclass(frozen=True, slots=True)
class Failures:
    """The failed documents of a batch.

    Attributes:
        known: all of them, or the first.
        total: how many there are.
        source: where `known` was read: the manifest's URI, or "status".
        note: why they are not all, where they are not.
    """

    known: tuple[Failure, ...]
    total: int
    source: str
    note: str = ""


class _Line(msgspec.Struct, frozen=True, gc=False):
    """What of a manifest's line matters here; see docs/manifest.md."""

    row: int
    name: str
    status: str
    reason: str | None = None
    message: str | None = None


class _Summary(msgspec.Struct, frozen=True):
    """What of summary.json matters here: whose it is."""

    batch: str = ""


def add_to(app: typer.Typer) -> None:
    """Registers the command."""
    app.command("failures")(failures_command)


def failures_command(
    name: BatchName,
    everything: Annotated[
        bool, typer.Option("--all", help=f"Name every document. Default: the first {_SHOWN} of each reason.")
    ] = False,
    output: Annotated[Literal["text", "json"], typer.Option("--output", "-o", help="How to print it.")] = "text",
    endpoint: Endpoint = None,
    namespace: Namespace = None,
    context: Context = None,
    kubeconfig: Kubeconfig = None,
) -> None:
    """Show which documents failed and why, by reason.

    The resource has the first ten. All are in the batch's manifest, which is
    written when rendering has ended. It is read where it can be read from here:
    from s3://, gs:// and az:// with your own credentials, which come from the
    environment under the provider's own names (AWS_ACCESS_KEY_ID …), as for
    `pdfbatch verify`. The batch's Secret is not touched. A pvc:// cannot be read
    from here: the message says where to look.

    -o json prints the counts by reason and every document that is known.

    \b
      kubectl pdfbatch failures invoices
      kubectl pdfbatch failures invoices -o json | jq '.reasons'
    """

    async def work(api: "Api") -> int:
        from pdfbatch_kubectl.batches import find_batch

        batch = await find_batch(api, name)
        found = await asyncio.to_thread(failures_of, batch, endpoint=endpoint)
        if output == "json":
            out.file.write(as_json(batch, found) + "\n")
        else:
            show(batch, found, out, err, most=None if everything else _SHOWN)
        return 0

    finish(with_api(work, namespace=namespace, context=context, kubeconfig=kubeconfig))


def failures_of(batch: Batch, *, endpoint: str | None = None) -> Failures:
    """The failed documents: all where the manifest can be read, else the first, and why not all.

    Args:
        endpoint: the store's from here, where it is another than the manifest's.
    """
    status = batch.status
    total = status.documents.failed
    first = tuple(status.failures)
    if total <= len(first):
        return Failures(first, total, "status")
    note = _beyond_reach(batch)
    if not note:
        try:
            store = open_output(batch.spec.output.uri, batch.spec.output.store, endpoint=endpoint)
            uri, failed = _from_manifest(store, batch)
            return Failures(tuple(failed), len(failed), uri)
        except PdfbatchError as error:
            note = str(error)
    return Failures(first, total, "status", note)


def _beyond_reach(batch: Batch) -> str:
    """Why the manifest cannot be read from here, where that is clear beforehand."""
    if not batch.over:
        return "the manifest, which has all, is written when rendering has ended"
    output = batch.spec.output.uri
    if "://" not in output or output.startswith("file:"):
        return f"{output} was a pod's own disk, and is gone with it"
    claim = output.removeprefix("pvc://")
    if claim != output:
        name, _, folder = claim.partition("/")
        return (
            f"all are in {folder}manifest.jsonl and report.html on the claim {name}, which only a pod can read: mount "
            "it in one (examples/kubernetes/storage.yaml has such a pod), and kubectl cp them out"
        )
    return ""


def _from_manifest(store: Store, batch: Batch) -> tuple[str, list[Failure]]:
    # Several batches may write to one output: the manifest is the last one's.
    try:
        summary = msgspec.json.decode(store.get(SUMMARY_NAME), type=_Summary)
    except msgspec.MsgspecError as error:
        raise PdfbatchError(f"{store.uri}{SUMMARY_NAME} is damaged ({error})") from error
    if summary.batch != batch.metadata.uid:
        raise PdfbatchError(
            f"the manifest at {store.uri} is another batch's by now", hint="Give each batch an output of its own."
        )
    formats = batch.spec.output.manifest
    name = MANIFEST_NAMES["jsonl" if "jsonl" in formats else "parquet"]
    with store.stream(name) as stream:
        lines = _json_lines(stream) if name.endswith(".jsonl") else _parquet(stream)
        try:
            failed = [
                Failure(line.row, line.name, line.reason or "", line.message or "")
                for line in lines
                if line.status == "failed"
            ]
        except (msgspec.MsgspecError, OSError, ValueError) as error:
            raise PdfbatchError(f"{store.uri}{name} cannot be read ({' '.join(str(error).split())[:200]})") from error
    return f"{store.uri}{name}", failed


def _json_lines(stream: BinaryIO) -> Iterator[_Line]:
    decode = msgspec.json.Decoder(_Line).decode
    return (decode(text) for text in stream if b'"failed"' in text)  # most have not: not worth decoding


def _parquet(stream: BinaryIO) -> Iterator[_Line]:
    try:
        import pyarrow.parquet as pq
    except ImportError as error:
        raise PdfbatchError(
            "the manifest is Parquet alone, and pyarrow is not installed",
            hint="in the checkout, pip install '.[renderer]'; or list jsonl in output.manifest next time.",
        ) from error
    with pq.ParquetFile(stream) as file:
        for batch in file.iter_batches(batch_size=10_000, columns=_COLUMNS):
            yield from map(_Line, *(batch.column(name).to_pylist() for name in _COLUMNS))


def by_reason(failures: Iterable[Failure]) -> list[tuple[str, list[Failure]]]:
    """Failures by their reason, the most frequent first."""
    grouped: dict[str, list[Failure]] = {}
    for failure in failures:
        grouped.setdefault(failure.reason, []).append(failure)
    return sorted(grouped.items(), key=lambda group: (-len(group[1]), group[0]))


def show(batch: Batch, found: Failures, console: Console, aside: Console, *, most: int | None) -> None:
    """Prints them for people.

    Args:
        aside: for why they are not all.
        most: of a reason; None: all.
    """
    documents = batch.status.documents
    if found.total == 0:
        console.print(
            f"No document of {batch.metadata.name} has failed, {documents.done:,} of {documents.total:,} done."
        )
        return
    console.print(f"{found.total:,} of {counted(documents.total, 'document')} of {batch.metadata.name} failed.")
    whole = len(found.known) == found.total
    if not whole:
        console.print(f"The first {len(found.known)}:")
    for reason, group in by_reason(found.known):
        console.print()
        console.print(Text.assemble((reason, f"bold {BAD}"), f": {len(group):,}" if whole else ""))
        for failure in group[:most]:
            console.print(
                Text.assemble((f"  row {failure.row}  {failure.name}  ", FAINT), failure.message), soft_wrap=True
            )
        if most is not None and len(group) > most:
            console.print(Text(f"  … and {len(group) - most:,} more: --all names them", style=FAINT))
    if found.source != "status":
        console.print()
        console.print(Text(f"from {found.source}", style=FAINT), soft_wrap=True)
    if found.note:
        show_note(found.note, aside)


def as_json(batch: Batch, found: Failures) -> str:
    """The same for programs."""
    body = {
        "batch": batch.metadata.name,
        "namespace": batch.metadata.namespace,
        "documents": batch.status.documents.total,
        "failed": found.total,
        "complete": len(found.known) == found.total,
        "source": found.source,
        "note": found.note,
        "reasons": {reason: len(group) for reason, group in by_reason(found.known)},
        "failures": found.known,
    }
    return msgspec.json.format(msgspec.json.encode(body)).decode()
