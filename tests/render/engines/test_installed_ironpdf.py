"""IronPDF's installed engine, started by a batch: in a network where only its client reaches it, and gone with it."""

import os
import shutil
import socket
import subprocess
import time
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from pdfbatch_api.pods import IRONPDF_VARIABLE
from pdfbatch_renderer.engines.ironpdf.own_network import listens
from tests.render.engines.an_ironpdf_batch import LICENSED, NO_LICENCE, a_batch

pytestmark = pytest.mark.render

# How the command is run: as whoever runs the tests; without the privilege to make a network as it is, as an ordinary
# user is; and where nobody can make one.
AS_IS: list[str] = []
ORDINARY = ["setpriv", "--bounding-set=-sys_admin"] if os.geteuid() == 0 else []
FORBIDDEN = ["unshare", "--user", "--map-root-user", "sh", "-c"]
FORBIDDEN += ['echo 0 > /proc/sys/user/max_user_namespaces && exec setpriv --bounding-set=-sys_admin "$@"', "sh"]


@pytest.mark.skipif(shutil.which("unshare") is None, reason="unshare tells what networks can be made here")
@pytest.mark.parametrize("before", [AS_IS, ORDINARY, FORBIDDEN], ids=["as-is", "ordinary", "forbidden"])
def test_the_installed_engine_is_started_where_only_its_client_reaches_it_and_leaves_nothing(
    before: list[str], tmp_path: Path
) -> None:
    # given a machine with addresses, and networks that can be made on it or not
    ways = (["--net"], ["--user", "--map-root-user", "--net"])
    apart = any(
        subprocess.run([*before, "unshare", *way, "true"], capture_output=True, check=False).returncode == 0
        for way in ways
    )
    assert not (apart and before is FORBIDDEN)
    addresses = {one.address for of in psutil.net_if_addrs().values() for one in of if one.family == socket.AF_INET}
    assert "127.0.0.1" in addresses
    scratch = tmp_path / "tmp"
    scratch.mkdir()
    others = irons()

    # when a batch runs, and all that listens meanwhile is looked for
    listened, reached, networks = False, set[str](), set[int]()
    run = subprocess.Popen(
        [*before, *a_batch(tmp_path / "batch").line("run")],
        env={**os.environ, "TMPDIR": str(scratch), IRONPDF_VARIABLE: ""},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    while run.poll() is None:
        for engine, port in engines_of(run.pid):
            if not listens(engine, port):
                continue
            listened = True
            networks.update(network_of(engine))
            for address in addresses - reached:
                with socket.socket() as knocking:
                    knocking.settimeout(1)
                    if knocking.connect_ex((address, port)) == 0:
                        reached.add(address)
        time.sleep(0.3)
    assert run.stderr is not None
    said = " ".join(run.stderr.read().split())

    # then it came as far as ever, and nobody else reached it; or it is said that everybody can
    assert run.returncode == (0 if LICENSED else 78), said
    assert LICENSED or NO_LICENCE in said
    assert listened
    assert reached == (set() if apart else addresses)
    assert ("IronPDF's engine listens on all addresses of this machine" in said) is not apart
    # and nothing is left of it: no file, no process, no network
    assert list(scratch.iterdir()) == []
    assert irons() <= others
    if apart:
        assert networks
        assert not networks & {network for pid in psutil.pids() for network in network_of(pid)}


def engines_of(pid: int) -> list[tuple[int, int]]:
    """The engines that a process or a descendant of it started: their ids, and the port that each was told."""
    found = []
    for one in psutil.Process(pid).children(recursive=True):
        with suppress(psutil.Error):
            line = one.cmdline()
            if line and line[0].endswith("IronPdfEngineConsole"):
                found.append((one.pid, next(int(word[5:]) for word in line if word.startswith("port="))))
    return found


def irons() -> set[int]:
    """The processes of all engines on this machine, their browsers' too."""
    return {
        process.pid
        for process in psutil.process_iter(["name", "status"])
        if process.info["name"].startswith("Iron") and process.info["status"] != psutil.STATUS_ZOMBIE
    }


def network_of(pid: int) -> list[int]:
    """The number of a process's network; none where it has ended."""
    with suppress(OSError):
        return [Path(f"/proc/{pid}/ns/net").stat().st_ino]
    return []
