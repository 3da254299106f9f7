"""What a command and everything it starts take: CPU split by kind of process, and resident memory.

/proc is read a few times a second; a process is remembered by its last reading after it has ended. A process that
lived between two readings is still found in the time that the kernel charged to its parent for ended children. What
then remains unexplained is counted as Python's, so that our share is never shown smaller than it was.
"""

import ctypes
import os
import resource
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

_TICKS: Final = os.sysconf("SC_CLK_TCK")
_PAGE: Final = os.sysconf("SC_PAGE_SIZE")
_PR_SET_CHILD_SUBREAPER: Final = 36
_LAST_BREATH: Final = 2.0
"""Seconds for a process that outlived the command's output to end."""


@dataclass(frozen=True, slots=True)
class Process:
    """A line of /proc/PID/stat.

    Attributes:
        cpu: user and system time of its own, seconds.
        waited: the same of its children that have ended, and of theirs, seconds.
        rss: bytes.
    """

    pid: int
    parent: int
    name: str
    cpu: float
    waited: float
    rss: int


def processes() -> dict[int, Process]:
    """All processes of the machine, by id."""
    found = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                text = (entry / "stat").read_text(errors="replace")
            except OSError:
                continue  # it has just ended
            process = parse_stat(text)
            found[process.pid] = process
    return found


def parse_stat(text: str) -> Process:
    """A /proc/PID/stat (proc(5)); the name stands in parentheses and may hold spaces and parentheses itself."""
    name = text[text.index("(") + 1 : text.rindex(")")]
    fields = text[text.rindex(")") + 2 :].split()
    return Process(
        pid=int(text[: text.index(" ")]),
        parent=int(fields[1]),
        name=name,
        cpu=(int(fields[11]) + int(fields[12])) / _TICKS,
        waited=(int(fields[13]) + int(fields[14])) / _TICKS,
        rss=int(fields[21]) * _PAGE,
    )


def tree(all_processes: dict[int, Process], root: int) -> list[Process]:
    """`root` and everything below it."""
    children: dict[int, list[Process]] = {}
    for process in all_processes.values():
        children.setdefault(process.parent, []).append(process)
    found = [all_processes[root]] if root in all_processes else []
    for process in found:
        found += children.get(process.pid, [])
    return found


def kind_of(name: str) -> str:
    """`browser`, `python`, `node` or `other`, by a process's name (cut at 15 characters by the kernel)."""
    lowered = name.lower()
    if "chrom" in lowered or "headless_shell" in lowered:
        return "browser"
    if lowered.startswith(("python", "pdfbatch", "uv")):
        return "python"
    return "node" if lowered.startswith(("node", "mainthread")) else "other"


def cpu_by_kind(last: dict[int, tuple[int, Process]]) -> dict[str, float]:
    """CPU seconds by kind, from the last reading of each process.

    Args:
        last: by process id: the number of the last reading that had it, and what it said.
    """
    children: dict[int, list[Process]] = {}
    for _, process in last.values():
        children.setdefault(process.parent, []).append(process)

    def left_behind(process: Process) -> float:
        """What a process that ended added to its parent's `waited`, as far as it was seen: a browser's CPU may reach
        the first process by way of a shell and a driver, whose own `waited` nobody read any more."""
        return process.cpu + max(process.waited, sum(map(left_behind, children.get(process.pid, []))))

    cpu: dict[str, float] = {}
    for reading, process in last.values():
        ended = [child for child in children.get(process.pid, []) if last[child.pid][0] < reading]
        unseen = max(0.0, process.waited - sum(map(left_behind, ended)))
        kind = kind_of(process.name)
        cpu[kind] = cpu.get(kind, 0.0) + process.cpu + unseen
    return cpu


def own_cpu(orphan: Process, seconds: float, children: Sequence[Process]) -> float:
    """The CPU seconds of an orphan without its children's: what it has waited for since it was last read (a browser's
    zygote, for its tabs) stands in their own lines.

    Args:
        orphan, children: as they were last read.
        seconds: of the orphan and of all that it has waited for.
    """
    return max(orphan.cpu, seconds - max(orphan.waited, sum(child.cpu for child in children)))


@dataclass(frozen=True, slots=True)
class Sample:
    """Resident memory at one reading; bytes.

    Attributes:
        when: seconds since the command's start.
        largest: of the largest Python process.
        python: of all Python processes.
        browsers: of all browsers' processes. What several map (the program) counts in each of them.
    """

    when: float
    largest: int
    python: int
    browsers: int = 0


@dataclass(slots=True)
class Usage:
    """What a command took.

    Attributes:
        seconds: wall clock.
        cpu: CPU seconds by kind of process.
        samples: memory at each reading.
    """

    exit_code: int = 0
    stdout: str = ""
    stderr: str = ""
    seconds: float = 0.0
    started: float = 0.0
    cpu: dict[str, float] = field(default_factory=dict)
    samples: list[Sample] = field(default_factory=list)

    @property
    def python_share(self) -> float:
        """Python's part of all CPU time, 0 to 1."""
        total = sum(self.cpu.values())
        return self.cpu.get("python", 0.0) / total if total else 0.0

    @property
    def peak_python(self) -> int:
        """The largest RSS of one Python process, bytes."""
        return max((sample.largest for sample in self.samples), default=0)


def run(
    command: Sequence[str],
    *,
    interval: float = 0.25,
    cores: set[int] | None = None,
    environment: dict[str, str] | None = None,
) -> Usage:
    """Runs a command to its end and says what it and its children took.

    Args:
        interval: seconds between readings.
        cores: the cores it may use.
    """
    # Orphans of the command become our children instead of init's, so that they are still seen.
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    others = _children()
    pin: Callable[[], None] | None = (lambda: os.sched_setaffinity(0, cores)) if cores else None
    usage = Usage(started=time.time())
    start = time.perf_counter()
    last: dict[int, tuple[int, Process]] = {}
    process = subprocess.Popen(
        list(command),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
        preexec_fn=pin,
    )
    ended = threading.Event()

    def watch() -> None:
        while not ended.is_set():
            everything = processes()
            # one whose parent ended hangs below us now, and is still the command's
            orphans = [pid for pid in last if pid in everything and everything[pid].parent == os.getpid()]
            seen = [item for root in {process.pid, *orphans} for item in tree(everything, root)]
            last.update({item.pid: (len(usage.samples), item) for item in seen})
            python = [item.rss for item in seen if kind_of(item.name) == "python"]
            browsers = sum(item.rss for item in seen if kind_of(item.name) == "browser")
            usage.samples.append(Sample(time.perf_counter() - start, max(python, default=0), sum(python), browsers))
            ended.wait(interval)

    watcher = threading.Thread(target=watch)
    watcher.start()
    usage.stdout, usage.stderr = process.communicate()
    usage.seconds = time.perf_counter() - start
    ended.set()
    watcher.join()
    usage.exit_code = process.returncode
    for pid, seconds in _reap_orphans(others).items():
        if pid in last:
            reading, orphan = last[pid]
            children = [child for _, child in last.values() if child.parent == pid]
            last[pid] = reading, replace(orphan, cpu=own_cpu(orphan, seconds, children))
    usage.cpu = cpu_by_kind(last)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    charged = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    unseen = max(0.0, charged - sum(usage.cpu.values()))
    usage.cpu["python"] = usage.cpu.get("python", 0.0) + unseen
    return usage


def _children() -> set[int]:
    return {process.pid for process in processes().values() if process.parent == os.getpid()}


def _reap_orphans(others: set[int]) -> dict[int, float]:
    """The CPU time of each process that was left to us (a killed browser's tabs), with that of its own children.

    The command's output ends a moment before the last process that held it does: all but `others` are waited for.
    """
    cpu: dict[int, float] = {}
    latest = time.monotonic() + _LAST_BREATH
    while True:
        try:
            pid, _, used = os.wait4(-1, os.WNOHANG)
        except ChildProcessError:
            return cpu
        if pid:
            cpu[pid] = used.ru_utime + used.ru_stime
            continue
        if time.monotonic() > latest or not _children() - others:
            return cpu
        time.sleep(0.01)
