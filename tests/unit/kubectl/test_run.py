"""A manifest of this machine becomes a batch of the cluster."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from pdfbatch_api.errors import PdfbatchError
from pdfbatch_kubectl.cluster.api import Api
from pdfbatch_kubectl.running import command
from pdfbatch_kubectl.running.command import as_yaml, planned
from pdfbatch_kubectl.running.rewriting import DIGEST_ANNOTATION
from pdfbatch_kubectl.status import follow
from pdfbatch_kubectl.stores import open_output
from tests.unit.kubectl.a_cluster import Cluster, Paper

Json = dict[str, Any]
PATH = "/apis/pdfbatch.io/v1alpha1/namespaces/shop/pdfbatches/letters"


class Folder:
    """A folder with a batch, as somebody has it on a laptop."""

    def __init__(self, path: Path) -> None:
        self.path = path
        (path / "template" / "fonts").mkdir(parents=True)
        (path / "template" / ".git").mkdir()
        (path / "template" / ".git" / "config").write_text("mine")
        (path / "template" / "letter.html").write_text("<p>{{ name }}</p>")
        (path / "template" / "fonts" / "a.woff2").write_bytes(b"\xff\x00")
        (path / "members.csv").write_text("name\nOttilie\n")
        self.write()

    def write(self, **spec: Any) -> None:
        """The manifest; a part that is None is left out."""
        body: Json = {
            "apiVersion": "pdfbatch.io/v1alpha1",
            "kind": "PdfBatch",
            "metadata": {"name": "letters"},
            "spec": {
                "source": {"rows": {"uri": "members.csv"}},
                "template": {"uri": "template/", "locale": "de_DE"},
                "output": {"uri": "out/", "name": "{{ name }}.pdf", "credentialsSecretRef": {"name": "store"}},
                **spec,
            },
        }
        body["spec"] = {key: value for key, value in body["spec"].items() if value is not None}
        (self.path / "batch.yaml").write_text(yaml.safe_dump(body))

    def plan(self, output: str | None = "s3://shop/out", **options: Any) -> Any:
        """What becomes of it."""
        given = {"namespace": None, "default_namespace": "shop", "output": output, **options}
        return planned(self.path, **given)


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """A folder with rows, a template and its font."""
    return Folder(tmp_path / "letters")


@pytest.fixture
def bucket(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in a bucket's place."""
    place = tmp_path / "bucket"

    def opened(uri: str, options: Json, endpoint: str | None) -> Any:
        return open_output(str(place / uri.removeprefix("s3://")) + "/", options)

    monkeypatch.setattr("pdfbatch_kubectl.stores.open_output", opened)
    return place


def files_in(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


async def run(api: Api, plan: Any, *, following: bool = False) -> tuple[int, str]:
    aside = Paper(width=300)
    return await command.run(api, plan, Paper().console, aside.console, following=following), aside.text


def test_paths_become_addresses_below_the_digest_of_their_content(folder: Folder) -> None:
    plan = folder.plan()

    spec = plan.body["spec"]
    rows, template = plan.uploads
    assert plan.root == "s3://shop/out/.pdfbatch/uploads/"
    assert spec["source"]["rows"]["uri"] == f"{plan.root}{rows.digest}/members.csv"
    assert spec["template"] == {"uri": f"{plan.root}{template.digest}/", "locale": "de_DE"}
    assert spec["output"]["uri"] == "s3://shop/out"
    assert [file.name for file in template.files] == ["letter.html", "fonts/a.woff2"]
    assert plan.body["metadata"]["namespace"] == "shop"
    assert plan.notes == ()


def test_the_digest_is_of_names_and_contents(folder: Folder) -> None:
    before = folder.plan().body["spec"]["template"]["uri"]
    assert folder.plan().body["spec"]["template"]["uri"] == before

    (folder.path / "template" / "fonts" / "a.woff2").rename(folder.path / "template" / "fonts" / "b.woff2")
    renamed = folder.plan().body["spec"]["template"]["uri"]
    (folder.path / "template" / "letter.html").write_text("<p>{{ name }}!</p>")

    assert len({before, renamed, folder.plan().body["spec"]["template"]["uri"]}) == 3


def test_rows_go_to_the_work_folder_where_there_is_one_apart(folder: Folder) -> None:
    folder.write(workFolder={"uri": "s3://private/work"})
    assert folder.plan().root == "s3://private/work/.pdfbatch/uploads/"

    # `pdfbatch verify` would take them for documents there
    folder.write(workFolder={"uri": "s3://shop/out/work"})
    assert folder.plan().root == "s3://shop/out/.pdfbatch/uploads/"


def test_what_lies_in_a_store_already_stays_where_it_is(folder: Folder) -> None:
    folder.write(source={"rows": {"uri": "s3://shop/rows.csv"}}, template={"uri": "template/letter.html"})

    plan = folder.plan()

    (template,) = plan.uploads
    assert plan.body["spec"]["source"]["rows"]["uri"] == "s3://shop/rows.csv"
    assert plan.body["spec"]["template"]["uri"] == f"{plan.root}{template.digest}/letter.html"


def test_files_of_steps_come_along_each_once(folder: Folder) -> None:
    # given a letterhead for all pages and for the first, an attachment, and files that are elsewhere already
    (folder.path / "paper.pdf").write_bytes(b"%PDF paper")
    (folder.path / "terms.pdf").write_bytes(b"%PDF terms")
    attachments = [{"uri": "s3://shop/all.pdf"}, {"column": "contract"}, {"uri": "terms.pdf"}]
    folder.write(
        postprocessing={
            "letterhead": {"uri": "paper.pdf", "firstPageUri": "paper.pdf"},
            "watermark": {"image": "template:fonts/a.woff2"},
            "attachments": attachments,
        }
    )

    plan = folder.plan()

    steps = plan.body["spec"]["postprocessing"]
    assert [[file.name for file in parcel.files] for parcel in plan.uploads[2:]] == [["paper.pdf"], ["terms.pdf"]]
    paper, terms = (f"{plan.root}{parcel.digest}/{parcel.files[0].name}" for parcel in plan.uploads[2:])
    assert steps["letterhead"] == {"uri": paper, "firstPageUri": paper}
    assert steps["watermark"] == {"image": "template:fonts/a.woff2"}
    assert steps["attachments"] == [*attachments[:2], {"uri": terms}]
    assert len(plan.notes) == 1 and "attachments that rows name are not uploaded" in plan.notes[0]


def test_a_file_of_a_step_that_is_not_there_is_named(folder: Folder) -> None:
    folder.write(postprocessing={"letterhead": {"uri": "papre.pdf"}})

    with pytest.raises(PdfbatchError, match=r"there is no file .*papre\.pdf") as caught:
        folder.plan()

    assert caught.value.where.key == "spec.postprocessing.letterhead.uri"


def test_a_small_template_for_a_claim_goes_into_a_config_map(folder: Folder) -> None:
    (folder.path / "flat").mkdir()
    (folder.path / "flat" / "letter.html").write_text("<p>ö</p>")
    (folder.path / "flat" / "logo.png").write_bytes(b"\xff")
    folder.write(source={"items": {"values": [{"name": "O"}]}}, template={"uri": "flat"})

    plan = folder.plan("pvc://documents/out/")

    assert plan.uploads == () and plan.config_map is not None
    assert plan.config_map["data"] == {"letter.html": "<p>ö</p>"}
    assert plan.config_map["binaryData"] == {"logo.png": base64.b64encode(b"\xff").decode()}
    assert plan.config_map["immutable"] is True
    assert plan.body["spec"]["template"] == {"configMap": {"name": plan.config_map["metadata"]["name"]}}
    assert [body["kind"] for body in yaml.safe_load_all(as_yaml(plan))] == ["ConfigMap", "PdfBatch"]


@pytest.mark.parametrize(
    ("output", "spec", "said"),
    [
        (None, {}, "out/ is a folder of this machine, and pods write elsewhere. Give a place in a store: --output"),
        ("pvc://c/out/", {}, "members.csv cannot be taken to pvc://c/out/: a claim can be written by pods alone"),
        (
            "pvc://c/out/",
            {"source": {"items": {"values": [{"name": "O"}]}}},
            "into a ConfigMap it does not go, for fonts/a.woff2 is in a folder",
        ),
        ("s3://shop/", {"source": {"rows": {"uri": "none.csv"}}}, "there is no file"),
        ("s3://shop/", {"template": {"uri": "none/"}}, "there is no folder"),
        ("s3://shop/", {"source": {"rows": {"uri": "template"}}}, "this is a folder, and a file is needed"),
        (
            "s3://shop/",
            {"source": {"urls": {"uri": "members.csv"}}, "template": None},
            "source urls: not in this version",
        ),
    ],
)
def test_what_cannot_be_is_said_before_anything_is_done(folder: Folder, output: str, spec: Json, said: str) -> None:
    folder.write(**spec)

    with pytest.raises(PdfbatchError) as caught:
        folder.plan(output)

    assert said in str(caught.value)


def test_two_namespaces_are_one_too_many(folder: Folder) -> None:
    body = yaml.safe_load((folder.path / "batch.yaml").read_text())
    body["metadata"]["namespace"] = "billing"
    (folder.path / "batch.yaml").write_text(yaml.safe_dump(body))

    assert folder.plan().body["metadata"]["namespace"] == "billing"
    with pytest.raises(PdfbatchError, match="the manifest's namespace is billing, and -n says shop"):
        folder.plan(namespace="shop")


def test_which_manifest(folder: Folder) -> None:
    (folder.path / "batch.yaml").rename(folder.path / "one.yaml")
    assert folder.plan().body["metadata"]["name"] == "letters"
    (folder.path / "two.yaml").write_text("")
    with pytest.raises(PdfbatchError, match=r"has 2 YAML files and no batch\.yaml"):
        folder.plan()


def test_pods_without_credentials_are_noted(folder: Folder) -> None:
    folder.write(output={"uri": "s3://shop/out/", "name": "{{ name }}.pdf"})

    assert "the pods are given no credentials for the store" in folder.plan(None).notes[0]

    plan = folder.plan(None, secret="keys")
    assert plan.notes == () and plan.body["spec"]["output"]["credentialsSecretRef"] == {"name": "keys"}


async def test_files_are_uploaded_whole_and_once_then_the_batch_is_created(
    cluster: Cluster, api: Api, folder: Folder, bucket: Path
) -> None:
    plan = folder.plan()

    status, said = await run(api, plan)

    lies = files_in(bucket)
    rows, template = plan.uploads
    root = "shop/out/.pdfbatch/uploads"
    assert lies == sorted(
        [f"{root}/{rows.digest}/members.csv", *(f"{root}/{template.digest}/{file.name}" for file in template.files)]
    )
    assert status == 0 and "3 files uploaded (0.0 MB): s3://shop/out/.pdfbatch/uploads/" in said
    assert cluster.objects[PATH]["spec"] == plan.body["spec"]

    # another batch of the same files sends nothing
    _, said = await run(api, folder.plan(name="again"))
    assert "0 files uploaded (0.0 MB), 3 there already" in said


async def test_nothing_is_uploaded_for_a_batch_that_the_cluster_refuses(
    cluster: Cluster, api: Api, folder: Folder, bucket: Path
) -> None:
    message = 'pdfbatches.pdfbatch.io is forbidden: User "ottilie" cannot create resource "pdfbatches"'
    cluster.fail(403, method="POST", path="pdfbatches", message=message)

    with pytest.raises(PdfbatchError, match=r"ottilie may not create pdfbatches\.pdfbatch\.io in namespace shop"):
        await run(api, folder.plan())

    assert not files_in(bucket)


async def test_the_same_command_again_goes_on_with_its_batch(
    cluster: Cluster, api: Api, folder: Folder, bucket: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follow, "_LOOK_SECONDS", 0.02)
    await run(api, folder.plan())
    cluster.objects[PATH]["status"] = {"phase": "Failed"}

    status, said = await run(api, folder.plan(), following=True)

    assert status == 1 and "letters is there already, from these very files" in said
    assert len([path for path in cluster.objects if "pdfbatches" in path]) == 1


async def test_another_batch_of_that_name_is_left_alone(
    cluster: Cluster, api: Api, folder: Folder, bucket: Path
) -> None:
    await run(api, folder.plan())
    before = json.dumps(cluster.objects[PATH])
    (folder.path / "members.csv").write_text("name\nWanda\n")

    with pytest.raises(PdfbatchError) as caught:
        await run(api, folder.plan())

    assert "there is another batch letters in namespace shop" in str(caught.value)
    assert "--name, or: kubectl delete pdfbatch letters -n shop" in str(caught.value)
    assert json.dumps(cluster.objects[PATH]) == before


async def test_the_config_map_goes_when_its_batch_goes(cluster: Cluster, api: Api, folder: Folder) -> None:
    folder.write(source={"items": {"values": [{"name": "O"}]}}, template={"uri": "template/letter.html"})
    plan = folder.plan("pvc://documents/out/")

    await run(api, plan)

    (path,) = [path for path in cluster.objects if "configmaps" in path]
    owner = cluster.objects[path]["metadata"]["ownerReferences"]
    assert owner == [
        {"apiVersion": "pdfbatch.io/v1alpha1", "kind": "PdfBatch", "name": "letters", "uid": "uid-of-letters"}
    ]
    assert cluster.objects[PATH]["metadata"]["annotations"][DIGEST_ANNOTATION]
