"""A real engine whose bytes are made to differ from print to print, and that says so: as scripts and clocks make them.

Its processes are those of the command; what is changed in them comes in as Python's own sitecustomize.
"""

import os
from pathlib import Path

TEMPLATE = """#import "/pdfbatch.typ": row
= TOKEN#row.number
#row.text
"""
SPEC = {"engine": {"name": "typst"}, "template": {"inline": TEMPLATE}}

_CUSTOMIZED = """
import os, pathlib, time
from dataclasses import replace
from pdfbatch_renderer.engines.child.engine import ChildEngine
from pdfbatch_renderer.engines.typst.kind import TypstKind
from pdfbatch_renderer.workfolder import WorkFolder

print_ = ChildEngine.render
write_segment = WorkFolder.write_segment
folder = pathlib.Path(os.environ["UNSTEADY_FOLDER"])
company = int(os.environ["UNSTEADY_COMPANY"])

async def render(self, page):
    # Each of those that are to race has read what is done, nothing, when it prints.
    (folder / f"arrived-{os.getpid()}").touch()
    while len(list(folder.glob("arrived-*"))) < company:
        time.sleep(0.01)
    printed = await print_(self, page)
    return replace(printed, pdf=printed.pdf + b"%" + os.urandom(16).hex().encode() + b"\\n")

def write(self, header, records=()):
    while header.kind in ("records", "spooled") and os.environ["UNSTEADY_RECORDS"] == "never":
        time.sleep(1)
    write_segment(self, header, records)

ChildEngine.render = render
WorkFolder.write_segment = write
if os.environ["UNSTEADY_SAYS_SO"] == "yes":
    TypstKind.reproducible = lambda self, spec: False
"""


def unsteady(folder: Path, *, company: int = 1, records: bool = True, says_so: bool = True) -> dict[str, str]:
    """The environment of a command that prints with it.

    Args:
        folder: an empty one, the same for all that race.
        company: how many race: nobody prints before all of them are about to.
        records: whether records are ever written.
        says_so: whether it says that its bytes differ.
    """
    folder.mkdir(exist_ok=True)
    (folder / "sitecustomize.py").write_text(_CUSTOMIZED)
    return {
        "PYTHONPATH": os.pathsep.join([str(folder), *filter(None, [os.environ.get("PYTHONPATH")])]),
        "UNSTEADY_FOLDER": str(folder),
        "UNSTEADY_COMPANY": str(company),
        "UNSTEADY_RECORDS": "as usual" if records else "never",
        "UNSTEADY_SAYS_SO": "yes" if says_so else "no",
    }
