"""A network for a server that listens on every address: without the machine's, and only who is let in reaches it.

It is a network namespace (network_namespaces(7)) with a loopback device and nothing else. Who may, makes it as it is;
anybody else within a user namespace of their own (user_namespaces(7)), where they stay who they are. It is gone with
the last process in it.

This file is also a program, which becomes the command that it is told. It is run by its path, and so without the
packages around it, which would take longer to load than all that it does:

    python -I -S own_network.py new COMMAND…       in a new network; without a command: can one be made?
    python -I -S own_network.py of PID COMMAND…    in the network of that process
"""

import ctypes
import fcntl
import os
import socket
import struct
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Final

# linux/sched.h; os.unshare and os.setns are there from Python 3.12 on.
_CLONE_NEWUSER: Final = 0x10000000
_CLONE_NEWNET: Final = 0x40000000
# netdevice(7), and struct ifreq: a name, and flags.
_SIOCGIFFLAGS: Final = 0x8913
_SIOCSIFFLAGS: Final = 0x8914
_IFF_UP: Final = 0x1
_INTERFACE: Final = struct.Struct("16sh14x")
_LISTEN: Final = "0A"  # TCP_LISTEN, as /proc/net/tcp has it (proc(5))

_PROGRAM: Final = (sys.executable, "-I", "-S", str(Path(__file__).resolve()))
IN_NEW: Final = (*_PROGRAM, "new")


def within(pid: int) -> tuple[str, ...]:
    """What a command is started through that is to be in the network of a process."""
    return (*_PROGRAM, "of", str(pid))


@cache
def refusal() -> str | None:
    """Why no network can be made here; None where one can."""
    ended = subprocess.run(IN_NEW, capture_output=True, text=True, check=False)
    return None if ended.returncode == 0 else ended.stderr.strip() or f"status {ended.returncode}"


def listens(pid: int, port: int) -> bool:
    """Whether somebody listens on a TCP port in the network of a process; nobody does where that has ended."""
    for name in ("tcp", "tcp6"):
        try:
            lines = Path(f"/proc/{pid}/net/{name}").read_text().splitlines()[1:]
        except OSError:  # the process is gone, or the kernel has no IPv6
            continue
        for line in lines:
            _, local, _, state, *_ = line.split()
            if state == _LISTEN and int(local.rpartition(":")[2], 16) == port:
                return True
    return False


def _make() -> None:
    user, group = os.getuid(), os.getgid()
    try:
        _call("unshare", _CLONE_NEWNET)
    except OSError:
        _call("unshare", _CLONE_NEWUSER | _CLONE_NEWNET)
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/gid_map").write_text(f"{group} {group} 1")
        Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
    with socket.socket() as any_socket:
        asked = fcntl.ioctl(any_socket, _SIOCGIFFLAGS, _INTERFACE.pack(b"lo", 0))
        name, flags = _INTERFACE.unpack(asked)
        fcntl.ioctl(any_socket, _SIOCSIFFLAGS, _INTERFACE.pack(name, flags | _IFF_UP))


def _enter(pid: str) -> None:
    for name, kind in (("user", _CLONE_NEWUSER), ("net", _CLONE_NEWNET)):
        theirs = Path(f"/proc/{pid}/ns/{name}")
        # The user namespace that one is in cannot be entered (setns(2)).
        if theirs.samefile(f"/proc/self/ns/{name}"):
            continue
        with theirs.open("rb") as namespace:
            _call("setns", namespace.fileno(), kind)


def _call(name: str, *arguments: int) -> None:
    if getattr(ctypes.CDLL(None, use_errno=True), name)(*arguments) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")


def main() -> None:
    """Becomes the command."""
    what, *command = sys.argv[1:]
    try:
        if what == "new":
            _make()
        else:
            pid, *command = command
            _enter(pid)
    except OSError as error:
        sys.exit(f"{error.filename}: {error.strerror}" if error.filename else error.strerror)
    if not command:
        return
    try:
        os.execvp(command[0], command)
    except OSError as error:
        sys.exit(f"{command[0]}: {error.strerror}")


if __name__ == "__main__":
    main()
