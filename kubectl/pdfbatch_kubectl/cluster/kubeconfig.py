"""Which cluster, as whom, in which namespace: what kubectl would take."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import yaml
from kubernetes.aio import config
from kubernetes.aio.client.configuration import Configuration

from pdfbatch_api.errors import PdfbatchError, Where
from pdfbatch_api.exit_codes import ExitCode

_POD_NAMESPACE: Final = Path("/var/run/secrets/kubernetes.io/serviceaccount/namespace")
_DEFAULT_NAMESPACE: Final = "default"
# Logs of many pods are followed at once, each over a connection.
_CONNECTIONS: Final = 512


class KubeconfigError(PdfbatchError):
    """There is no kubeconfig, or it names no cluster that could be asked."""

    exit_code = ExitCode.USAGE


@dataclass(frozen=True, slots=True)
class Access:
    """A cluster, and where in it.

    Attributes:
        configuration: the client's: address, certificates, credentials.
        context: its name in the kubeconfig.
        namespace: the one to look at.
    """

    configuration: Configuration
    context: str
    namespace: str


async def access(kubeconfig: Path | None, context: str | None, namespace: str | None) -> Access:
    """The way to the cluster.

    Args:
        kubeconfig: None: $KUBECONFIG's files, else ~/.kube/config, else, in a pod, its service account.
        context: None: the current one.
        namespace: None: the context's.

    Raises:
        KubeconfigError: says what is missing.
    """
    # kubernetes.aio makes new ones by their metaclass's default copy: this is the one that shares nothing.
    configuration: Configuration = Configuration()
    configuration.connection_pool_maxsize = _CONNECTIONS
    told = str(kubeconfig) if kubeconfig else os.environ.get("KUBECONFIG") or "~/.kube/config"
    if not _is_there(told):
        if kubeconfig is None and context is None and _from_pod(configuration):
            return Access(configuration, "in-cluster", namespace or _pod_namespace())
        raise KubeconfigError(
            f"there is no kubeconfig {told}",
            hint="Name one with --kubeconfig or $KUBECONFIG; whoever runs the cluster hands them out.",
        )
    try:
        loader = await config.load_kube_config(  # type: ignore[no-untyped-call]
            told, context, configuration, persist_config=False
        )
        current = loader.current_context
    except config.ConfigException as error:
        raise KubeconfigError(_words(error), where=Where(uri=told), hint=_hint(context)) from error
    except (yaml.YAMLError, OSError, TypeError, KeyError, AttributeError, ValueError) as error:
        raise KubeconfigError(
            f"this is not a kubeconfig that can be used ({type(error).__name__}: {_words(error)})",
            where=Where(uri=told),
            hint="`kubectl config view` reads the same file.",
        ) from error
    chosen = namespace or (current.get("context") or {}).get("namespace") or _DEFAULT_NAMESPACE
    return Access(configuration, str(current["name"]), chosen)


def _is_there(told: str) -> bool:
    return any(Path(path).expanduser().is_file() for path in told.split(os.pathsep) if path)


def _pod_namespace() -> str:
    return _POD_NAMESPACE.read_text().strip()


def _from_pod(configuration: Configuration) -> bool:
    try:
        config.load_incluster_config(configuration)  # type: ignore[no-untyped-call]
    except config.ConfigException:
        return False
    return True


def _words(error: BaseException) -> str:
    return " ".join(str(error).split())[:300].rstrip(".")


def _hint(context: str | None) -> str:
    known = "`kubectl config get-contexts` lists the contexts that there are."
    return known if context else f"Choose a context: kubectl config use-context NAME. {known}"
