"""`python -m bench`: the speed table of RESULTS.md."""

import argparse
import os
import sys
import tempfile
from pathlib import Path

from bench.check import WrongDocumentsError
from bench.contestants import RunFailedError, contestants
from bench.results import write_part
from bench.speed import Settings, measure, report


def main() -> int:
    """Exit status 1 when a contestant failed, or a PDF did not hold its own row."""
    everybody = contestants()
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--documents", type=int, default=3000, help="documents a run (default: 3000)")
    parser.add_argument("--slow-documents", type=int, help="documents a run of the slow (default: a tenth)")
    parser.add_argument("--repetitions", type=int, default=5, help="times that everybody runs (default: 5)")
    parser.add_argument("--workers", type=int, default=len(os.sched_getaffinity(0)), help="default: one a core")
    parser.add_argument("--only", nargs="+", choices=[one.key for one in everybody], help="only these")
    parser.add_argument("--print", action="store_true", help="print the table instead of writing RESULTS.md")
    options = parser.parse_args()
    slow = options.slow_documents or max(options.documents // 10, 1)
    settings = Settings(options.documents, slow, options.repetitions, options.workers)
    wanted = [one for one in everybody if options.only is None or one.key in options.only]
    why = {one.title: reason for one in wanted if (reason := one.missing())}
    chosen = [one for one in wanted if one.title not in why]
    for title, reason in why.items():
        print(f"not measured: {title}: {reason}", file=sys.stderr)
    if not chosen:
        return 1
    with tempfile.TemporaryDirectory(prefix="pdfbatch-bench-") as scratch:
        try:
            results = measure(chosen, settings, Path(scratch), lambda text: print(text, file=sys.stderr, flush=True))
        except (WrongDocumentsError, RunFailedError) as error:
            print(f"the bench ends without a figure: {error}", file=sys.stderr)
            return 1
    text = report(chosen, why, results, settings, [one.title for one in everybody])
    if options.print:
        print(text)
    else:
        write_part("speed", text)
        print("written to bench/RESULTS.md", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
