"""The generated files are what the models say, and say what the models mean."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[3]


def generate(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Runs a copy of the script, so that it writes to another place than the checkout."""
    script = root / "scripts" / "generate.py"
    shutil.copytree(ROOT / "scripts", script.parent, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
    return subprocess.run(
        [sys.executable, str(script), *arguments], capture_output=True, text=True, check=False, timeout=60
    )


GENERATED = (
    "docs/manifest.md",
    "docs/metrics.md",
    "docs/engines.md",
    "crds/pdfbatch.schema.json",
    "crds/pdfbatch.io_pdfbatches.yaml",
    "charts/pdfbatch/files/crd.yaml",
    "charts/pdfbatch/files/dashboards/pdfbatch-fleet.json",
    "charts/pdfbatch/files/dashboards/pdfbatch-batch.json",
    "charts/pdfbatch/files/dashboards/pdfbatch-operator.json",
    "charts/pdfbatch/files/rules.yaml",
    "charts/pdfbatch/files/rules-with-values.yaml",
)


def test_stale_files_are_found_named_and_mended(tmp_path: Path) -> None:
    assert generate(tmp_path).returncode == 0
    assert generate(tmp_path, "--check").returncode == 0
    for name in GENERATED:
        with (tmp_path / name).open("a") as file:
            file.write("# a line by hand\n")

    stale = generate(tmp_path, "--check")

    assert stale.returncode == 1
    assert stale.stderr.splitlines() == [
        f"{name} is not what the models say: run `make generate`" for name in GENERATED
    ]
    assert generate(tmp_path).stdout.splitlines() == [f"wrote {name}" for name in GENERATED]


@pytest.mark.parametrize("name", GENERATED)
def test_what_is_committed_is_what_the_models_say(name: str, tmp_path: Path) -> None:
    assert generate(tmp_path).returncode == 0

    assert (ROOT / name).read_text() == (tmp_path / name).read_text()


def test_the_reference_has_every_field_to_the_deepest() -> None:
    text = (ROOT / "docs" / "manifest.md").read_text()

    for path in (
        "metadata.name",
        "spec.documentDate",
        "spec.page.margin.top",
        "spec.source.rows.images[].maxBytes",
        "spec.podTemplate.env[].secretKeyRef",
    ):
        assert f"| `{path}` |" in text


@pytest.mark.parametrize("manifest", sorted((ROOT / "examples").rglob("batch.yaml")), ids=lambda path: path.parent.name)
def test_the_editors_schema_knows_every_key_of_the_examples(manifest: Path) -> None:
    schema = json.loads((ROOT / "crds" / "pdfbatch.schema.json").read_text())

    def unknown(value: object, part: dict[str, object], path: str) -> list[str]:
        here = [part, *part.get("anyOf", [])]
        here = [schema["$defs"][one["$ref"].rpartition("/")[2]] if "$ref" in one else one for one in here]
        found = []
        for key, inner in value.items() if isinstance(value, dict) else ():
            known = [one["properties"][key] for one in here if key in one.get("properties", {})]
            free = any(one.get("additionalProperties") not in (None, False) for one in here)
            if known:
                found += unknown(inner, known[0], f"{path}.{key}")
            elif not free:
                found.append(f"{path}.{key}")
        return found

    assert unknown(yaml.safe_load(manifest.read_text()), schema, "") == []
