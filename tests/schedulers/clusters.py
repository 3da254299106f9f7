"""Dask, Ray and Celery as people start them: their own programs, on this machine."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import pytest

from tests.ports import a_free_port
from tests.render.batches.a_batch import ABatch, Ended

BIN = Path(sys.executable).parent


@dataclass
class ACluster:
    """Somebody's workers, two steps at once.

    Attributes:
        address: for `pdfbatch run --on`.
        beside: what a command begins with that is to run where the cluster can be reached.
        environment: what it is told.
        programs: what was started, by name.
    """

    folder: Path
    address: str = ""
    beside: tuple[str, ...] = ()
    environment: dict[str, str] = field(default_factory=dict)
    programs: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)

    def start(self, name: str, command: Sequence[str | Path]) -> None:
        """Starts a program in a group of its own, its output in a file of its name."""
        with (self.folder / f"{name}.log").open("ab") as log:
            self.programs[name] = subprocess.Popen(
                command,
                stdout=log,
                stderr=log,
                env={**os.environ, **self.environment},
                start_new_session=True,
            )

    def run(self, batch: ABatch, *arguments: str) -> "subprocess.Popen[str]":
        """`pdfbatch run --on` this cluster, under way."""
        return subprocess.Popen(
            [*self.beside, *batch.line("run", "--on", self.address, *arguments)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, **self.environment},
        )

    def ran(self, batch: ABatch, *arguments: str, status: int = 0) -> Ended:
        """The same to its end, which must have that status."""
        running = self.run(batch, *arguments)
        out, err = running.communicate(timeout=150)
        assert running.returncode == status, out + err
        assert "Traceback" not in err, err
        return Ended(status, out, err)

    def wait(self, what: str, true: Callable[[], object], seconds: float = 60) -> None:
        """Until it is true, while all programs live."""
        deadline = time.monotonic() + seconds
        while not true():
            dead = [name for name, program in self.programs.items() if program.poll() is not None]
            assert not dead, f"{dead} ended:\n{self.logs()}"
            assert time.monotonic() < deadline, f"{what}: not within {seconds:.0f} s\n{self.logs()}"
            time.sleep(0.1)

    def logs(self) -> str:
        """The ends of all logs."""
        return "\n".join(f"--- {log.name}\n{log.read_text()[-3000:]}" for log in sorted(self.folder.glob("*.log")))

    def said(self, name: str, words: str) -> bool:
        """Whether a program's log has these words."""
        return words in (self.folder / f"{name}.log").read_text(errors="replace")

    def steps(self, command: str = "render") -> list[psutil.Process]:
        """The `pdfbatch` processes that carry out such a step."""
        found = []
        for program in self.programs.values():
            for process in _family(program.pid):
                try:
                    words = process.cmdline()
                except psutil.Error:
                    continue
                if "pdfbatch_schedulers.bound" in words and command in words:
                    found.append(process)
        return found

    def kill_a_worker(self) -> bool:
        """Kills a worker that renders a shard, if one does."""
        for step in self.steps():
            try:
                psutil.Process(int(step.cmdline()[3])).kill()
            except psutil.Error:
                continue
            # It takes its step with it.
            step.wait(30)
            return True
        return False

    def kill(self, name: str) -> None:
        """Kills a program and all that it started, as a machine that loses its power."""
        program = self.programs.pop(name)
        for process in [psutil.Process(program.pid), *_family(program.pid)]:
            try:
                process.kill()
            except psutil.NoSuchProcess:
                continue
        program.wait()

    def stop(self) -> None:
        """Ends all programs, and whatever of them is still there."""
        family = [process for program in self.programs.values() for process in _family(program.pid)]
        for program in reversed(self.programs.values()):
            program.send_signal(signal.SIGTERM)
        for program in self.programs.values():
            try:
                program.wait(20)
            except subprocess.TimeoutExpired:
                program.kill()
                program.wait()
        _, left = psutil.wait_procs(family, timeout=5)
        for process in left:
            process.kill()
        psutil.wait_procs(left, timeout=5)


def _family(pid: int) -> list[psutil.Process]:
    try:
        return psutil.Process(pid).children(recursive=True)
    except psutil.NoSuchProcess:
        return []


@contextmanager
def dask(folder: Path) -> Iterator[ACluster]:
    """A scheduler, and two workers of one thread."""
    port = a_free_port()
    cluster = ACluster(folder, f"dask=tcp://127.0.0.1:{port}")
    scheduler = ["scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard"]
    worker = ["worker", f"tcp://127.0.0.1:{port}", "--host", "127.0.0.1", "--nworkers", "2", "--nthreads", "1"]
    try:
        cluster.start("scheduler", [BIN / "dask", *scheduler])
        cluster.start("worker", [BIN / "dask", *worker, "--no-dashboard", "--local-directory", str(folder)])
        cluster.wait("two workers", lambda: (folder / "worker.log").read_text().count("Registered to") == 2)
        yield cluster
    finally:
        cluster.stop()


@contextmanager
def ray(folder: Path) -> Iterator[ACluster]:
    """A head node of two CPUs, in a network of its own: Ray listens on all addresses that there are."""
    if os.geteuid() != 0:
        pytest.skip("Ray is tested in a network namespace, which takes root")
    cluster = ACluster(folder, "ray=127.0.0.1:6379", environment={"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": "a" * 64})
    head = "--head --block --port=6379 --num-cpus=2 --include-dashboard=false --disable-usage-stats"
    command = f"ip link set lo up && exec {BIN}/ray start {head} --object-store-memory=100000000"
    try:
        cluster.start("head", ["unshare", "--net", "sh", "-c", command])
        cluster.beside = ("nsenter", f"--net=/proc/{cluster.programs['head'].pid}/ns/net")
        cluster.wait("a node", lambda: cluster.said("head", "Ray runtime started"))
        yield cluster
    finally:
        cluster.stop()


@contextmanager
def celery(folder: Path) -> Iterator[ACluster]:
    """A Redis, and a worker of two processes with pdfbatch's own app."""
    with a_redis(folder) as cluster:
        cluster.environment = {"CELERY_BROKER_URL": cluster.address}
        cluster.address = f"celery={cluster.address}"
        start_celery(cluster, "worker", "pdfbatch_schedulers.celery_app")
        yield cluster


@contextmanager
def a_redis(folder: Path) -> Iterator[ACluster]:
    """A Redis alone; its URL as the address."""
    port = a_free_port()
    cluster = ACluster(folder, f"redis://127.0.0.1:{port}/0")
    try:
        cluster.start("redis", ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", ""])
        cluster.wait("Redis", lambda: cluster.said("redis", "eady to accept connections"))
        yield cluster
    finally:
        cluster.stop()


def start_celery(cluster: ACluster, name: str, app: str) -> None:
    """A worker of two processes."""
    words = ["-A", app, "worker", "--concurrency", "2", "--hostname", f"{name}@test", "--loglevel=info"]
    cluster.start(name, [BIN / "celery", *words])
    cluster.wait("a Celery worker", lambda: cluster.said(name, "ready."))


STARTED = {"dask": dask, "ray": ray, "celery": celery}
