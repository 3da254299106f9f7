"""etcd, the API server, the controller manager, the scheduler and the cluster's DNS, as processes of the machine."""

import datetime as dt
import urllib.request
from collections.abc import Callable, Sequence
from pathlib import Path

from devcluster import configuration, processes
from devcluster.binaries import Binaries
from devcluster.certificates import Authority, service_account_keys
from devcluster.errors import CommandFailedError
from devcluster.settings import Settings

ROLES = ("etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "coredns")


class ControlPlane:
    """Writes what these programs read, and starts them."""

    def __init__(self, settings: Settings, binaries: Binaries) -> None:
        self._settings = settings
        self._binaries = binaries
        self._certificates = settings.folder / "certificates"
        self._files = settings.folder / "control-plane"

    def write_files(self) -> None:
        """Makes the authority, and every certificate and kubeconfig of the cluster, nodes' included."""
        settings, folder = self._settings, self._certificates
        now = dt.datetime.now(dt.UTC)
        authority = Authority(folder, "ca", now)
        front_proxy = Authority(folder, "front-proxy-ca", now)
        front_proxy.sign("front-proxy-client", common="front-proxy-client")
        service_account_keys(folder)
        etcd = authority.sign("etcd", common="etcd", addresses=[settings.private_address])
        authority.sign("etcd-client", common="kube-apiserver")
        authority.sign(
            "kube-apiserver",
            common="kube-apiserver",
            names=["localhost", *("kubernetes.default.svc.cluster.local".rsplit(".", cut)[0] for cut in range(5))],
            addresses=[settings.address, settings.api_service_address],
        )
        authority.sign("kubelet-client", common="kube-apiserver-kubelet-client", organization="system:masters")
        self._user(authority, settings.kubeconfig, "devcluster-admin", "system:masters")
        for component in ("kube-controller-manager", "kube-scheduler", "kube-proxy", "coredns"):
            self._user(authority, self._files / f"{component}.kubeconfig", f"system:{component}")
        for number, name in enumerate(settings.node_names(), 1):
            node = settings.folder / name
            self._user(authority, node / "kubelet.kubeconfig", f"system:node:{name}", "system:nodes")
            server = authority.sign(
                f"{name}-server", common=name, names=[name], addresses=[settings.node_address(number)]
            )
            kubelet = configuration.kubelet(
                settings, number, folder=node, authority=authority.files.certificate, server=server
            )
            (node / "kubelet.yaml").write_text(kubelet)
            proxy = configuration.kube_proxy(settings, number, kubeconfig=self._files / "kube-proxy.kubeconfig")
            (node / "kube-proxy.yaml").write_text(proxy)
        self._etcd_command = configuration.etcd_command(settings, authority=authority.files.certificate, server=etcd)
        (self._files / "audit-policy.yaml").write_text(configuration.audit_policy())
        corefile = configuration.corefile(settings, self._files / "coredns.kubeconfig")
        (self._files / "Corefile").write_text(corefile)

    def _user(self, authority: Authority, path: Path, common: str, organization: str | None = None) -> None:
        pair = authority.sign(f"user-{common.replace(':', '-')}", common=common, organization=organization)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(configuration.kubeconfig(self._settings, authority.files.certificate, pair))

    def start_api(self) -> None:
        """Starts etcd and the API server, which waits for etcd by itself."""
        self._start("etcd", self._etcd_command)
        self.start_api_server()

    def start_api_server(self) -> None:
        """Starts the API server alone; its files and etcd are there."""
        policy = self._files / "audit-policy.yaml"
        arguments = configuration.api_server_command(self._settings, self._certificates, policy)
        self._start("kube-apiserver", self._built("kube-apiserver", arguments))

    def wait_for_api(self) -> None:
        self._wait("the API server is not ready", self._api_is_ready, ("etcd", "kube-apiserver"))

    def start_the_rest(self) -> None:
        """Starts what needs the API server, which must be ready: they give up on one that is not."""
        manager = configuration.controller_manager_command(
            self._settings, self._certificates, self._files / "kube-controller-manager.kubeconfig"
        )
        self._start("kube-controller-manager", self._built("kube-controller-manager", manager))
        scheduler = configuration.scheduler_command(self._settings, self._files / "kube-scheduler.kubeconfig")
        self._start("kube-scheduler", self._built("kube-scheduler", scheduler))
        processes.run(*self._kubectl(), "apply", "-f", "-", stdin=configuration.dns_rights())
        self._start("coredns", self._built("coredns", ["-conf", f"{self._files}/Corefile"]))

    def wait_for_the_rest(self) -> None:
        self._wait("namespace default has no service account", self._has_service_accounts, ROLES)
        self._wait("the cluster's DNS is not ready", self._dns_is_ready, ROLES)

    def is_ready(self) -> bool:
        alive = {one.role for one in processes.of_cluster(self._settings.name)}
        return set(ROLES) <= alive and self._api_is_ready()

    def _start(self, role: str, command: Sequence[str | Path]) -> None:
        processes.start(self._settings.name, role, command, self._settings.logs / f"{role}.log")

    def _built(self, program: str, arguments: list[str]) -> list[str | Path]:
        return [self._binaries[program], *arguments]

    def _wait(self, what: str, true: Callable[[], bool], roles: tuple[str, ...]) -> None:
        settings = self._settings
        processes.wait_until(true, what=what, within=60, cluster=settings.name, roles=roles, logs=settings.logs)

    def _kubectl(self) -> list[str | Path]:
        cache = self._settings.folder / "clients" / "kubectl"
        return [self._binaries["kubectl"], "--kubeconfig", self._settings.kubeconfig, "--cache-dir", cache]

    def _ask(self, *arguments: str) -> str | None:
        """The output, or None where it did not work (yet)."""
        try:
            return processes.run(*self._kubectl(), "--request-timeout=5s", *arguments, within=20)
        except CommandFailedError:
            return None

    def _api_is_ready(self) -> bool:
        return self._ask("get", "--raw", "/readyz") == "ok"

    def _has_service_accounts(self) -> bool:
        return self._ask("get", "serviceaccount", "default", "--namespace", "default") is not None

    def _dns_is_ready(self) -> bool:
        return _answers(f"http://{self._settings.private_address}:8181/ready")


def _answers(url: str) -> bool:
    # Without the environment's proxies: this is the machine's own loopback.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=2) as response:
            return bool(response.status == 200)
    except OSError:
        return False
