"""In CI nothing is skipped silently: tried with pytest itself, on test files of its own."""

import os
import re
import subprocess
import sys
from pathlib import Path

CONFTEST = Path(__file__).parents[2] / "conftest.py"
SKIPS = {
    "by a mark": "@pytest.mark.skipif(True, reason='no browser')\ndef test_it(): pass\n",
    "in the test": "def test_it(): pytest.skip('no browser')\n",
    "in a fixture": "@pytest.fixture\ndef browser(): pytest.skip('no browser')\ndef test_it(browser): pass\n",
    "as a module": "pytest.skip('no browser', allow_module_level=True)\ndef test_it(): pass\n",
}
EXPECTED_FAILURE = "@pytest.mark.xfail\ndef test_it(): assert False\n"


def run(folder: Path, tests: dict[str, str], *, ci: str) -> tuple[int, str]:
    """Exit status and output of pytest over these test files."""
    (folder / "conftest.py").write_text(CONFTEST.read_text())
    for name, test in tests.items():
        (folder / f"test_{name.replace(' ', '_')}.py").write_text(f"import pytest\n{test}")
    options = ["-q", "-p", "no:cacheprovider", "-p", "no:xdist", "-c", os.devnull, "--continue-on-collection-errors"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *options, "."],
        cwd=folder,
        env={**os.environ, "CI": ci},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    return done.returncode, done.stdout


def test_every_way_to_skip_fails_in_ci_and_says_why(tmp_path: Path) -> None:
    status, output = run(tmp_path, SKIPS, ci="true")

    assert status == 1
    assert output.splitlines()[-1].startswith("1 failed, 3 errors in ")
    assert len(re.findall("skipped, and CI skips nothing: .*no browser", output)) >= len(SKIPS)


def test_a_skip_passes_elsewhere_and_an_expected_failure_everywhere(tmp_path: Path) -> None:
    status, output = run(tmp_path, SKIPS, ci="")
    assert status == 0
    assert output.splitlines()[-1].startswith("4 skipped in ")

    (tmp_path / "ci").mkdir()
    status, output = run(tmp_path / "ci", {"expected failure": EXPECTED_FAILURE}, ci="true")
    assert status == 0
