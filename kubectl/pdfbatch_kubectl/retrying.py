"""The command `retry`: a batch that is over goes back to the documents that failed."""

import asyncio
import time
from typing import TYPE_CHECKING, Annotated, Final

import typer
from rich.console import Console

from pdfbatch_api.amounts import counted
from pdfbatch_kubectl.options import BatchName, Context, Kubeconfig, Namespace, with_api
from pdfbatch_kubectl.screen import err, finish, out

if TYPE_CHECKING:
    from pdfbatch_kubectl.cluster.api import Api
    from pdfbatch_kubectl.resource import Batch

# An operator that is there takes a moment; one that is being replaced takes over within twelve seconds.
_PATIENCE: Final = 30.0
_LOOK_SECONDS: Final = 0.5


def add_to(app: typer.Typer) -> None:
    """Registers the command."""
    app.command("retry")(retry_command)


def retry_command(
    name: BatchName,
    waiting: Annotated[bool, typer.Option("--wait", help="Watch it as `status` does, until it ends.")] = False,
    namespace: Namespace = None,
    context: Context = None,
    kubeconfig: Kubeconfig = None,
) -> None:
    """Render the documents that failed once more, of a batch that is over.

    Only the shards that hold them are rendered, and of these only what failed; the
    manifest is then written anew, with all documents in it. As `pdfbatch retry`
    does it on one machine.

    The template, the rows and the files of steps are those that the batch was
    planned with: a retry is for what lies outside of it. A picture or an
    attachment that rows name and that was not there, a store that was full, a
    deadline that was too short (edit spec.activeDeadlineSeconds first). Of a
    mended template or row make a new batch.

    Exit status: 0 the retry is asked for, or with --wait the batch has succeeded;
    1 with --wait it has failed; 2 there is nothing to retry, or not yet.

    \b
      kubectl pdfbatch retry invoices
      kubectl pdfbatch retry invoices --wait -n billing
    """

    async def work(api: "Api") -> int:
        return await retry(api, name, out, err, waiting=waiting)

    finish(with_api(work, namespace=namespace, context=context, kubeconfig=kubeconfig))


async def retry(
    api: "Api", name: str, console: Console, aside: Console, *, waiting: bool, patience: float = _PATIENCE
) -> int:
    """Asks for a retry.

    Args:
        waiting: until it has ended.
        patience: seconds that the operator has to begin it, when that is waited for.

    Returns:
        0; with `waiting` the batch's own end.

    Raises:
        ClusterError: it cannot be retried, or the cluster refuses.
    """
    from pdfbatch_kubectl.batches import find_batch
    from pdfbatch_kubectl.cluster.resources import PDFBATCHES
    from pdfbatch_kubectl.status.follow import follow_one

    batch = await find_batch(api, name)
    where = batch.metadata.namespace
    asked = batch.spec.retries.generation
    if batch.over and asked > batch.status.retries.generation:
        aside.print(f"retry {asked} of {name} is asked for already", markup=False)
    else:
        refuse(batch)
        asked += 1
        await api.patch(PDFBATCHES, where, name, {"spec": {"retries": {"generation": asked}}})
        failed = batch.status.documents.failed
        what = counted(failed, "failed document") if failed else "what is missing"
        aside.print(f"retry {asked} of {name}: {what} once more", markup=False)
    if not waiting:
        aside.print(f"watch it: kubectl pdfbatch status {name} -n {where}", markup=False)
        return 0
    api.namespace = where
    await _until_begun(api, name, asked, patience)
    return await follow_one(api, name, console)


def refuse(batch: "Batch") -> None:
    """Says why a batch cannot be retried.

    Raises:
        ClusterError: it cannot.
    """
    from pdfbatch_kubectl.cluster.problems import Cause, ClusterError

    name, status = batch.metadata.name, batch.status
    where = f"{name} -n {batch.metadata.namespace}"
    if not batch.over:
        raise ClusterError(
            Cause.REFUSED,
            f"{name} is not over yet ({status.phase}): only what has ended is retried",
            hint=f"Wait for its end: kubectl pdfbatch status {where}",
        )
    if status.plan is None:
        raise ClusterError(
            Cause.REFUSED,
            f"{name} failed before it was planned: nothing of it can be retried",
            hint=f"kubectl pdfbatch status {where} says why; correct it, and create it anew.",
        )
    if status.phase == "Succeeded" and not status.documents.failed:
        raise ClusterError(Cause.REFUSED, f"no document of {name} failed: there is nothing to retry")


async def _until_begun(api: "Api", name: str, generation: int, patience: float) -> None:
    """Waits until the operator has taken the retry up: until then the batch is as over as it was."""
    from pdfbatch_kubectl.batches import find_batch
    from pdfbatch_kubectl.cluster.problems import Cause, ClusterError

    end = time.monotonic() + patience
    while (await find_batch(api, name)).status.retries.generation < generation:
        if time.monotonic() > end:
            raise ClusterError(
                Cause.SERVER,
                f"nobody has begun retry {generation} of {name} for {patience:.0f} s",
                hint="Is the operator running? kubectl get pods -A -l app.kubernetes.io/name=pdfbatch; the retry is "
                "begun as soon as it is.",
            )
        await asyncio.sleep(_LOOK_SECONDS)
