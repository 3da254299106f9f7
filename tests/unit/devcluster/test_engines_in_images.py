"""The renderer's image with engines that are Python packages: its own name, and nothing removed that they need."""

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
from devcluster.images.engines import ENGINES, renderer_with
from devcluster.images.recipe import REPOSITORY
from devcluster.images.recipes import RENDERER

CONTAINERFILE = (REPOSITORY / RENDERER.containerfile).read_text()

# Imports modules (after --) with others (before it) not there.
_IMPORT_WITHOUT = """
import importlib, sys
end = sys.argv.index("--")
gone = sys.argv[1:end]
class Gone:
    def find_spec(name, path=None, target=None):
        if any(name == one or name.startswith(one + ".") for one in gone):
            raise ModuleNotFoundError(f"{name} is not in the image", name=name)
sys.meta_path.insert(0, Gone)
for name in sys.argv[end + 1:]:
    importlib.import_module(name)
"""


def folder_of(package: str) -> Path:
    spec = find_spec(package)
    assert spec is not None and spec.submodule_search_locations
    return Path(spec.submodule_search_locations[0])


def gone_from_fonttools(engines: str, folder: Path) -> set[str]:
    """The packages of fontTools that the Containerfile's own line removes for these engines."""
    (line,) = re.findall(r"\(cd fontTools &&.*?esac\)", CONTAINERFILE, flags=re.DOTALL)
    installed = folder_of("fontTools")
    packages = [path.parent.relative_to(installed) for path in installed.rglob("__init__.py")]
    for package in packages:
        (folder / "fontTools" / package).mkdir(parents=True, exist_ok=True)
    line = line.replace("\\\n", " ")
    subprocess.run(["sh", "-ec", line], cwd=folder, check=True, env={**os.environ, "ENGINES": engines})
    missing = [package for package in packages if not (folder / "fontTools" / package).exists()]
    return {".".join(("fontTools", *package.parts)) for package in missing}


def imported_of_fonttools(package: str) -> Iterator[str]:
    """What of fontTools the modules of a package import, in whatever function."""
    for path in folder_of(package).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names: list[str] = []
            if isinstance(node, ast.Import):
                names = [one.name for one in node.names]
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                below = [f"{node.module}.{one.name}" for one in node.names]
                names = [node.module, *(name for name in below if _is_module(name))]
            yield from (name for name in names if name.partition(".")[0] == "fontTools")


def _is_module(name: str) -> bool:
    if name.partition(".")[0] != "fontTools":
        return False
    path = folder_of("fontTools").joinpath(*name.split(".")[1:])
    return path.is_dir() or path.with_suffix(".py").exists()


@pytest.mark.parametrize(("engines", "package"), [("", "pdfbatch_renderer"), ("weasyprint", "weasyprint")])
def test_what_is_removed_of_fonttools_is_what_nobody_imports(tmp_path: Path, engines: str, package: str) -> None:
    gone = gone_from_fonttools(engines, tmp_path)
    needed = sorted(set(imported_of_fonttools(package)))
    assert gone and needed

    line = [sys.executable, "-c", _IMPORT_WITHOUT, *sorted(gone), "--", *needed]
    done = subprocess.run(line, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr


def test_an_engine_makes_another_image_of_another_name() -> None:
    made = [renderer_with(["typst"]), renderer_with(["weasyprint"]), renderer_with(ENGINES), RENDERER]

    assert [one.name for one in made] == [
        "renderer-typst",
        "renderer-weasyprint",
        "renderer-typst-weasyprint",
        "renderer",
    ]
    assert len({one.digest() for one in made}) == 4
    assert {one.containerfile for one in made} == {RENDERER.containerfile}
    # in whatever order they are named, and however often
    assert renderer_with(["weasyprint", "typst", "typst"]) == renderer_with(ENGINES)


@pytest.mark.parametrize("engine", ENGINES)
def test_the_containerfile_knows_each_engine(engine: str) -> None:
    told = re.findall(r"for engine in ([a-z ]+); do case", CONTAINERFILE)

    assert told == [" ".join(ENGINES)]
    assert re.search(rf"^{engine} = \[$", (REPOSITORY / "pyproject.toml").read_text(), flags=re.MULTILINE)
