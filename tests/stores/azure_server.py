"""A real Azure blob server for tests: Azurite, Microsoft's own, from npm, over HTTP on 127.0.0.1."""

import base64
import email.utils
import hashlib
import hmac
import os
import shutil
import socket
import subprocess
import time
import urllib.request
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ports import a_free_port

_ACCOUNT = "devstoreaccount1"
# Azurite's, the same everywhere, and no secret.
_KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
_PROGRAM = Path("azurite", "node_modules", "azurite", "dist", "src", "blob", "main.js")
_PATIENCE = 30.0


class AzureServer:
    """Runs as a process from `start` to `stop`, and keeps all in memory."""

    def __init__(self) -> None:
        self._port = a_free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def environment(self) -> dict[str, str]:
        """What a client finds it by."""
        return {"AZURE_STORAGE_USE_EMULATOR": "true", "AZURITE_BLOB_STORAGE_URL": f"http://127.0.0.1:{self._port}"}

    def start(self, folder: Path) -> None:
        """Returns when it answers."""
        # A client newer than it is answered all the same.
        options = ["--silent", "--inMemoryPersistence", "--skipApiVersionCheck", "--disableTelemetry"]
        place = ["--blobHost", "127.0.0.1", "--blobPort", str(self._port)]
        with (folder / "azurite.log").open("wb") as log:
            self._process = subprocess.Popen(["node", str(_program()), *options, *place], stdout=log, stderr=log)
        deadline = time.monotonic() + _PATIENCE
        while True:
            try:
                socket.create_connection(("127.0.0.1", self._port), 1).close()
            except OSError:
                if self._process.poll() is not None or time.monotonic() > deadline:
                    raise AssertionError((folder / "azurite.log").read_text()) from None
                time.sleep(0.1)
            else:
                return

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(10)

    def create_container(self, name: str) -> None:
        """Past our own client, which makes none; signed by the rules of a shared key."""
        date, version = email.utils.formatdate(usegmt=True), "2021-12-02"
        headers = f"x-ms-date:{date}\nx-ms-version:{version}\n"
        what = f"PUT{chr(10) * 12}{headers}/{_ACCOUNT}/{_ACCOUNT}/{name}\nrestype:container"
        digest = hmac.new(base64.b64decode(_KEY), what.encode(), hashlib.sha256).digest()
        request = urllib.request.Request(
            f"http://127.0.0.1:{self._port}/{_ACCOUNT}/{name}?restype=container",
            method="PUT",
            headers={
                "x-ms-date": date,
                "x-ms-version": version,
                "Authorization": f"SharedKey {_ACCOUNT}:{base64.b64encode(digest).decode()}",
            },
        )
        with urllib.request.urlopen(request, timeout=30):
            pass


@pytest.fixture(scope="session")
def azure_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AzureServer]:
    server = AzureServer()
    server.start(tmp_path_factory.mktemp("azurite"))
    yield server
    server.stop()


@pytest.fixture
def container(azure_server: AzureServer, monkeypatch: pytest.MonkeyPatch) -> str:
    """A container of the test's own, which the environment says how to reach."""
    for name, value in azure_server.environment.items():
        monkeypatch.setenv(name, value)
    name = f"test-{uuid.uuid4().hex}"
    azure_server.create_container(name)
    return name


def _program() -> Path:
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    program = cache / "pdfbatch" / _PROGRAM
    if not program.is_file() or shutil.which("node") is None:
        pytest.skip("Azurite, an Azure blob server, is missing: scripts/setup.sh --tests brings it")
    return program
