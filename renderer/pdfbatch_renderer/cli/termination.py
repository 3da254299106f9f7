"""What a pod's command leaves behind: its summary, where Kubernetes looks for it; also where the call is wrong."""

import contextlib
import os
import sys
from pathlib import Path
from typing import Any, Final

import typer
from typer.core import TyperCommand

from pdfbatch_api.exit_codes import ExitCode
from pdfbatch_api.pods import TERMINATION_LOG_VARIABLE
from pdfbatch_api.summaries import FinishSummary, PlanSummary, RenderSummary, Summary, encode_summary
from pdfbatch_renderer.json_lines import logs_json

# Click's UsageError. Typer brings a click of its own or takes the one that is installed, by its version.
_UsageError: Final[Any] = typer.BadParameter.__base__


class PodCommand(TyperCommand):
    """A command whose wrong call, too, ends as sysexits.h has it, and leaves a summary."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """See click.Command."""
        try:
            return super().parse_args(ctx, args)
        except _UsageError as error:
            error.exit_code = int(ExitCode.USAGE)
            blank = {"plan": PlanSummary, "render": RenderSummary, "finish": FinishSummary}[str(self.name)]
            if not ctx.resilient_parsing:
                say(blank(error=error.format_message(), hint=f"pdfbatch {self.name} --help explains it."))
            raise


def say(summary: Summary) -> None:
    """Writes the summary where Kubernetes looks for it, and on standard output.

    Not there in a pod whose log is JSON: whatever a container prints is its log, and a summary's failures quote rows.
    """
    data = encode_summary(summary)
    where = os.environ.get(TERMINATION_LOG_VARIABLE)
    if where:
        try:
            Path(where).write_bytes(data)
        except OSError as error:
            # It is no reason to render the shard again.
            print(f"the summary cannot be written to {where}: {error.strerror}", file=sys.stderr)
        else:
            if logs_json():
                return
    with contextlib.suppress(BrokenPipeError):
        print(data.decode(), flush=True)
