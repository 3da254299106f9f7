"""`make test` runs every tier: a folder that it does not name would be green for ever."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[3]


def test_every_folder_of_tests_is_run() -> None:
    there = {path.name for path in (ROOT / "tests").iterdir() if any(path.rglob("test_*.py"))}
    run = re.findall(r"^tier (\w+)", (ROOT / "scripts" / "test.sh").read_text(), re.MULTILINE)
    assert sorted(run) == sorted(there)
