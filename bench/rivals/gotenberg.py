"""Any Gotenberg that GOTENBERG_URL points to, with as many requests at once as it likes best (told by --concurrency).

GOTENBERG_URL=http://127.0.0.1:3000 python gotenberg.py PAGES.jsonl FOLDER [--concurrency 4]
"""

import argparse
import json
import os
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

_BOUNDARY: Final = "pdfbatch-bench-boundary"


def form(html: str) -> bytes:
    """The multipart form of /forms/chromium/convert/html: the page, and its @page for the size."""
    fields = (
        f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="preferCssPageSize"\r\n\r\ntrue\r\n'
        f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="printBackground"\r\n\r\ntrue\r\n'
        f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="files"; filename="index.html"\r\n'
        f"Content-Type: text/html\r\n\r\n{html}\r\n--{_BOUNDARY}--\r\n"
    )
    return fields.encode()


def convert(url: str, html: str) -> bytes:
    """The PDF of a page."""
    request = urllib.request.Request(
        f"{url.rstrip('/')}/forms/chromium/convert/html",
        data=form(html),
        headers={"Content-Type": f"multipart/form-data; boundary={_BOUNDARY}"},
    )
    with urllib.request.urlopen(request, timeout=120) as answer:
        data: bytes = answer.read()
    return data


def main() -> None:
    """Prints {"seconds": …} from the first document to the last file, after one to warm up."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pages", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--concurrency", type=int, default=4)
    options = parser.parse_args()
    url = os.environ["GOTENBERG_URL"]
    with options.pages.open(encoding="utf-8") as pages:
        documents = [(entry["number"], entry["html"]) for entry in map(json.loads, pages)]
    options.folder.mkdir(parents=True, exist_ok=True)
    convert(url, documents[0][1])

    def make(document: tuple[int, str]) -> None:
        number, html = document
        (options.folder / f"{number:07d}.pdf").write_bytes(convert(url, html))

    start = time.perf_counter()
    with ThreadPoolExecutor(options.concurrency) as pool:
        list(pool.map(make, documents))
    print(json.dumps({"seconds": time.perf_counter() - start}))


if __name__ == "__main__":
    main()
