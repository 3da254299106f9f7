"""`python -m bench.cluster`: the cluster's part of RESULTS.md."""

import argparse
import os
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from devcluster import Cluster
from devcluster import Settings as ClusterSettings
from devcluster.errors import DevClusterError
from devcluster.images import Images, build_images
from devcluster.installation import install

from bench.check import WrongDocumentsError
from bench.cluster.measure import Bench, Results, Settings
from bench.cluster.place import Place
from bench.cluster.report import busy, report
from bench.contestants import RunFailedError
from bench.machine import description
from bench.results import write_part


class EndedError(Exception):
    """The bench took longer than it may, or was told to end."""


class _Log:
    """Lines with the seconds since the start."""

    def __init__(self) -> None:
        self._began = time.monotonic()

    def say(self, text: str) -> None:
        print(f"bench: {time.monotonic() - self._began:6.1f} s  {text}", file=sys.stderr, flush=True)


def main() -> int:
    """Exit status 1 when something did not work or a PDF did not hold its own row: then nothing is written."""
    options = _options()
    cores = len(os.sched_getaffinity(0))
    settings = Settings(
        documents=options.documents,
        repetitions=options.repetitions,
        cores=cores,
        shards=cores * 2,
        letters=options.letters,
        batches=options.batches,
        idle=options.idle,
    )
    if settings.documents < settings.shards:
        print(f"the bench needs --documents of at least {settings.shards}, one a shard", file=sys.stderr)
        return 1
    log = _Log()
    signal.signal(signal.SIGTERM, _told)
    try:
        text = _measured(settings, options.minutes, log)
    except (DevClusterError, WrongDocumentsError, RunFailedError, EndedError) as error:
        log.say(f"the bench ends without a figure: {error}")
        return 1
    if options.print:
        print(text)
    else:
        write_part("cluster", text)
        log.say("written to bench/RESULTS.md")
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.cluster", description=__doc__)
    parser.add_argument("--documents", type=int, default=10_000, help="documents a run (default: 10000)")
    parser.add_argument("--repetitions", type=int, default=2, help="runs of either side (default: 2)")
    parser.add_argument("--letters", type=int, default=5, help="batches of one document (default: 5)")
    parser.add_argument("--batches", type=int, default=200, help="that the operator is measured with (default: 200)")
    parser.add_argument("--idle", type=float, default=60, help="seconds that it is watched (default: 60)")
    parser.add_argument("--minutes", type=float, default=45, help="after which it gives up (default: 45)")
    parser.add_argument("--print", action="store_true", help="print the tables instead of writing RESULTS.md")
    return parser.parse_args()


def _measured(settings: Settings, minutes: float, log: _Log) -> str:
    """Brings the cluster up, or takes the one that is up under its name; measures; leaves nothing of its own."""
    name = os.environ.get("PDFBATCH_DEVCLUSTER") or "bench"
    load = os.getloadavg()[0]
    if note := busy(load, settings.cores):
        log.say(note.strip())
    with Cluster.up(ClusterSettings(name=name)) as cluster:
        log.say(f"cluster {name} is up, {'for this run' if cluster.brought_up else 'and was before: it stays'}")
        images = build_images(say=log.say)
        installation = install(cluster)
        log.say("pdfbatch is installed")
        place = Place.make(cluster, f"bench-{os.getpid()}")
        try:
            # Beside the claim's folder: the same disk.
            folder = cluster.settings.folder
            with tempfile.TemporaryDirectory(prefix="bench-", dir=folder) as scratch, _at_most(minutes):
                results = Bench(place, installation, settings, Path(scratch), log.say).everything()
            return _text(results, settings, images, cluster, load)
        finally:
            if not cluster.brought_up:
                place.remove()
            log.say("done, tidying up")


def _text(results: Results, settings: Settings, images: Images, cluster: Cluster, load: float) -> str:
    version = str(cluster.kubectl("version", "--output=json").stdout)
    server = version.partition('"serverVersion"')[2].partition('"gitVersion": "')[2].partition('"')[0]
    return report(results, settings, images, machine=description(), kubernetes=server, load=load)


@contextmanager
def _at_most(minutes: float) -> Iterator[None]:
    """Ends what is inside by an exception when it takes longer; what tidies up afterwards has its own bounds."""

    def overdue(number: int, frame: FrameType | None) -> None:
        raise EndedError(f"not done within {minutes:.0f} minutes (--minutes)")

    signal.signal(signal.SIGALRM, overdue)
    signal.setitimer(signal.ITIMER_REAL, minutes * 60)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def _told(number: int, frame: FrameType | None) -> None:
    # Once: it shall not end its own tidying up.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise EndedError("told to end")


if __name__ == "__main__":
    sys.exit(main())
