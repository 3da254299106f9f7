"""One control plane for all tests, with the chart's definition and permissions; a namespace and operators a test."""

import itertools
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest
import yaml

from tests.api_server.a_control_plane import ROOT, ControlPlane, Json, Replica, a_control_plane, wait
from tests.api_server.a_place import Place
from tests.chart.a_chart import Chart
from tests.ports import a_free_port

SYSTEM = "pdfbatch-system"
_numbers = itertools.count(1)
_PERMISSIONS = ("ServiceAccount", "ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding")


@pytest.fixture(scope="session")
def plane(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ControlPlane]:
    """The control plane, with PdfBatch defined and the chart's permissions given."""
    with a_control_plane(tmp_path_factory.mktemp("control-plane")) as plane:
        plane.kubectl("apply", "--server-side", "-f", str(ROOT / "crds" / "pdfbatch.io_pdfbatches.yaml"))
        wait("PdfBatch", lambda: plane.kubectl("get", "--raw=/apis/pdfbatch.io/v1alpha1/pdfbatches", check=False))
        plane.kubectl("create", "namespace", SYSTEM)
        plane.apply(*(one for one in _of_the_chart() if one["kind"] in _PERMISSIONS))
        yield plane


@cache
def _of_the_chart() -> list[Json]:
    return [one for one in yaml.safe_load_all(Chart(namespace=SYSTEM).text()) if one]


def _environment() -> dict[str, str]:
    """What the chart's Deployment gives the operator, but for what only a pod can know."""
    (deployment,) = [one for one in _of_the_chart() if one["kind"] == "Deployment"]
    (container,) = deployment["spec"]["template"]["spec"]["containers"]
    return {one["name"]: one["value"] for one in container["env"] if "value" in one}


@pytest.fixture
def namespace(plane: ControlPlane) -> Iterator[str]:
    """A namespace of the test's own."""
    name = f"test-{next(_numbers)}"
    plane.kubectl("create", "namespace", name)
    wait("a default service account", lambda: plane.get("serviceaccount/default", "-n", name))
    yield name
    # First, and at once: the next test's operator would still be busy with them in a namespace that takes nothing.
    plane.kubectl("delete", "pdfbatches", "--all", "-n", name)
    plane.kubectl("delete", "namespace", name, "--wait=false")


@pytest.fixture
def place(plane: ControlPlane, namespace: str) -> Place:
    """The same, with what a test asks of it."""
    return Place(plane, namespace)


Start = Callable[..., Replica]


@pytest.fixture
def start(plane: ControlPlane, tmp_path: Path) -> Iterator[Start]:
    """Starts replicas of the operator, as the chart's service account and nothing more."""
    replicas: list[Replica] = []
    (account,) = [
        one["metadata"]["name"]
        for one in (plane.get("serviceaccounts", "-n", SYSTEM) or {})["items"]
        if one["metadata"]["name"] != "default"
    ]
    plane.kubectl("delete", "lease", "--all", "-n", SYSTEM)

    def _start(name: str = "one", *, kubeconfig: Path | None = None, **variables: str) -> Replica:
        token = plane.kubectl("create", "token", account, "-n", SYSTEM, "--duration=1h").strip()
        log, port = tmp_path / f"{name}.log", a_free_port()
        given = {f"PDFBATCH_{key.upper()}": value for key, value in variables.items()}
        environment = {
            **os.environ,
            **_environment(),
            "PDFBATCH_LEASE_NAMESPACE": SYSTEM,
            "PDFBATCH_POD_NAME": name,
            "PDFBATCH_HTTP_PORT": str(port),
            "PDFBATCH_HTTP_ADDRESS": "127.0.0.1",
            **given,
        }
        with log.open("wb") as file:
            process = subprocess.Popen(
                [
                    sys.executable,
                    "-m",
                    "pdfbatch_operator",
                    f"--kubeconfig={kubeconfig or plane.kubeconfig(name, token)}",
                ],
                env=environment,
                stderr=file,
                stdout=file,
            )
        replica = Replica(process, log, port)
        replicas.append(replica)
        return replica

    yield _start
    for replica in replicas:
        if replica.process.poll() is None:
            replica.process.kill()
        replica.process.wait()
