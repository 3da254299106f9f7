"""Finds and ends a cluster's processes by a mark in their environment.

Process id files go stale, and a killed `up` never writes them. Every process of the cluster instead inherits a
variable with the cluster's name, which its whole tree carries and which the kernel keeps for as long as it lives.
"""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from devcluster.errors import CommandFailedError, DevClusterError, DidNotStartError

CLUSTER_MARK = "PDFBATCH_DEVCLUSTER_PROCESS_OF"
ROLE_MARK = "PDFBATCH_DEVCLUSTER_ROLE"


@dataclass(frozen=True)
class Process:
    """A process of the cluster as /proc has it."""

    pid: int
    role: str
    """`etcd`, `kube-apiserver` …; for all processes of a node (but its containers') the node's name."""
    command: tuple[str, ...]
    pids_within: tuple[int, ...]
    """Its process id in each namespace, the machine's first."""

    @property
    def program(self) -> str:
        return Path(self.command[0]).name if self.command else ""

    @property
    def begins_a_namespace(self) -> bool:
        return len(self.pids_within) > 1 and self.pids_within[-1] == 1


def parse_environment(raw: bytes) -> dict[str, str]:
    """What stands in /proc/PID/environ."""
    pairs = (entry.partition(b"=") for entry in raw.split(b"\0") if b"=" in entry)
    return {os.fsdecode(name): os.fsdecode(value) for name, _, value in pairs}


def parse_status(text: str) -> tuple[str, tuple[int, ...]]:
    """State letter and NSpid of /proc/PID/status."""
    fields = dict(line.split(":", 1) for line in text.splitlines() if ":" in line)
    return fields["State"].split()[0], tuple(int(part) for part in fields["NSpid"].split())


def of_cluster(cluster: str, role: str | None = None) -> list[Process]:
    """The cluster's living processes, without containers': those die with their node's namespace."""
    return [one for one in _of_cluster(cluster) if role is None or one.role == role]


def _of_cluster(cluster: str) -> Iterator[Process]:
    wanted = f"{CLUSTER_MARK}={cluster}".encode()
    for folder in Path("/proc").iterdir():
        if not folder.name.isdecimal():
            continue
        try:
            raw = (folder / "environ").read_bytes()
            if wanted not in raw.split(b"\0"):
                continue
            state, pids_within = parse_status((folder / "status").read_text())
            command = (folder / "cmdline").read_bytes()
        except OSError:  # it ended meanwhile, or is the kernel's
            continue
        if state not in "ZX":
            role = parse_environment(raw).get(ROLE_MARK, "")
            words = tuple(os.fsdecode(word) for word in command.rstrip(b"\0").split(b"\0"))
            yield Process(int(folder.name), role, words, pids_within)


def start(cluster: str, role: str, command: Sequence[str | Path], log: Path) -> None:
    """Starts a process that outlives this one, its output appended to the log."""
    log.parent.mkdir(parents=True, exist_ok=True)
    environment = {
        "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        "HOME": "/root",
        "LANG": "C.UTF-8",
        CLUSTER_MARK: cluster,
        ROLE_MARK: role,
    }
    with log.open("ab") as output:
        # `setsid --fork` leaves the process to init, so that a caller who goes on (a test session) keeps no zombies.
        subprocess.run(
            ["setsid", "--fork", *command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env=environment,
            cwd="/",
            check=True,
        )


def end(cluster: str, role: str | None = None, *, within: float = 20) -> None:
    """Kills the cluster's processes, or those of a role, and returns when none is left.

    Raises:
        DevClusterError: some are still there after `within` seconds.
    """
    deadline = time.monotonic() + within
    while found := of_cluster(cluster, role):
        if time.monotonic() > deadline:
            left = ", ".join(f"{one.pid} {one.program}" for one in found)
            raise DevClusterError(f"killed, but still there after {within:.0f} s: {left}")
        # A namespace's first process takes all others with it, containers too.
        for one in sorted(found, key=lambda one: not one.begins_a_namespace):
            try:
                os.kill(one.pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        time.sleep(0.05)


def wait_until(
    true: Callable[[], bool], *, what: str, within: float, cluster: str, roles: Sequence[str], logs: Path
) -> None:
    """Waits for a condition; gives up at once when a process that has to live for it is gone.

    Raises:
        DidNotStartError: with the last lines of the roles' logs.
    """
    deadline = time.monotonic() + within
    while not true():
        gone = _gone(cluster, roles)
        if gone:
            # Amid an exec a process has no environment for a moment.
            time.sleep(0.1)
            gone = _gone(cluster, gone)
        if gone or time.monotonic() > deadline:
            why = f"{', '.join(gone)} ended" if gone else f"not within {within:.0f} s"
            raise DidNotStartError(
                f"{what}: {why}\n" + "\n".join(last_lines(logs / f"{role}.log") for role in gone or roles)
            )
        time.sleep(0.1)


def _gone(cluster: str, roles: Sequence[str]) -> list[str]:
    alive = {one.role for one in of_cluster(cluster)}
    return [role for role in roles if role not in alive]


def last_lines(log: Path, count: int = 15) -> str:
    """The end of a log, under its path."""
    try:
        lines = log.read_text(errors="replace").splitlines()[-count:]
    except FileNotFoundError:
        lines = ["(no log)"]
    return "\n".join([f"--- {log}", *(line[:500] for line in lines)])


def run(*command: str | Path, within: float = 120, stdin: str | None = None) -> str:
    """Runs a command that has to succeed, and returns its output.

    Raises:
        CommandFailedError: it did not.
    """
    try:
        done = subprocess.run(
            [str(word) for word in command],
            input=stdin,
            capture_output=True,
            text=True,
            timeout=within,
            check=False,
            # All that is run here is here: somebody's proxy would only be in the way.
            env={name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")},
        )
    except FileNotFoundError as error:
        raise CommandFailedError(f"{command[0]}: no such program") from error
    except subprocess.TimeoutExpired as error:
        raise CommandFailedError(f"{' '.join(map(str, command))}: not done within {within:.0f} s") from error
    if done.returncode:
        raise CommandFailedError(f"{' '.join(map(str, command))} ended with {done.returncode}: {done.stderr.strip()}")
    return done.stdout
