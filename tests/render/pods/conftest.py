"""One engine for all pods of a module: they leave nothing in it."""

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.render.pods.a_pod import ACluster
from tests.render.pods.an_engine import Engine


@pytest.fixture(scope="package")
def engine() -> Iterator[Engine]:
    with tempfile.TemporaryDirectory(prefix="pdfbatch-test-") as folder:
        engine = Engine(Path(folder))
        engine.start()
        yield engine
        engine.stop()


@pytest.fixture
def a_cluster(tmp_path: Path, engine: Engine) -> Callable[..., ACluster]:
    """A cluster in the test's folder: `a_cluster(documents=3, spec={...})`."""

    def make(**how: Any) -> ACluster:
        return ACluster(tmp_path, how.pop("engine", engine), **how)

    return make
