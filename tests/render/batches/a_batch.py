"""A small batch in a folder of its own, run by the real command, and what came out of it."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from io import BytesIO
from pathlib import Path
from typing import Any

import pypdfium2
import yaml
from PIL import Image

from pdfbatch_api.resource import StoreOptions
from pdfbatch_renderer.stores import open_store
from pdfbatch_renderer.verify import verify

PAGE = "<!doctype html><html lang=en><head><meta charset=utf-8><title>t</title></head><body>{}</body></html>"


def page(body: str) -> str:
    """A whole document around `body`."""
    return PAGE.replace("{}", body)


def picture(colour: str, size: tuple[int, int] = (40, 40)) -> bytes:
    """A PNG of one colour."""
    buffer = BytesIO()
    Image.new("RGB", size, colour).save(buffer, "PNG")
    return buffer.getvalue()


@dataclass
class Ended:
    """How a command ended."""

    status: int
    out: str
    err: str

    @cached_property
    def summary(self) -> dict[str, Any]:
        """The JSON that one of the pods' commands printed."""
        return dict(json.loads(self.out))


@dataclass
class ABatch:
    """A batch under `folder`: its files, and a spec laid over a plain one of items.

    Attributes:
        files: path under the folder to content.
        spec: the manifest's spec; `output` and `template` are merged into the plain ones.
    """

    folder: Path
    spec: Mapping[str, Any]
    files: Mapping[str, bytes | str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        for path, content in self.files.items():
            self.write(path, content)
        spec = dict(self.spec)
        if "template" not in spec and "files" not in spec["source"]:
            spec["template"] = {"inline": page("<h1>TOKEN{{ id }}</h1>")}
        spec["output"] = {"uri": "out/", "name": "{{ id }}.pdf", **spec.get("output", {})}
        self.manifest.write_text(
            yaml.safe_dump(
                {"apiVersion": "pdfbatch.io/v1alpha1", "kind": "PdfBatch", "metadata": {"name": "small"}, "spec": spec}
            )
        )

    def write(self, path: str, content: bytes | str) -> Path:
        """A file of the batch."""
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        return file

    @property
    def manifest(self) -> Path:
        """The manifest's path."""
        return self.folder / "batch.yaml"

    @property
    def out(self) -> Path:
        """The output folder."""
        return self.folder / "out"

    def line(self, command: str, *arguments: str) -> list[str]:
        """The command's line."""
        manifest = ["--manifest", str(self.manifest)] if command == "render" else [str(self.manifest)]
        workers = ["--workers", "1"] if command in ("run", "retry", "render") else []
        return [sys.executable, "-m", "pdfbatch_renderer.cli", command, *arguments, *workers, *manifest]

    def call(self, command: str, *arguments: str, environment: Mapping[str, str] | None = None) -> Ended:
        """Runs `pdfbatch COMMAND` on the batch to its end."""
        done = subprocess.run(
            self.line(command, *arguments),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
            env={**os.environ, **(environment or {})},
        )
        return Ended(done.returncode, done.stdout, done.stderr)

    def run(self, *arguments: str, status: int = 0) -> Ended:
        """Runs the whole batch, which must end with `status`."""
        return self._must("run", status, *arguments)

    def retry(self, *arguments: str, status: int = 0) -> Ended:
        """Retries what failed."""
        return self._must("retry", status, *arguments)

    def _must(self, command: str, status: int, *arguments: str) -> Ended:
        ended = self.call(command, *arguments)
        assert ended.status == status, ended.out + ended.err
        assert "Traceback" not in ended.err, ended.err
        return ended

    def names(self) -> list[str]:
        """The names of what stands in the output, the batch's own files aside."""
        own = {"manifest.parquet", "manifest.jsonl", "summary.json", "report.html"}
        paths = [path.relative_to(self.out) for path in self.out.rglob("*") if path.is_file()]
        return sorted(str(path) for path in paths if path.parts[0] != ".pdfbatch" and str(path) not in own)

    def document(self, name: str) -> bytes:
        """A document's bytes."""
        return (self.out / name).read_bytes()

    def lines(self) -> dict[int, dict[str, Any]]:
        """Row number to its line of the manifest."""
        lines = [json.loads(line) for line in (self.out / "manifest.jsonl").read_text().splitlines()]
        by_row = {line["row"]: line for line in lines}
        assert len(by_row) == len(lines)
        return by_row

    def work_files(self) -> list[str]:
        """What is left in the work folder, by path under it."""
        (plan,) = (self.out / ".pdfbatch").glob("*/plan.json")
        return sorted(str(path.relative_to(plan.parent)) for path in plan.parent.rglob("*") if path.is_file())

    def assert_verified(self) -> None:
        """The audit finds nothing wrong."""
        assert [str(finding) for finding in verify(open_store(str(self.out), StoreOptions())).findings] == []


def items(*values: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    """A source of rows in the manifest."""
    return {"items": {"values": [dict(value) for value in values], **more}}


def numbered(count: int) -> dict[str, Any]:
    """A source of rows with nothing but an id, from 1."""
    return items(*({"id": number} for number in range(1, count + 1)))


def texts(pdf: bytes) -> list[str]:
    """The text of each page, white space as single spaces."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [" ".join(document[index].get_textpage().get_text_bounded().split()) for index in range(len(document))]
    finally:
        document.close()


def text(pdf: bytes) -> str:
    """The text of all pages."""
    return " ".join(texts(pdf))


def image_of(pdf: bytes, index: int = 0) -> Image.Image:
    """A page as a picture of one pixel a point."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return document[index].render(scale=1).to_pil().convert("RGB")
    finally:
        document.close()


def pixel(pdf: bytes, x: float, y: float) -> tuple[int, int, int]:
    """The colour at a place of the first page, in points from its top left corner."""
    red, green, blue = image_of(pdf).getpixel((int(x), int(y)))  # type: ignore[misc]
    return red, green, blue


def pdfinfo(path: Path, *options: str) -> dict[str, str]:
    """What poppler says of a file."""
    done = subprocess.run(["pdfinfo", *options, str(path)], capture_output=True, text=True, check=True)
    pairs = (line.partition(":") for line in done.stdout.splitlines())
    return {key.strip(): value.strip() for key, _, value in pairs}
