"""Who takes part: for each, whether it can, and the command that prints the workload into a folder."""

import json
import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Final

from bench import process_tree
from bench.own_run import OwnRun, prepare
from bench.process_tree import Usage
from bench.workload import Workload
from pdfbatch_api.pods import IRONPDF_LICENSE_VARIABLE

_RIVALS: Final = Path(__file__).parent / "rivals"
PUPPETEER_TABS: Final = 4  # of 2, 3 and 4 the fastest on two cores

# Another build of the headless shell: npm's @sparticuz/chromium, made with Chromium's own release settings.
OFFICIAL: Final = Path(__file__).parent / "node_modules" / "@sparticuz" / "chromium" / "bin" / "headless_shell"


@dataclass(frozen=True, slots=True)
class Measured:
    """One run of one contestant.

    Attributes:
        rendering: documents per second from the first document to the last file.
        whole: documents per second over the whole command, with start, plan and end.
        python_share: Python's part of the CPU time of everything it started, 0 to 1.
        cpu_milliseconds: CPU time a document, of all processes together.
        milliseconds: median milliseconds a document, by stage; our own runs only.
    """

    rendering: float
    whole: float
    python_share: float
    cpu_milliseconds: float
    milliseconds: dict[str, float]


class RunFailedError(Exception):
    """A contestant did not do its work."""


@dataclass(frozen=True, slots=True)
class Contestant:
    """A line of the table.

    Attributes:
        key: what --only takes.
        missing: why it cannot take part here, or None.
        run: prints the workload into a folder, with so many workers.
        slow: gets fewer documents, or everybody would wait for it.
    """

    key: str
    title: str
    missing: Callable[[], str | None]
    run: Callable[[Workload, Path, int], Measured]
    slow: bool = False


def _rival(*command: str) -> Callable[[Workload, Path, int], Measured]:
    def run(work: Workload, folder: Path, workers: int) -> Measured:
        words = {"PAGES": str(work.pages), "FOLDER": str(folder), "WORKERS": str(workers)}
        usage = _succeed(process_tree.run([words.get(word, word) for word in command]), command[1])
        seconds = float(json.loads(usage.stdout.splitlines()[-1])["seconds"])
        return _measured(usage, work.documents, seconds, {})

    return run


def _ours(manifest: str, browser: str | None = None) -> Callable[[Workload, Path, int], Measured]:
    environment = {**os.environ, "PDFBATCH_CHROMIUM": browser} if browser else None

    def run(work: Workload, folder: Path, workers: int) -> Measured:
        own = OwnRun(prepare(work, manifest), folder, workers)
        usage = _succeed(process_tree.run(own.command, environment=environment), "pdfbatch run")
        return _measured(usage, work.documents, own.output.rendering_seconds(), own.output.stage_milliseconds())

    return run


def _succeed(usage: Usage, what: str) -> Usage:
    if usage.exit_code != 0:
        raise RunFailedError(f"{what} ended with {usage.exit_code}: {(usage.stderr or usage.stdout)[-2000:]}")
    return usage


def _measured(usage: Usage, documents: int, seconds: float, stages: dict[str, float]) -> Measured:
    return Measured(
        rendering=documents / seconds,
        whole=documents / usage.seconds,
        python_share=usage.python_share,
        cpu_milliseconds=1000 * sum(usage.cpu.values()) / documents,
        milliseconds=stages,
    )


def _program(name: str, package: str) -> Callable[[], str | None]:
    return lambda: None if shutil.which(name) else f"{name} is not installed (package {package})"


def _official() -> str | None:
    return None if OFFICIAL.is_file() else "@sparticuz/chromium is not unpacked (bench/setup.sh)"


def _puppeteer(browser: str) -> Callable[[], str | None]:
    def missing() -> str | None:
        if not shutil.which("node"):
            return "node is not installed"
        if not (_RIVALS.parent / "node_modules" / "puppeteer-core").is_dir():
            return "puppeteer-core is not installed (npm ci in bench/)"
        return _program(browser, browser)()

    return missing


def _licence() -> str | None:
    return None if os.environ.get(IRONPDF_LICENSE_VARIABLE) else f"{IRONPDF_LICENSE_VARIABLE} is not set"


def _loads(module: str, name: str) -> Callable[[], str | None]:
    def missing() -> str | None:
        try:
            import_module(module)
        except (ImportError, OSError) as error:
            return f"{name} cannot be loaded ({error})"
        return None

    return missing


def contestants() -> list[Contestant]:
    """All of them, in the order of the table."""
    node, python = shutil.which("node") or "node", sys.executable
    full = shutil.which("chromium") or "chromium"
    shell = shutil.which("chromium-headless-shell") or "chromium-headless-shell"
    raw = str(_RIVALS / "raw_loop.py")
    script = str(_RIVALS / "puppeteer.mjs")
    tabs = str(PUPPETEER_TABS)
    return [
        Contestant(
            "raw",
            "raw loop: the same browsers, setDocumentContent and printToPDF, nothing else",
            _program("chromium-headless-shell", "chromium-headless-shell"),
            _rival(python, raw, "PAGES", "FOLDER", "--browsers", "WORKERS"),
        ),
        Contestant("prebuilt", "**pdfbatch run**, finished HTML (no template, no metadata)", _here, _ours("prebuilt")),
        Contestant("full", "**pdfbatch run**, template with 41 formatted values, metadata", _here, _ours("full")),
        Contestant(
            "own-scripts",
            "**pdfbatch run**, scripts on: a browser context a document",
            _program("chromium-headless-shell", "chromium-headless-shell"),
            _ours("scripts"),
            slow=True,
        ),
        Contestant(
            "typst",
            "**pdfbatch run**, engine typst, template with 41 formatted values, metadata",
            _loads("typst", "typst"),
            _ours("typst"),
        ),
        Contestant(
            "own-weasyprint",
            "**pdfbatch run**, engine weasyprint, template with 41 formatted values, metadata",
            _loads("weasyprint", "WeasyPrint"),
            _ours("weasyprint"),
            slow=True,
        ),
        Contestant(
            "own-ironpdf",
            "**pdfbatch run**, engine ironpdf, template with 41 formatted values, metadata",
            _licence,
            _ours("ironpdf"),
            slow=True,
        ),
        Contestant(
            "puppeteer",
            f"puppeteer-core, a new tab a document, {tabs} at once, full Chromium",
            _puppeteer("chromium"),
            _rival(node, script, "PAGES", "FOLDER", full, tabs),
            slow=True,
        ),
        Contestant(
            "puppeteer-shell",
            f"puppeteer-core, a new tab a document, {tabs} at once, headless shell",
            _puppeteer("chromium-headless-shell"),
            _rival(node, script, "PAGES", "FOLDER", shell, tabs, "shell"),
            slow=True,
        ),
        Contestant(
            "raw-official",
            "raw loop, headless shell of @sparticuz/chromium",
            _official,
            _rival(python, raw, "PAGES", "FOLDER", "--browsers", "WORKERS", "--program", str(OFFICIAL)),
        ),
        Contestant(
            "full-official",
            "**pdfbatch run**, template and metadata, headless shell of @sparticuz/chromium",
            _official,
            _ours("full", str(OFFICIAL)),
        ),
        Contestant(
            "puppeteer-official",
            f"puppeteer-core, a new tab a document, {tabs} at once, headless shell of @sparticuz/chromium",
            lambda: _official() or _puppeteer("node")(),
            _rival(node, script, "PAGES", "FOLDER", str(OFFICIAL), tabs, "shell"),
            slow=True,
        ),
        Contestant(
            "weasyprint",
            "WeasyPrint, a process a core",
            _loads("weasyprint", "WeasyPrint"),
            _rival(python, str(_RIVALS / "weasy.py"), "PAGES", "FOLDER", "--processes", "WORKERS"),
            slow=True,
        ),
        Contestant(
            "gotenberg",
            "Gotenberg at GOTENBERG_URL, 4 requests at once",
            lambda: None if os.environ.get("GOTENBERG_URL") else "GOTENBERG_URL is not set",
            _rival(python, str(_RIVALS / "gotenberg.py"), "PAGES", "FOLDER"),
            slow=True,
        ),
    ]


def _here() -> str | None:
    return None
