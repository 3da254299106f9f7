"""`python -m pdfbatch_operator`: in a pod without arguments; elsewhere with a kubeconfig, for development."""

import argparse
import asyncio
import os
import sys
from pathlib import Path


def main() -> int:
    """The exit status: 0 when told to end, 1 when the Lease was lost or the operator broke, 2 when it cannot start."""
    parser = argparse.ArgumentParser(prog="pdfbatch-operator", description="Reconciles PdfBatch resources.")
    parser.add_argument("--kubeconfig", type=Path, help="a file that kubectl takes; in a pod: its service account")
    parser.add_argument("--context", help="the kubeconfig's context")
    arguments = parser.parse_args()

    # Here, so that --help and a mistake in a variable do not wait for the Kubernetes client to load.
    from pdfbatch_operator.logs import configure
    from pdfbatch_operator.settings import OperatorSettings, SettingsError

    try:
        settings = OperatorSettings.from_environment(os.environ)
    except SettingsError as error:
        print(error, file=sys.stderr)
        return 2
    configure(settings.log_format, settings.log_level)

    from pdfbatch_operator.cluster.connection import NoClusterError
    from pdfbatch_operator.main import run
    from pdfbatch_operator.reconcile import decide

    try:
        return asyncio.run(run(settings, arguments.kubeconfig, arguments.context, decide))
    except NoClusterError as error:
        print(f"{error}.", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
