"""Options that all commands share: which cluster, and where in it. Named as kubectl names them."""

from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from pdfbatch_kubectl.cluster.api import Api

Namespace = Annotated[
    str | None,
    typer.Option("--namespace", "-n", help="The batch's namespace. Default: the context's.", metavar="NAME"),
]
Context = Annotated[
    str | None, typer.Option("--context", help="The kubeconfig's context. Default: the current one.", metavar="NAME")
]
Kubeconfig = Annotated[
    Path | None,
    typer.Option("--kubeconfig", help="The kubeconfig. Default: $KUBECONFIG, else ~/.kube/config.", metavar="FILE"),
]
BatchName = Annotated[str, typer.Argument(help="The batch's name.", metavar="NAME", show_default=False)]
Endpoint = Annotated[
    str | None,
    typer.Option(
        "--endpoint",
        help="The store's endpoint as it is reached from here, where the manifest's is for pods alone.",
        metavar="URL",
    ),
]
MaybeBatchName = Annotated[
    str | None, typer.Argument(help="The batch's name. Default: all of the namespace.", metavar="NAME")
]


async def with_api(
    work: "Callable[[Api], Coroutine[Any, Any, int]]",
    *,
    namespace: str | None,
    context: str | None,
    kubeconfig: Path | None,
) -> int:
    """Does some work with the cluster that was chosen.

    Returns:
        The exit status that the work came to.

    Raises:
        PdfbatchError: there is no way to a cluster, or what the work raises.
    """
    # Here, so that --help does not wait for the Kubernetes client to load.
    from pdfbatch_kubectl.cluster.api import Api
    from pdfbatch_kubectl.cluster.kubeconfig import access

    api = Api(await access(kubeconfig, context, namespace))
    try:
        return await work(api)
    finally:
        await api.close()
