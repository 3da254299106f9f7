"""`validate` and `preview`: while a manifest and its template are being written."""

import asyncio
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pdfbatch_api.errors import ManifestError, PdfbatchError, Where
from pdfbatch_api.exit_codes import RUN_FAILED_DOCUMENTS
from pdfbatch_renderer.cli.arguments import Manifest
from pdfbatch_renderer.cli.screen import err, errors_for_people, out, show_error, show_note

if TYPE_CHECKING:
    from pdfbatch_renderer.preview import Previewer


def add_to(app: typer.Typer) -> None:
    """Registers the commands."""
    app.command("validate")(validate_command)
    app.command("preview")(preview_command)


def validate_command(manifest: Manifest) -> None:
    """Look for mistakes in a manifest and its template, without reading all rows and without rendering.

    Exit status: 0 none found, 2 a mistake.
    """
    from pdfbatch_renderer.batch import open_batch
    from pdfbatch_renderer.validate import validate

    with errors_for_people():
        batch = open_batch(manifest)
        for note in [*batch.notes, *validate(batch)]:
            show_note(note)
        out.print(f"{manifest}: no mistake found; pdfbatch preview shows the first documents", markup=False)


def preview_command(
    manifest: Manifest,
    rows: Annotated[
        str | None, typer.Option("--rows", "-r", help="Which rows, from 1: 3,17,999 or 1-12. Default: the first 12.")
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="The PDF; the picture lies beside it. Default: preview.pdf.")
    ] = None,
    watch: Annotated[
        bool, typer.Option("--watch", help="Again whenever the manifest or the template is saved.")
    ] = False,
) -> None:
    """Render a few rows as one PDF and one picture (PNG), in about a second."""
    path = (output or Path("preview.pdf")).resolve()
    with errors_for_people():
        numbers = _numbers(rows)
        asyncio.run(_preview(manifest.resolve(), numbers, path, watch=watch))


async def _preview(manifest: Path, rows: list[int] | None, path: Path, *, watch: bool) -> None:
    from pdfbatch_renderer.batch import open_batch
    from pdfbatch_renderer.preview import Previewer

    previewer: Previewer | None = None
    try:
        if not watch:
            previewer = Previewer(open_batch(manifest))
            if await _once(previewer, rows, path):
                raise typer.Exit(RUN_FAILED_DOCUMENTS)
            return
        from watchfiles import awatch

        err.print(f"watching {manifest.parent}; Ctrl-C ends it", markup=False)
        spec = None
        while True:
            try:
                batch = open_batch(manifest)
                if previewer is None or spec != batch.spec:
                    if previewer is not None:
                        await previewer.close()
                    previewer, spec = Previewer(batch), batch.spec
                await _once(previewer, rows, path)
            except PdfbatchError as error:
                show_error(error)
            async for changes in awatch(manifest.parent):
                ours = {str(path), str(_picture(path))}
                if {changed for _, changed in changes} - ours:
                    break
    finally:
        if previewer is not None:
            await previewer.close()


async def _once(previewer: "Previewer", rows: list[int] | None, path: Path) -> bool:
    """Renders, writes and says so; whether any row failed."""
    since = time.monotonic()
    preview = await previewer.preview(rows)
    for row, error in preview.failures:
        err.print(f"row {row}: {error}", markup=False, soft_wrap=True)
    if preview.documents:
        await asyncio.to_thread(_write, path, preview.pdf, preview.picture)
        out.print(
            f"{preview.documents} document{'s' if preview.documents != 1 else ''} in {time.monotonic() - since:.1f} s: "
            f"{path} and {_picture(path)}",
            markup=False,
        )
    return bool(preview.failures)


def _write(path: Path, pdf: bytes, picture: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(pdf)
        _picture(path).write_bytes(picture)
    except OSError as error:
        raise ManifestError(
            f"the preview cannot be written: {error.strerror}",
            where=Where(uri=str(error.filename or path)),
            hint="Choose another place with --output.",
        ) from error


def _picture(path: Path) -> Path:
    return path.with_suffix(".png")


def _numbers(text: str | None) -> list[int] | None:
    if text is None:
        return None
    numbers: list[int] = []
    try:
        for part in text.split(","):
            first, dash, last = part.strip().partition("-")
            numbers += range(int(first), int(last) + 1) if dash else [int(first)]
    except ValueError:
        numbers = []
    if not numbers or min(numbers) < 1 or len(numbers) > 500:
        raise ManifestError(f"--rows {text} is no list of rows", hint="Write 3,17,999 or 1-12: at most 500, from 1.")
    return numbers
