"""Where the API server is and who we are to it: read once, for our own requests and for kopf's."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from kubernetes.aio import config
from kubernetes.aio.client.configuration import Configuration

if TYPE_CHECKING:
    import kopf


class NoClusterError(Exception):
    """There is no way to a cluster from here; says what to give."""


async def load(kubeconfig: Path | None, context: str | None = None) -> tuple[Configuration, asyncio.Task[None] | None]:
    """The connection, and the task that keeps its credentials fresh where they come from a program (EKS, GKE).

    Args:
        kubeconfig: a file; None: the pod's own service account, else the file that kubectl would take.

    Raises:
        NoClusterError: neither is there.
    """
    # kubernetes.aio makes new ones by their metaclass's default copy: this is the one that shares nothing.
    configuration: Configuration = Configuration()
    if kubeconfig is None:
        try:
            config.load_incluster_config(configuration)  # type: ignore[no-untyped-call]
        except config.ConfigException:
            pass
        else:
            return configuration, None
    try:
        file = str(kubeconfig) if kubeconfig else None
        loader = await config.load_kube_config(  # type: ignore[no-untyped-call]
            file, context, configuration, persist_config=False
        )
    except config.ConfigException as error:
        where = str(kubeconfig) if kubeconfig else "this is no pod, and KUBECONFIG"
        raise NoClusterError(
            f"{where} gives no cluster: {error}. Give --kubeconfig a file that kubectl takes"
        ) from None
    refresh = config.refresh_token(loader, configuration)  # type: ignore[no-untyped-call]
    refreshing = asyncio.create_task(refresh, name="credentials")
    return configuration, refreshing


async def for_kopf(configuration: Configuration) -> "kopf.ConnectionInfo":
    """The same for kopf, which asks again whenever the API answers 401: tokens of pods are rotated."""
    import kopf

    authorization = (await configuration.auth_settings()).get("BearerToken", {}).get("value") or ""
    scheme, _, token = str(authorization).partition(" ")
    return kopf.ConnectionInfo(
        server=configuration.host,
        ca_path=configuration.ssl_ca_cert,
        insecure=not configuration.verify_ssl,
        scheme=scheme.capitalize() or None,
        token=token or None,
        certificate_path=configuration.cert_file,
        private_key_path=configuration.key_file,
        proxy_url=configuration.proxy,
    )
