"""The processes of a pod, seen from the machine that its node runs on: stopped, let go on, killed.

What happens to a container from outside is what no manifest can ask for: a kernel that ends it for its memory, a
processor that it is not given.
"""

import os
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

# Clock ticks a second, in /proc/PID/stat.
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class PodProcess:
    """A living process of a container.

    Attributes:
        container: the container's id.
        first: it is its container's pid 1, and the container ends with it.
    """

    pid: int
    command: tuple[str, ...]
    container: str
    first: bool

    def signal(self, number: int) -> None:
        """Sends a signal; one that has ended meanwhile is no matter."""
        try:
            os.kill(self.pid, number)
        except ProcessLookupError:
            return

    @property
    def is_tab(self) -> bool:
        """Whether it is what renders a browser's pages. Chromium rewrites its command line as one word."""
        return "--type=renderer" in " ".join(self.command)

    @property
    def cpu_seconds(self) -> float:
        """What it has computed; 0 once it has ended."""
        try:
            fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            return 0.0
        return (int(fields[11]) + int(fields[12])) / _TICKS


def processes_of(pod_uid: str) -> list[PodProcess]:
    """The processes of a pod's containers, without the pause container's."""
    return list(_processes_of(pod_uid))


def engine_of(pod_uid: str) -> PodProcess | None:
    """The first process of a pod's engine container; None while it does not run."""
    return next((one for one in processes_of(pod_uid) if one.first and "serve-browsers" in " ".join(one.command)), None)


def renderer_of(pod_uid: str) -> PodProcess | None:
    """The first process of a pod's renderer container; None while it does not run."""
    return next((one for one in processes_of(pod_uid) if one.first and "python" in one.command[0]), None)


def stop(pod_uid: str) -> None:
    """Lets none of a pod's processes run, until `go_on`; Kubernetes sees nothing of it."""
    for process in processes_of(pod_uid):
        process.signal(signal.SIGSTOP)


def kill(pod_uid: str) -> None:
    """SIGKILL to all of them."""
    processes = processes_of(pod_uid)
    assert processes, "the pod runs nothing that could be killed"
    for process in processes:
        process.signal(signal.SIGKILL)


def go_on(pod_uid: str) -> None:
    """Lets them run again."""
    for process in processes_of(pod_uid):
        process.signal(signal.SIGCONT)


def _processes_of(pod_uid: str) -> Iterator[PodProcess]:
    mark = f"/pod{pod_uid}/"
    for folder in Path("/proc").iterdir():
        if not folder.name.isdecimal():
            continue
        try:
            groups = (folder / "cgroup").read_text()
            if mark not in groups:
                continue
            status = (folder / "status").read_text()
            command = (folder / "cmdline").read_bytes()
        except OSError:  # it ended meanwhile
            continue
        words = tuple(os.fsdecode(word) for word in command.rstrip(b"\0").split(b"\0"))
        if not words[0] or words[0] == "/pause":
            continue  # a zombie, or what holds the pod's namespaces
        within = next(line for line in status.splitlines() if line.startswith("NSpid:")).split()[1:]
        container = groups.partition(mark)[2].split("\n")[0].partition("/")[0]
        yield PodProcess(int(folder.name), words, container, first=within[-1] == "1")
