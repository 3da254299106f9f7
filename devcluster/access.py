"""How tests talk to a cluster, whoever made it: kubectl, helm, and what more it can do."""

import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from devcluster import binaries
from devcluster.errors import CommandFailedError, MachineUnsuitableError

Done = subprocess.CompletedProcess[str]


class Access:
    """A kubeconfig, and the programs to use it with. `Cluster` and `ExternalCluster` are two kinds of it."""

    can_cut_nodes = False
    """Whether `node()`, `load_image()` and `shared_volume()` are there: in a `Cluster` of our own alone."""

    def __init__(
        self, kubeconfig: Path, *, kubectl: Path, helm: Path, environment: Mapping[str, str] | None = None
    ) -> None:
        self.kubeconfig = kubeconfig
        self._kubectl = kubectl
        self._helm = helm
        self._environment = {**os.environ, **(environment or {}), "KUBECONFIG": str(kubeconfig)}

    def kubectl(self, *arguments: str, input: str | None = None, check: bool = True, timeout: float = 120) -> Done:
        """Runs kubectl; `input` is its stdin, `timeout` in seconds.

        Raises:
            CommandFailedError: it failed, and `check` is true; the text has its stderr.
        """
        return self._run(self._kubectl, arguments, input, check, timeout)

    def helm(self, *arguments: str, input: str | None = None, check: bool = True, timeout: float = 300) -> Done:
        """Runs helm, as `kubectl` does."""
        return self._run(self._helm, arguments, input, check, timeout)

    def get(self, *arguments: str) -> dict[str, object]:
        """What `kubectl get` says, as JSON."""
        parsed: dict[str, object] = json.loads(self.kubectl("get", "--output=json", *arguments).stdout)
        return parsed

    def apply(self, manifests: str) -> None:
        """Creates or changes what the YAML says."""
        self.kubectl("apply", "--filename=-", input=manifests)

    def node_names(self) -> list[str]:
        return self.kubectl("get", "nodes", "--output=jsonpath={.items[*].metadata.name}").stdout.split()

    def _run(self, program: Path, arguments: tuple[str, ...], stdin: str | None, check: bool, timeout: float) -> Done:
        shown = f"{program.name} {' '.join(arguments)}"
        try:
            done = subprocess.run(
                [program, *arguments],
                input=stdin,
                capture_output=True,
                text=True,
                timeout=timeout,
                check=False,
                env=self._environment,
            )
        except subprocess.TimeoutExpired as error:
            raise CommandFailedError(f"{shown}: not done within {timeout:.0f} s") from error
        if check and done.returncode:
            raise CommandFailedError(
                f"{shown} ended with {done.returncode}: {done.stderr.strip() or done.stdout.strip()}"
            )
        return done


class ExternalCluster(Access):
    """Somebody's cluster, by its kubeconfig. Its nodes cannot be cut, and it pulls its images itself."""

    def __init__(self, kubeconfig: Path) -> None:
        if not kubeconfig.is_file():
            raise MachineUnsuitableError(f"there is no kubeconfig {kubeconfig}")
        super().__init__(kubeconfig, kubectl=_program("kubectl"), helm=_program("helm"))


def _program(name: str) -> Path:
    """From PATH, or built for clusters of our own."""
    if found := shutil.which(name):
        return Path(found)
    if not binaries.missing():
        return binaries.built()[name]
    raise MachineUnsuitableError(f"{name} is not on PATH: install it, or build it with `python -m devcluster build`")
