"""The images: what they are made from decides whether they are built, here as with docker."""

import re
import shutil
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

import pytest
from devcluster import images, ironpdf_package

from pdfbatch_operator.observation import IRONPDF_ENGINE_IMAGE

REPOSITORY = Path(images.__file__).resolve().parent.parent
NAMES = ("operator", "renderer", "chromium", "ironpdf", "renderer-ironpdf")


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of all that images are made from, to change."""
    for name in NAMES:
        for path in images.inputs(name):
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(REPOSITORY / path, tmp_path / path)
    monkeypatch.setattr(images, "_REPOSITORY", tmp_path)
    yield tmp_path


def stages(name: str) -> dict[str, str]:
    """A Containerfile's stages by name; the last, which is the image, is `image`."""
    text = (REPOSITORY / "images" / f"{name}.Containerfile").read_text()
    parts = re.split(r"^FROM \S+(?: AS (\w+))?$", text, flags=re.MULTILINE)[1:]
    return {stage or "image": body for stage, body in zip(parts[::2], parts[1::2], strict=True)}


def copied_from_the_context(name: str) -> list[str]:
    """What the Containerfile copies that is not another stage's."""
    text = (REPOSITORY / "images" / f"{name}.Containerfile").read_text()
    lines = re.findall(r"^COPY (?!--from)(.+)$", text, flags=re.MULTILINE)
    return [source for line in lines for source in line.split()[:-1]]


def test_a_copy_has_the_same_digests(checkout: Path) -> None:
    copied = {name: images.digest(name) for name in NAMES}
    for path in checkout.rglob("*"):
        if path.is_file():
            path.touch()
    assert {name: images.digest(name) for name in NAMES} == copied


@pytest.mark.parametrize(
    ("changed", "built_again"),
    [
        ("api/pdfbatch_api/pods.py", {"operator", "renderer", "renderer-ironpdf"}),
        ("renderer/pdfbatch_renderer/finish.py", {"renderer", "renderer-ironpdf"}),
        ("operator/pdfbatch_operator/main.py", {"operator"}),
        ("requirements.lock", {"operator", "renderer", "renderer-ironpdf"}),
        ("images/root.py", set(NAMES)),
        ("images/chromium.Containerfile", {"chromium"}),
        ("images/ironpdf.Containerfile", {"ironpdf"}),
        ("images/renderer-ironpdf.Containerfile", {"renderer-ironpdf"}),
        ("images/ironpdf-engine.sha512", {"ironpdf"}),
    ],
)
def test_a_change_builds_only_what_it_is_in(checkout: Path, changed: str, built_again: set[str]) -> None:
    before = {name: images.digest(name) for name in NAMES}
    with (checkout / changed).open("a") as file:
        file.write("\n# changed\n")
    assert {name for name in NAMES if images.digest(name) != before[name]} == built_again


def test_a_flag_of_chromiums_makes_another_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    before = images.digest("chromium")
    monkeypatch.setattr("pdfbatch_renderer.engines.chromium.flags._STEADY", ("--another",))
    assert images.digest("chromium") != before


def test_compiled_python_is_not_part_of_an_image(checkout: Path) -> None:
    before = images.inputs("renderer")
    compiled = checkout / "renderer/pdfbatch_renderer/__pycache__/x.cpython-311.pyc"
    compiled.parent.mkdir()
    compiled.write_bytes(b"x")
    assert images.inputs("renderer") == before


@pytest.mark.parametrize("name", NAMES)
def test_all_that_a_containerfile_copies_is_in_its_digest(name: str) -> None:
    inputs = {str(path) for path in images.inputs(name)}
    for source in copied_from_the_context(name):
        if source.endswith(".tgz"):
            # a package that is fetched: what stands for it is its digest
            assert ironpdf_package.PINNED in inputs
            continue
        assert source in inputs or any(path.startswith(f"{source}/") for path in inputs), source


@pytest.mark.parametrize("name", NAMES)
def test_docker_is_given_all_that_a_containerfile_copies(name: str) -> None:
    # Given a list that leaves out everything but its exceptions.
    lines = (REPOSITORY / ".dockerignore").read_text().splitlines()
    assert "*" in lines
    allowed = [line.removeprefix("!/") for line in lines if line.startswith("!/")]
    # Then each of them is one of those.
    for source in copied_from_the_context(name):
        assert any(fnmatch(source, one) for one in allowed), source


def test_the_tools_are_built_once_for_all() -> None:
    assert len({stages(name)["tools"].split("# ----")[0] for name in NAMES}) == 1


def test_ironpdfs_engine_is_one_version_wherever_it_is_named() -> None:
    version = ironpdf_package.version(REPOSITORY)

    assert IRONPDF_ENGINE_IMAGE.endswith(f":{version}")
    text = (REPOSITORY / "images" / "ironpdf.Containerfile").read_text()
    assert f"npm pack {ironpdf_package.NAME}@{version} " in text


def test_the_renderer_with_ironpdfs_client_is_the_renderer_and_runs_as_it() -> None:
    text = (REPOSITORY / "images/renderer-ironpdf.Containerfile").read_text()

    # a node that has the one fetches only what is added
    image = text.rpartition("# ---- the image")[2]
    assert "FROM ${RENDERER}\n" in image and "USER 65532:65532" in image and "ENTRYPOINT" not in image


@pytest.mark.parametrize(
    ("name", "user"), [("operator", 65532), ("renderer", 65532), ("chromium", 65533), ("ironpdf", 65533)]
)
def test_an_image_is_made_from_nothing_and_runs_as_nobody(name: str, user: int) -> None:
    image = stages(name)["image"]
    assert f"USER {user}:{user}" in image
    assert "RUN" not in image
    assert f"FROM scratch{image}" in (REPOSITORY / "images" / f"{name}.Containerfile").read_text()


def test_the_builds_of_an_image_are_not_those_of_one_whose_name_begins_with_its(tmp_path: Path) -> None:
    for name in ("renderer", "renderer-ironpdf"):
        (tmp_path / f"{name}-{images.digest(name)}.json").write_text("{}")
    found = images._Store(tmp_path, print)._described("renderer")
    assert [path.name for path in found] == [f"renderer-{images.digest('renderer')}.json"]
