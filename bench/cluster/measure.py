"""The measurements, one after the other, on a cluster that has pdfbatch and nothing else to do."""

import shutil
import subprocess
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from devcluster.installation import Installation

from bench.check import check_all
from bench.cluster import moments, operator_use
from bench.cluster.moments import Moment
from bench.cluster.operator_use import OperatorUse
from bench.cluster.place import Place, Ran
from bench.contestants import RunFailedError
from bench.figures import interleaved
from bench.invoice import LINES, TEMPLATE
from bench.outputs import ended
from bench.own_run import OwnRun, prepare, spec_of
from bench.workload import Workload, make_workload

Say = Callable[[str], None]

# A renderer that makes fewer documents a second than this is broken, not slow.
_SLOWEST: Final = 5
_START_SECONDS: Final = 120
_SUSPENDED_WITHIN: Final = 120


@dataclass(frozen=True, slots=True)
class Settings:
    """How large the run is.

    Attributes:
        documents: a run.
        cores: renderers of the batch with a worker each; workers of `pdfbatch run`.
        shards: of a run; a multiple of the cores, so that none idles at the end.
        letters: batches of one document.
        batches: that the operator has to look after, when its memory is read.
        idle: seconds over which the operator is watched.
    """

    documents: int
    repetitions: int
    cores: int
    shards: int
    letters: int
    batches: int
    idle: float

    @property
    def few(self) -> int:
        """Documents of the batch that is compared with a large one: a tenth."""
        return max(self.documents // 10, self.shards)


@dataclass(frozen=True, slots=True)
class LocalRun:
    """`pdfbatch run`, documents per second by its records."""

    rendering: float


@dataclass(frozen=True, slots=True)
class ClusterRun:
    """A batch of many documents.

    Attributes:
        rendering: documents per second by its records, from the first document's template to the last one's bytes.
        phase: documents per second over the whole phase, from the render Job's making to the finish Job's.
        to_first: seconds from the apply to the first PDF.
        to_complete: seconds from the last PDF to Complete.
    """

    rendering: float
    phase: float
    to_first: float
    to_complete: float


@dataclass(frozen=True, slots=True)
class Letter:
    """A batch of one document: seconds from the apply to its PDF and to Complete, and what happened when."""

    to_pdf: float
    to_complete: float
    moments: list[Moment]


@dataclass(slots=True)
class Results:
    """All that was measured.

    Attributes:
        calls: documents to the operator's calls, by verb and resource.
        engines: what printed, on either side; two when the image's browser is not the machine's.
        uses: by what the operator had to do.
    """

    local: list[LocalRun] = field(default_factory=list)
    cluster: list[ClusterRun] = field(default_factory=list)
    letters: list[Letter] = field(default_factory=list)
    calls: dict[int, Counter[str]] = field(default_factory=dict)
    engines: set[str] = field(default_factory=set)
    uses: dict[str, OperatorUse] = field(default_factory=dict)


class Bench:
    """Measures, in a namespace of its own.

    Args:
        scratch: on the disk that the namespace's claim is on.
    """

    def __init__(self, place: Place, installation: Installation, settings: Settings, scratch: Path, say: Say) -> None:
        self._place = place
        self._installation = installation
        self._settings = settings
        self._scratch = scratch
        self._say = say
        self.results = Results()

    def everything(self) -> Results:
        """In an order in which nothing disturbs what comes after it.

        Raises:
            WrongDocumentsError: a PDF does not hold its own row.
            RunFailedError: a batch did not succeed.
        """
        self.operator("no batch since its start")
        self.letters()
        self.speed()
        self.few_documents()
        self.operator("idle, the batches above are over and still there")
        self.many_batches()
        return self.results

    # ---- One document ------------------------------------------------------------------------------------------------

    def letters(self) -> None:
        """Batches of one document, after one that brings images and programs into memory."""
        one = self._workload("one", 1)
        for number in range(self._settings.letters + 1):
            name = f"letter-{number}"
            ran = self._place.run(name, self._spec(one, shards=1), documents=1, within=_START_SECONDS)
            check_all(ran.output.folder, 1, lines=LINES)
            letter = self._letter(ran)
            self._say(f"{name}: PDF after {letter.to_pdf:.2f} s, Complete after {letter.to_complete:.2f} s")
            if number:
                self.results.letters.append(letter)

    def _letter(self, ran: Ran) -> Letter:
        [pod] = ran.pods
        uid, name, node = pod["metadata"]["uid"], pod["metadata"]["name"], pod["spec"]["nodeName"]
        [line] = ran.output.lines()
        with (self._place.cluster.logs / f"{node}-containerd.log").open(errors="replace") as log:
            containers = moments.of_containers(log, uid)
        renderer_gone = max((at for at, what in containers if "the renderer's container is gone" in what), default=0.0)
        found = [
            *moments.of_calls(ran.calls, renderer_gone),
            *containers,
            *moments.of_pod_log(self._place.kubectl("logs", name, "--container=renderer").splitlines()),
            *moments.of_document(line),
            Moment(ran.complete, "operator: **Complete** is written"),
        ]
        return Letter(ended(line) - ran.begun, ran.complete - ran.begun, moments.since(ran.begun, found))

    # ---- Many --------------------------------------------------------------------------------------------------------

    def speed(self) -> None:
        """`pdfbatch run` and the cluster in turn; every PDF is checked."""
        settings = self._settings
        many = self._workload("many", settings.documents)
        per_shard = -(-settings.documents // settings.shards)
        manifest = prepare(many, "full", sharding={"documentsPerShard": per_shard})
        for repetition, side in interleaved(["local", "cluster"], settings.repetitions):
            if side == "local":
                rate = self._local(OwnRun(manifest, self._scratch / f"local-{repetition}", settings.cores))
            else:
                rate = self._cluster(f"many-{repetition}", many)
            self._say(f"{repetition + 1}/{settings.repetitions} {side}: {rate:.1f} documents/s")

    def _local(self, run: OwnRun) -> float:
        done = subprocess.run(run.command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RunFailedError(f"pdfbatch run ended with {done.returncode}: {(done.stderr or done.stdout)[-2000:]}")
        check_all(run.folder, self._settings.documents, lines=LINES)
        self.results.engines.add(run.output.engine())
        rate = self._settings.documents / run.output.rendering_seconds()
        self.results.local.append(LocalRun(rate))
        return rate

    def _cluster(self, name: str, work: Workload) -> float:
        ran = self._sharded(name, work)
        documents = work.documents
        stored = sorted(ended(line) for line in ran.output.lines())
        # plan, render, finish
        [_, render, finish] = ran.made("jobs")
        run = ClusterRun(
            rendering=documents / ran.output.rendering_seconds(),
            phase=documents / (finish - render),
            to_first=stored[0] - ran.begun,
            to_complete=ran.complete - stored[-1],
        )
        self.results.cluster.append(run)
        self.results.engines.add(ran.output.engine())
        self._say(f"{name}: first PDF after {run.to_first:.1f} s, Complete {run.to_complete:.1f} s after the last")
        return run.rendering

    def few_documents(self) -> None:
        """The operator's calls for a batch with the same shards and a tenth of the documents."""
        self._sharded("few", self._workload("few", self._settings.few))

    def _sharded(self, name: str, work: Workload) -> Ran:
        settings = self._settings
        within = _START_SECONDS + work.documents / _SLOWEST
        spec = self._spec(work, shards=settings.shards)
        ran = self._place.run(name, spec, documents=work.documents, within=within)
        check_all(ran.output.folder, work.documents, lines=LINES)
        calls = Counter(f"{call.verb} {call.what}" for call in ran.operators_calls())
        # of several batches of one size, the one that took most
        self.results.calls[work.documents] = max(
            calls, self.results.calls.get(work.documents, calls), key=Counter.total
        )
        self._say(f"{name}: {calls.total()} calls of the operator: {dict(calls)}")
        return ran

    # ---- The operator ------------------------------------------------------------------------------------------------

    def operator(self, what: str) -> None:
        """Watches it for a while."""
        use = operator_use.measure(self._place.cluster, self._installation, self._settings.idle)
        self.results.uses[what] = use
        self._say(f"operator, {what}: {use}")

    def many_batches(self) -> None:
        """Watches it while there are many batches, which are held; then removes them."""
        count = self._settings.batches
        if not count:
            return
        one = self._workload("one", 1)
        spec = {**self._spec(one, shards=1), "suspend": True}
        began = time.monotonic()
        self._place.apply(*(self._place.manifest(f"held-{number}", spec) for number in range(count)))
        self._until_suspended(count)
        self._say(f"{count} batches are Suspended after {time.monotonic() - began:.0f} s")
        self.operator(f"idle, and {count} batches are held")

    def _until_suspended(self, count: int) -> None:
        deadline = time.monotonic() + _SUSPENDED_WITHIN
        while True:
            phases = self._place.kubectl("get", "pdfbatches", "--output=jsonpath={.items[*].status.phase}").split()
            if phases.count("Suspended") == count:
                return
            if time.monotonic() > deadline:
                raise RunFailedError(f"of {count} held batches {phases.count('Suspended')} are Suspended")
            time.sleep(2)

    # ---- Input -------------------------------------------------------------------------------------------------------

    def _workload(self, name: str, documents: int) -> Workload:
        """On the claim, where `pdfbatch run` reads it too."""
        work = make_workload(self._place.folder / name, documents)
        shutil.copytree(TEMPLATE, work.folder / "template", dirs_exist_ok=True)
        return work

    def _spec(self, work: Workload, *, shards: int) -> dict[str, Any]:
        """What `pdfbatch run` takes, with addresses that pods know. Resources are the operator's defaults: a core for a
        renderer with its browser."""
        spec = spec_of("full")
        folder = work.folder.name
        return {
            **spec,
            "source": {"rows": {"uri": self._place.uri(f"{folder}/{work.rows.name}")}},
            "template": {**spec["template"], "uri": self._place.uri(f"{folder}/template/")},
            "sharding": {"documentsPerShard": -(-work.documents // shards)},
            "renderers": self._settings.cores,
        }
