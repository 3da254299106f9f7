"""A network of a server's own, made and entered by the real kernel: IronPDF's engine is put into one."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from pdfbatch_renderer.engines.ironpdf.own_network import IN_NEW, listens, refusal, within

pytestmark = [
    pytest.mark.render,
    pytest.mark.skipif(refusal() is not None, reason=f"no network can be made here: {refusal()}"),
]

SERVER = """
import os, socket
server = socket.create_server(("", 0))
print(server.getsockname()[1], os.getuid(), os.getgid(), flush=True)
while True:
    connection, _ = server.accept()
    connection.sendall(b"here")
    connection.close()
"""
ASK = "import os, socket, sys; print(socket.create_connection(('127.0.0.1', int(sys.argv[1]))).recv(9).decode())"

# Root makes a network as it is; without the privilege for that, as anybody else has to.
BEFORE = [[], ["setpriv", "--bounding-set=-sys_admin"]] if os.geteuid() == 0 else [[]]


@pytest.mark.parametrize("before", BEFORE, ids=" ".join)
def test_a_server_on_all_addresses_is_reached_by_who_is_let_in_and_by_nobody_else(before: list[str]) -> None:
    # given a server that listens on every address there is
    line = [*before, *IN_NEW, sys.executable, "-c", SERVER]
    with subprocess.Popen(line, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            port, user, group = map(int, server.stdout.readline().split())
            network = Path(f"/proc/{server.pid}/ns/net").stat().st_ino

            # then who is let in reaches it
            asked = [*before, *within(server.pid), sys.executable, "-c", ASK, str(port)]
            assert subprocess.run(asked, capture_output=True, text=True, check=True).stdout == "here\n"
            # nobody else does, at any of the machine's addresses
            addresses = [one for of in psutil.net_if_addrs().values() for one in of if one.family == socket.AF_INET]
            assert addresses
            for one in addresses:
                with pytest.raises(ConnectionRefusedError):
                    socket.create_connection((one.address, port), 5)
            # it is seen to listen from here, and it is who it was
            assert listens(server.pid, port)
            assert not listens(os.getpid(), port)
            assert (user, group) == (os.getuid(), os.getgid())
        finally:
            server.kill()

    # and with it the network is gone
    assert network not in networks()
    assert not listens(server.pid, port)


def networks() -> set[int]:
    """The numbers of all networks that a process is in."""
    found = set()
    for pid in psutil.pids():
        try:
            found.add(Path(f"/proc/{pid}/ns/net").stat().st_ino)
        except OSError:
            continue
    return found


def test_what_goes_wrong_is_said_in_a_line() -> None:
    gone = subprocess.Popen(["true"])
    gone.wait()
    for line, said in (
        ((*within(gone.pid), "true"), f"/proc/{gone.pid}/ns/user: No such file or directory\n"),
        ((*IN_NEW, "/nowhere/x"), "/nowhere/x: No such file or directory\n"),
    ):
        ended = subprocess.run(line, capture_output=True, text=True, check=False)
        assert (ended.returncode, ended.stderr) == (1, said)
