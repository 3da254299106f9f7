"""What stands in the way, in words for the person whose way it is."""

from pathlib import Path

import pytest
from kubernetes.aio.client.configuration import Configuration
from typer.testing import CliRunner

from pdfbatch_api.errors import PdfbatchError
from pdfbatch_kubectl.app import app
from pdfbatch_kubectl.batches import find_batch
from pdfbatch_kubectl.cluster.api import Api
from pdfbatch_kubectl.cluster.kubeconfig import Access, access
from pdfbatch_kubectl.cluster.resources import PDFBATCHES
from pdfbatch_kubectl.resource import Batch
from tests.unit.kubectl.a_cluster import Cluster

KUBECONFIG = """
apiVersion: v1
kind: Config
clusters: [{name: c, cluster: {server: "https://127.0.0.1:9"}}]
users: [{name: u, user: {token: x}}]
contexts:
  - {name: works, context: {cluster: c, user: u, namespace: billing}}
  - {name: plain, context: {cluster: c, user: u}}
current-context: works
"""


async def said(api: Api, name: str = "invoices") -> str:
    with pytest.raises(PdfbatchError) as caught:
        await find_batch(api, name)
    return str(caught.value)


async def test_pdfbatch_is_not_installed(cluster: Cluster, api: Api) -> None:
    cluster.installed = False

    text = await said(api)

    assert "the cluster of context test knows no PdfBatch pdfbatch.io/v1alpha1: pdfbatch is not installed there" in text
    assert "helm install pdfbatch" in text


async def test_forbidden_names_the_verb_the_resource_and_who_to_ask(cluster: Cluster, api: Api) -> None:
    message = 'pdfbatches.pdfbatch.io "invoices" is forbidden: User "ottilie" cannot get resource "pdfbatches"'
    cluster.fail(403, path="pdfbatches", reason="Forbidden", message=message)

    assert await said(api) == (
        "ottilie may not get pdfbatches.pdfbatch.io in namespace shop. Ask whoever administers the namespace: the role "
        "view there includes it. Try it with: kubectl auth can-i get pdfbatches.pdfbatch.io -n shop"
    )


async def test_credentials_that_have_run_out(cluster: Cluster, api: Api) -> None:
    cluster.fail(401, path="pdfbatches", message="Unauthorized")

    assert "the cluster does not take the credentials of context test. They may have run out" in await said(api)


async def test_a_server_that_fails(cluster: Cluster, api: Api) -> None:
    cluster.fail(500, path="pdfbatches", message="etcdserver: leader changed")

    assert f"the API server at http://127.0.0.1:{cluster.port} fails: etcdserver: leader changed" in await said(api)


async def test_nobody_answers() -> None:
    configuration: Configuration = Configuration()
    configuration.host = "http://127.0.0.1:9"  # discard: nobody listens
    api = Api(Access(configuration, "test", "shop"))

    text = await said(api)
    await api.close()

    assert "the cluster at http://127.0.0.1:9 (context test) does not answer" in text
    assert "kubectl cluster-info" in text


async def test_there_is_no_batch_of_that_name(cluster: Cluster, api: Api) -> None:
    assert "There is none at all: another namespace?" in await said(api)
    for number in range(7):
        await cluster.batch(f"b-{number}")
    assert "There are b-0, b-1, b-2, b-3, b-4 and 2 more." in await said(api, "quite-other")


async def test_long_lists_are_read_to_their_end(cluster: Cluster, api: Api) -> None:
    for number in range(3):
        await cluster.batch(f"b-{number}")

    original = cluster._get

    def small_pages(http):  # type: ignore[no-untyped-def]
        return original(http.clone(rel_url=http.rel_url.update_query(limit="2")))

    cluster._get = small_pages  # type: ignore[method-assign]

    assert len(await api.list(Batch, PDFBATCHES)) == 3


@pytest.fixture
def kubeconfig(tmp_path: Path) -> Path:
    path = tmp_path / "config"
    path.write_text(KUBECONFIG)
    return path


async def test_the_namespace_is_the_one_that_is_said_else_the_contexts_else_default(kubeconfig: Path) -> None:
    found = await access(kubeconfig, None, None)
    assert (found.context, found.namespace, found.configuration.host) == ("works", "billing", "https://127.0.0.1:9")
    assert (await access(kubeconfig, "plain", None)).namespace == "default"
    assert (await access(kubeconfig, "plain", "shop")).namespace == "shop"


async def test_the_environments_kubeconfigs_are_read_as_kubectl_does(
    kubeconfig: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KUBECONFIG", f"/nowhere:{kubeconfig}")

    assert (await access(None, None, None)).context == "works"


@pytest.mark.parametrize(
    ("text", "context", "part"),
    [
        (KUBECONFIG, "other", "Expected object with name other"),
        (KUBECONFIG.replace("current-context: works", ""), None, "kubectl config use-context NAME"),
        ("a: [", None, "this is not a kubeconfig that can be used"),
        ("", None, "this is not a kubeconfig that can be used"),
    ],
)
async def test_a_kubeconfig_that_does_not_work(tmp_path: Path, text: str, context: str | None, part: str) -> None:
    (tmp_path / "config").write_text(text)

    with pytest.raises(PdfbatchError) as caught:
        await access(tmp_path / "config", context, None)

    assert part in str(caught.value)


@pytest.mark.parametrize("command", ["status", "failures", "logs", "top", "run"])
def test_each_command_teaches_and_without_a_kubeconfig_says_what_to_do(command: str, tmp_path: Path) -> None:
    shown = CliRunner().invoke(app, [command, "--help"])
    assert shown.exit_code == 0
    assert f"kubectl pdfbatch {command}" in shown.output

    name = str(tmp_path) if command == "run" else "invoices"
    ended = CliRunner().invoke(app, [command, name, "--kubeconfig", "/nowhere"])
    assert ended.exit_code == 2
    assert isinstance(ended.exception, SystemExit)
