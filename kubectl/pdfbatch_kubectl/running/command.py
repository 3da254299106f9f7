"""The command `run`."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
import yaml
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn

from pdfbatch_api.amounts import counted
from pdfbatch_api.errors import ManifestError, StoreError
from pdfbatch_kubectl.options import Context, Endpoint, Kubeconfig, Namespace, with_api
from pdfbatch_kubectl.running.manifest_file import find_manifest, read_manifest
from pdfbatch_kubectl.screen import err, finish, out, show_note

if TYPE_CHECKING:
    from pdfbatch_kubectl.cluster.api import Api, Json
    from pdfbatch_kubectl.resource import Batch
    from pdfbatch_kubectl.running.rewriting import Plan


def add_to(app: typer.Typer) -> None:
    """Registers the command."""
    app.command("run")(run_command)


def run_command(
    manifest: Annotated[
        Path, typer.Argument(help="The manifest, or a folder with batch.yaml.", metavar="FOLDER_OR_MANIFEST")
    ],
    output: Annotated[
        str | None, typer.Option("--output", "-o", help="Write there instead of spec.output.uri.", metavar="URI")
    ] = None,
    secret: Annotated[
        str | None,
        typer.Option(
            "--credentials-secret",
            help="The Secret that the pods take, as spec.output.credentialsSecretRef.",
            metavar="NAME",
        ),
    ] = None,
    name: Annotated[
        str | None, typer.Option("--name", help="The batch's name, instead of metadata.name.", metavar="NAME")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print what would be applied, and do nothing.")] = False,
    following: Annotated[
        bool, typer.Option("--follow/--no-follow", help="Watch it as `status` does, until it ends.")
    ] = True,
    endpoint: Endpoint = None,
    namespace: Namespace = None,
    context: Context = None,
    kubeconfig: Kubeconfig = None,
) -> None:
    """Take a batch from this machine to the cluster: upload its files, apply it,
    watch it.

    Takes the manifest that `pdfbatch run` takes. What it names by paths (rows,
    files, the template with its assets) is uploaded to the output's bucket, under
    .pdfbatch/uploads/ and the digest of its content: the same files are sent
    once, and other ones never replace them. With a workFolder outside the output
    they go there: rows are personal data. Then the batch is created, with the
    URIs of what was uploaded.

    The upload takes your own credentials, from the environment under the
    provider's names (AWS_ACCESS_KEY_ID …), as `pdfbatch run --output s3://…`
    does. The pods take those of the Secret that --credentials-secret names, or the
    manifest (spec.output.credentialsSecretRef).

    To a pvc:// nothing can be uploaded; a small template then goes into a
    ConfigMap.

    The cluster is asked whether it would take the batch before anything is
    uploaded. Run again unchanged, it goes on with the batch that is there.

    Exit status: 0 the batch has succeeded, or was created with --no-follow; 1 it
    has failed; 2 a mistake.

    \b
      kubectl pdfbatch run examples/invoices --output s3://documents/invoices/ \\
        --credentials-secret store
      kubectl pdfbatch run letters/batch.yaml -n billing --no-follow
    """

    async def work(api: "Api") -> int:
        plan = await asyncio.to_thread(
            planned,
            manifest,
            namespace=namespace,
            default_namespace=api.namespace,
            name=name,
            output=output,
            secret=secret,
        )
        if dry_run:
            out.file.write(as_yaml(plan))
            return 0
        return await run(api, plan, out, err, following=following, endpoint=endpoint)

    finish(with_api(work, namespace=namespace, context=context, kubeconfig=kubeconfig))


def planned(
    manifest: Path,
    *,
    namespace: str | None,
    default_namespace: str,
    name: str | None = None,
    output: str | None = None,
    secret: str | None = None,
) -> "Plan":
    """What is to be done with a manifest. Reads its files, for their digests.

    Args:
        namespace: that was asked for; None: the manifest's, else `default_namespace`.

    Raises:
        ManifestError: it cannot run in a cluster, or its files cannot be taken there.
    """
    from pdfbatch_kubectl.running.parcels import parcels_of
    from pdfbatch_kubectl.running.rewriting import plan_run

    found = find_manifest(manifest)
    parsed, base = read_manifest(found), found.resolve().parent
    own = parsed.metadata.namespace
    if namespace is not None and own is not None and namespace != own:
        raise ManifestError(
            f"the manifest's namespace is {own}, and -n says {namespace}",
            hint="Leave one of them out, as kubectl apply wants it too.",
        )
    return plan_run(
        parsed,
        parcels_of(parsed.spec, base),
        base=base,
        namespace=namespace or own or default_namespace,
        name=name,
        output=output,
        secret=secret,
    )


def as_yaml(plan: "Plan") -> str:
    """What would be applied."""
    objects = [plan.config_map, plan.body] if plan.config_map is not None else [plan.body]
    return yaml.safe_dump_all(objects, sort_keys=False, allow_unicode=True, width=120)


async def run(
    api: "Api", plan: "Plan", console: Console, aside: Console, *, following: bool, endpoint: str | None = None
) -> int:
    """Does it.

    Args:
        endpoint: the store's from here, where it is another than the manifest's.

    Returns:
        0; with `following` the batch's own end.

    Raises:
        PdfbatchError.
    """
    from pdfbatch_kubectl.cluster.resources import PDFBATCHES
    from pdfbatch_kubectl.status.follow import follow_one

    about = plan.body["metadata"]
    name = about["name"]
    for note in plan.notes:
        show_note(note, aside)
    there = await _there(api, plan)
    if there is None:
        await asyncio.to_thread(_upload, plan, aside, endpoint)
        if plan.config_map is not None:
            await _create_config_map(api, plan.config_map)
        made = await api.create(PDFBATCHES, plan.body)
        if plan.config_map is not None:
            await _own(api, plan.config_map, made)
        aside.print(f"batch {name} created in namespace {about['namespace']}", markup=False)
    else:
        aside.print(f"batch {name} is there already, from these very files: going on with it", markup=False)
    if not following:
        aside.print(f"watch it: kubectl pdfbatch status {name} -n {about['namespace']}", markup=False)
        return 0
    api.namespace = about["namespace"]
    return await follow_one(api, name, console)


async def _there(api: "Api", plan: "Plan") -> "Batch | None":
    """The batch, if this very command has made it before; asks the cluster whether it would take it, if not.

    Raises:
        ClusterError: the cluster would not, or a batch of that name is another.
    """
    from pdfbatch_kubectl.cluster.problems import Cause, ClusterError
    from pdfbatch_kubectl.cluster.resources import PDFBATCHES
    from pdfbatch_kubectl.resource import Batch
    from pdfbatch_kubectl.running.rewriting import DIGEST_ANNOTATION

    about = plan.body["metadata"]
    name, namespace = about["name"], about["namespace"]
    try:
        await api.create(PDFBATCHES, plan.body, try_only=True)
    except ClusterError as error:
        if error.cause is not Cause.EXISTS:
            raise
        found = await api.get(Batch, PDFBATCHES, name, namespace=namespace)
        if found.metadata.annotations.get(DIGEST_ANNOTATION) == about["annotations"][DIGEST_ANNOTATION]:
            return found
        raise ClusterError(
            Cause.EXISTS,
            f"there is another batch {name} in namespace {namespace} ({found.status.phase}), and a batch's spec is not "
            "changed once it is made",
            hint=f"Give this one another name with --name, or: kubectl delete pdfbatch {name} -n {namespace}",
        ) from error
    return None


def _upload(plan: "Plan", aside: Console, endpoint: str | None) -> None:
    from pdfbatch_kubectl.running.uploading import upload
    from pdfbatch_kubectl.stores import open_output

    if not plan.uploads:
        return
    store = open_output(plan.root, plan.body["spec"]["output"].get("store", {}), endpoint=endpoint)
    total = sum(parcel.size for parcel in plan.uploads)
    with Progress(
        TextColumn("uploading"),
        BarColumn(),
        DownloadColumn(),
        console=aside,
        transient=True,
        disable=not aside.is_terminal,
    ) as progress:
        task = progress.add_task("", total=total)
        try:
            done = upload(store, plan.uploads, on_file=lambda file: progress.advance(task, file.size))
        except StoreError as error:
            raise type(error)(
                f"the files cannot be uploaded: {error.what}",
                where=error.where,
                hint=f"{error.hint or ''} The upload takes your own credentials, from this shell's environment "
                "(AWS_ACCESS_KEY_ID …), not those of the batch's Secret.".strip(),
            ) from error
    sent = f"{counted(done.sent, 'file')} uploaded ({done.sent_bytes / 1e6:,.1f} MB)"
    there = f", {done.there:,} there already" if done.there else ""
    aside.print(f"{sent}{there}: {plan.root}", markup=False, soft_wrap=True)


async def _create_config_map(api: "Api", body: "Json") -> None:
    from pdfbatch_kubectl.cluster.problems import Cause, ClusterError
    from pdfbatch_kubectl.cluster.resources import CONFIG_MAPS

    try:
        await api.create(CONFIG_MAPS, body)
    except ClusterError as error:
        if error.cause is not Cause.EXISTS:  # named by its content, and immutable: it is the same
            raise


async def _own(api: "Api", config_map: "Json", batch: "Json") -> None:
    """Gives the ConfigMap to its batch, so that it goes when the batch goes."""
    from pdfbatch_kubectl.cluster.resources import CONFIG_MAPS

    about = config_map["metadata"]
    owner = {
        "apiVersion": batch["apiVersion"],
        "kind": batch["kind"],
        "name": batch["metadata"]["name"],
        "uid": batch["metadata"]["uid"],
    }
    await api.patch(CONFIG_MAPS, about["namespace"], about["name"], {"metadata": {"ownerReferences": [owner]}})
