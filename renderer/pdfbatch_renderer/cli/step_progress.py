"""A step, watched by the person who runs it by hand."""

import sys

from pdfbatch_api.errors import PdfbatchError
from pdfbatch_renderer.cli.progress import RunProgress
from pdfbatch_renderer.cli.screen import err, show_error, show_note


class StepProgress(RunProgress):
    """Shows a step as `run` shows a batch."""

    def started(self, command: str) -> None:
        """The command begins."""

    def stopping(self) -> None:
        """It was told to stop."""
        err.print("stopping")

    def warning(self, text: str) -> None:
        """It goes on, without something that was asked for."""
        show_note(text)

    def mistake(self, error: PdfbatchError) -> None:
        """It ends with an error."""
        show_error(error)

    def defect(self, what: str, trace: str) -> None:
        """It ends with an error that nobody foresaw."""
        print(f"{trace}error: {what}", file=sys.stderr)

    def ended(self, exit_code: int) -> None:
        """The process ends now."""
