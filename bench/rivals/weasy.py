"""WeasyPrint: no browser at all, a process a core.

python weasy.py PAGES.jsonl FOLDER [--processes 2]
"""

import argparse
import json
import multiprocessing
import os
import time
from pathlib import Path
from typing import Any

import weasyprint  # type: ignore[import-untyped]
from weasyprint.text.fonts import FontConfiguration  # type: ignore[import-untyped]


def drive(documents: list[tuple[int, str]], folder: Path, ready: Any, done: Any) -> None:
    """Prints every document into `folder`; fonts are looked up once a process."""
    fonts = FontConfiguration()
    weasyprint.HTML(string=documents[0][1]).write_pdf(font_config=fonts)  # warm
    ready.wait()
    for number, html in documents:
        weasyprint.HTML(string=html).write_pdf(folder / f"{number:07d}.pdf", font_config=fonts)
    done.wait()


def main() -> None:
    """Prints {"seconds": …} from the first document to the last file, the processes warm."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pages", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args()
    with options.pages.open(encoding="utf-8") as pages:
        documents = [(entry["number"], entry["html"]) for entry in map(json.loads, pages)]
    options.folder.mkdir(parents=True, exist_ok=True)
    ready, done = (multiprocessing.Barrier(options.processes + 1) for _ in range(2))
    drivers = [
        multiprocessing.Process(target=drive, args=(documents[i :: options.processes], options.folder, ready, done))
        for i in range(options.processes)
    ]
    for driver in drivers:
        driver.start()
    ready.wait()
    start = time.perf_counter()
    done.wait()
    seconds = time.perf_counter() - start
    for driver in drivers:
        driver.join()
    print(json.dumps({"seconds": seconds}))


if __name__ == "__main__":
    main()
