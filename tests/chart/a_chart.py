"""The chart as Helm renders it: a builder for the tests, with the real Helm behind it."""

import json
import shutil
import subprocess
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from devcluster.binaries import ALL

ROOT = Path(__file__).parents[2]
CHART = ROOT / "charts" / "pdfbatch"
Body = dict[str, Any]

# Helm without a cluster believes in the version that it was built for, which a build from source does not say.
KUBERNETES = "1.37.0"


class HelmRefusedError(Exception):
    """Helm would not render; the text is what it said."""


@cache
def helm() -> str:
    """The path of Helm: what the test cluster built, else the machine's own."""
    built = [module.folder / "helm" for module in ALL if module.name == "helm"]
    found = next((str(path) for path in built if path.exists()), None) or shutil.which("helm")
    if found is None:
        pytest.skip(
            "Helm is missing, and renders the chart: `python -m devcluster build` builds it, or put helm in PATH"
        )
    return found


@dataclass(frozen=True)
class Chart:
    """A release to render."""

    values: Body = field(default_factory=dict)
    folder: Path = CHART
    release: str = "pdfbatch"
    namespace: str = "pdfbatch-system"

    def with_(self, path: str, value: object) -> "Chart":
        """The same with another value at a path such as operator.replicas."""
        *parents, last = path.split(".")
        values = _copied(self.values)
        here = values
        for parent in parents:
            here = here.setdefault(parent, {})
        here[last] = value
        return replace(self, values=values)

    def text(self) -> str:
        """What Helm renders.

        Raises:
            HelmRefusedError: it renders nothing.
        """
        return _rendered(self.folder, self.release, self.namespace, json.dumps(self.values))

    def objects(self) -> list[Body]:
        # libyaml: the definition of PdfBatch has three thousand lines.
        return [one for one in yaml.load_all(self.text(), yaml.CSafeLoader) if one]

    def of_kind(self, kind: str) -> list[Body]:
        return [one for one in self.objects() if one["kind"] == kind]

    def only(self, kind: str) -> Body:
        """The one object of a kind."""
        (one,) = self.of_kind(kind)
        return one


@cache
def _rendered(folder: Path, release: str, namespace: str, values: str) -> str:
    command = [helm(), "template", release, str(folder), "--namespace", namespace, "--kube-version", KUBERNETES]
    done = subprocess.run(
        [*command, "--values", "-"], input=values, capture_output=True, text=True, check=False, timeout=60
    )
    if done.returncode:
        raise HelmRefusedError(done.stderr)
    return done.stdout


def a_chart() -> Chart:
    return Chart()


def _copied(values: Body) -> Body:
    copied: Body = json.loads(json.dumps(values))
    return copied


def environment(chart: Chart) -> dict[str, str]:
    """The operator's variables, those from fields of its pod filled in."""
    fields = {"metadata.name": "pdfbatch-0", "metadata.namespace": chart.namespace}
    (container,) = chart.only("Deployment")["spec"]["template"]["spec"]["containers"]
    return {
        one["name"]: one["value"] if "value" in one else fields[one["valueFrom"]["fieldRef"]["fieldPath"]]
        for one in container["env"]
    }
