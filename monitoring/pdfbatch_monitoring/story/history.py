"""A story as it would have been scraped, written into a Prometheus' data at once: an afternoon in seconds."""

import subprocess
import tempfile
from pathlib import Path

from pdfbatch_monitoring.local_prometheus import program
from pdfbatch_monitoring.story.fleet import Story


def write(story: Story, data: Path, *, begin: float, end: float, every: float) -> None:
    """Lets a story run from one moment to another, and backfills a data folder with it.

    There are no marks for series that end, so whoever asks must look back no further than to the last scrape.
    """
    with tempfile.TemporaryDirectory(prefix="pdfbatch-history-") as folder:
        file = Path(folder) / "history.om"
        with file.open("w", encoding="utf-8") as text:
            moment = begin
            while moment <= end:
                story.advance(moment)
                for scraped in story.scraped():
                    where = [f'{name}="{value}"' for name, value in scraped.labels]
                    for family in scraped.registry.collect():
                        for sample in family.samples:
                            if sample.name.endswith("_created"):
                                continue
                            own = [f'{name}="{value}"' for name, value in sample.labels.items()]
                            rest = [one for one in where if one.split("=")[0] not in sample.labels]
                            labels = ",".join([*own, *rest, f'job="{scraped.job}"'])
                            text.write(f"{sample.name}{{{labels}}} {sample.value!r} {moment:.3f}\n")
                moment += every
            text.write("# EOF\n")
        data.mkdir(parents=True, exist_ok=True)
        subprocess.run(
            [program("promtool"), "tsdb", "create-blocks-from", "openmetrics", str(file), str(data)],
            check=True,
            capture_output=True,
        )
