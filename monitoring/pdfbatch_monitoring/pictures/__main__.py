"""Draws docs/pictures/dashboard-*.png: python -m pdfbatch_monitoring.pictures

An afternoon is made up, written into a real Prometheus, and every panel's query put to it.
"""

import io
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image

from pdfbatch_monitoring.dashboards import DASHBOARDS
from pdfbatch_monitoring.local_prometheus import a_prometheus
from pdfbatch_monitoring.panel_check import as_table, check_panels
from pdfbatch_monitoring.pictures.page import WIDTH, page
from pdfbatch_monitoring.story import AFTERNOON, Story
from pdfbatch_monitoring.story.history import write

PICTURES = Path(__file__).resolve().parents[3] / "docs" / "pictures"
VARIABLES = {"namespace": "billing", "batch": "invoices-2026-11"}

# 13:00 of a November day, in UTC.
_BEGIN = 1_795_525_200.0
_MINUTES = 85
_EVERY = 15.0


def main() -> int:
    """Exit status 1 if a query has no answer that must have one."""
    end = _BEGIN + 60 * _MINUTES
    with tempfile.TemporaryDirectory(prefix="pdfbatch-pictures-") as name:
        folder = Path(name)
        story = Story(AFTERNOON, _BEGIN, rooms=14, limit=20, restarted_at=2700)
        write(story, folder / "data", begin=_BEGIN + _EVERY, end=end, every=_EVERY)
        # Backfilled series have no mark where they end; 4 scrapes keep rates of pods that are gone from lasting.
        with a_prometheus(folder, lookback=f"{round(1.5 * _EVERY)}s") as url:
            # Two thirds through: something is going on.
            tiles_at = _BEGIN + 2 / 3 * (end - _BEGIN)
            found = check_panels(url, VARIABLES, tiles_at)
            for dashboard in DASHBOARDS:
                text = page(dashboard, url, VARIABLES, begin=_BEGIN, end=end, tiles_at=tiles_at, step=_EVERY)
                _photograph(text, folder, PICTURES / f"dashboard-{dashboard.name}.png")
    print(as_table(found))
    return 1 if any(one.nothing for one in found) else 0


def _photograph(html: str, folder: Path, picture: Path) -> None:
    """A page as the browser shows it, in few colours: a tenth of the bytes."""
    source, whole = folder / "page.html", folder / "page.png"
    source.write_text(html, encoding="utf-8")
    command = ["chromium-headless-shell", "--no-sandbox", "--hide-scrollbars", f"--window-size={WIDTH},2400"]
    subprocess.run(
        [*command, f"--screenshot={whole}", source.as_uri()], check=True, capture_output=True, cwd=folder, timeout=120
    )
    with Image.open(whole) as image:
        plain = image.convert("RGB")
    cut = plain.crop((0, 0, plain.width, _end(plain)))
    small = io.BytesIO()
    cut.quantize(128, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE).save(small, "PNG", optimize=True)
    picture.parent.mkdir(parents=True, exist_ok=True)
    picture.write_bytes(small.getvalue())
    print(f"wrote {picture.name}, {len(small.getvalue()) / 1000:.0f} kB", file=sys.stderr)


def _end(image: Image.Image) -> int:
    """Where only background is left."""
    background = image.getpixel((2, image.height - 2))
    for y in range(image.height - 1, 0, -1):
        if any(image.getpixel((x, y)) != background for x in range(0, image.width, 7)):
            return min(image.height, y + 14)
    return image.height


if __name__ == "__main__":
    sys.exit(main())
