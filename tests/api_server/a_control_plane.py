"""etcd, the API server and the controller manager as processes, on ports of their own; no root, no network."""

import datetime as dt
import json
import os
import secrets
import shutil
import signal
import ssl
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from devcluster import Access, MachineUnsuitableError, packages
from devcluster.binaries import Binaries, build

from tests.ports import a_free_port

Json = dict[str, Any]

ROOT = Path(__file__).parents[2]


def wait(what: str, true: Callable[[], Any], within: float = 20.0) -> Any:
    """Until it is true; what it then is."""
    end = time.monotonic() + within
    while not (found := true()):
        assert time.monotonic() < end, f"{what}: not within {within:.0f} s"
        time.sleep(0.05)
    return found


@dataclass
class ControlPlane:
    """One that runs."""

    folder: Path
    programs: Binaries
    etcd: str
    port: int = field(default_factory=a_free_port)
    etcd_ports: tuple[int, int] = field(default_factory=lambda: (a_free_port(), a_free_port()))
    admin: str = field(default_factory=lambda: secrets.token_hex(8))
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self.port}"

    def start(self) -> None:
        """All of it; ready to be used when this returns."""
        key = self.folder / "service-account.key"
        subprocess.run(["openssl", "genrsa", "-out", str(key), "2048"], check=True, capture_output=True)
        (self.folder / "tokens.csv").write_text(f'{self.admin},admin,admin,"system:masters"\n')
        self.kubeconfig("admin", self.admin)
        client, peer = (f"http://127.0.0.1:{port}" for port in self.etcd_ports)
        self._run(
            "etcd",
            self.etcd,
            f"--data-dir={self.folder}/etcd",
            f"--listen-client-urls={client}",
            f"--advertise-client-urls={client}",
            f"--listen-peer-urls={peer}",
            f"--initial-advertise-peer-urls={peer}",
            f"--initial-cluster=default={peer}",
            "--unsafe-no-fsync",
        )
        self.start_api_server()
        self._run(
            "kube-controller-manager",
            str(self.programs["kube-controller-manager"]),
            f"--kubeconfig={self.folder}/admin.kubeconfig",
            f"--service-account-private-key-file={key}",
            f"--secure-port={a_free_port()}",
            "--bind-address=127.0.0.1",
            f"--cert-dir={self.folder}/controller-manager",
            "--leader-elect=false",
            "--controllers=job-controller,garbage-collector-controller,serviceaccount-controller,namespace-controller,"
            "resourcequota-controller",
        )
        wait("a default service account", lambda: self.get("serviceaccount/default"))

    def start_api_server(self) -> None:
        """The API server alone; ready when this returns."""
        self._run(
            "kube-apiserver",
            str(self.programs["kube-apiserver"]),
            f"--etcd-servers=http://127.0.0.1:{self.etcd_ports[0]}",
            "--bind-address=127.0.0.1",
            f"--secure-port={self.port}",
            "--advertise-address=127.0.0.1",
            "--endpoint-reconciler-type=none",
            f"--cert-dir={self.folder}/certificates",
            "--service-account-issuer=https://test",
            f"--service-account-key-file={self.folder}/service-account.key",
            f"--service-account-signing-key-file={self.folder}/service-account.key",
            f"--token-auth-file={self.folder}/tokens.csv",
            "--authorization-mode=RBAC",
            "--service-cluster-ip-range=10.0.0.0/24",
        )
        wait("the API server", self._is_ready, within=60)

    def kill(self, name: str) -> None:
        """End a process at once."""
        process = self.processes.pop(name)
        process.kill()
        process.wait()

    def stop(self) -> None:
        for name in list(self.processes):
            self.kill(name)

    def kubeconfig(self, name: str, token: str) -> Path:
        """A kubeconfig for who has that token."""
        path = self.folder / f"{name}.kubeconfig"
        path.write_text(
            json.dumps(
                {
                    "apiVersion": "v1",
                    "kind": "Config",
                    "clusters": [
                        {"name": "c", "cluster": {"server": self.url, "insecure-skip-tls-verify": True}},
                    ],
                    "users": [{"name": "u", "user": {"token": token}}],
                    "contexts": [{"name": "c", "context": {"cluster": "c", "user": "u"}}],
                    "current-context": "c",
                }
            )
        )
        return path

    def kubectl(self, *arguments: str, stdin: str | None = None, check: bool = True) -> str:
        """What kubectl says, as the cluster's admin."""
        done = subprocess.run(
            [str(self.programs["kubectl"]), f"--kubeconfig={self.folder}/admin.kubeconfig", *arguments],
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert not check or done.returncode == 0, f"kubectl {' '.join(arguments)}: {done.stderr}"
        return done.stdout

    def access(self) -> Access:
        """The same, with what kubectl says to standard error and how it ends."""
        kubeconfig = self.folder / "admin.kubeconfig"
        return Access(kubeconfig, kubectl=self.programs["kubectl"], helm=self.programs["helm"])

    def apply(self, *bodies: Json) -> None:
        """Create or change objects."""
        text = json.dumps({"apiVersion": "v1", "kind": "List", "items": list(bodies)})
        self.kubectl("apply", "--server-side", "--force-conflicts", "-f", "-", stdin=text)

    def get(self, *what: str) -> Json | None:
        """An object or a list; None when there is no such object."""
        text = self.kubectl("get", *what, "-o", "json", "--ignore-not-found", check=False)
        answer: Json | None = json.loads(text) if text else None
        return answer

    def patch_status(self, namespace: str, kind: str, name: str, status: Json) -> None:
        """What a kubelet would report."""
        body = json.dumps({"status": status})
        self.kubectl("patch", kind, name, "-n", namespace, "--subresource=status", "--type=merge", "-p", body)

    def _is_ready(self) -> bool:
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        request = urllib.request.Request(f"{self.url}/readyz", headers={"Authorization": f"Bearer {self.admin}"})
        try:
            with urllib.request.urlopen(request, context=context, timeout=2) as answer:
                return bool(answer.status == 200)
        except OSError:
            process = self.processes["kube-apiserver"]
            log = self.folder / "kube-apiserver.log"
            assert process.poll() is None, f"the API server has ended: {log.read_text()[-2000:]}"
            return False

    def _run(self, name: str, *command: str) -> None:
        with (self.folder / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(
                command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True
            )


@contextmanager
def a_control_plane(folder: Path) -> Iterator[ControlPlane]:
    """One that runs until the block's end."""
    try:
        programs = build()  # once a machine; afterwards it is there
        if shutil.which("etcd") is None and os.geteuid() == 0:
            packages.install()
    except MachineUnsuitableError as error:
        pytest.skip(f"there is no API server, so the operator is not tried against one: {error}")
    etcd = shutil.which("etcd")
    if etcd is None:
        pytest.skip("etcd is missing, and keeps the API server's objects: apt-get install etcd-server")
    plane = ControlPlane(folder, programs, etcd)
    try:
        plane.start()
        yield plane
    finally:
        plane.stop()


@dataclass
class Replica:
    """A process of the operator."""

    process: subprocess.Popen[bytes]
    log: Path
    port: int

    def lines(self) -> list[Json]:
        """Its log."""
        return [json.loads(line) for line in self.log.read_text().splitlines() if line.startswith("{")]

    def said(self, part: str) -> bool:
        """Whether its log has a message with that part."""
        return any(part in line["message"] for line in self.lines())

    def leads(self) -> bool:
        return self.said("this replica leads")

    def led_at(self) -> float:
        """When it began to lead, as time.time() has it."""
        (line,) = [line for line in self.lines() if line["message"] == "this replica leads"]
        return dt.datetime.fromisoformat(line["time"]).timestamp()

    def kill(self, number: int = signal.SIGKILL) -> None:
        self.process.send_signal(number)

    def http(self, path: str) -> str:
        """What it serves."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=5) as answer:
            text: str = answer.read().decode()
            return text

    def requests(self) -> dict[str, float]:
        """Its requests, by verb, resource and code."""
        lines = self.http("/metrics").splitlines()
        counted = [line for line in lines if line.startswith("pdfbatch_operator_api_requests_total")]
        return {line.rpartition(" ")[0].partition("{")[2]: float(line.rpartition(" ")[2]) for line in counted}
