"""In CI nothing is skipped silently: tried with pytest itself, on test files of its own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

CONFTEST = Path(__file__).parents[2] / "conftest.py"
SKIPS = {
    "by a mark": "@pytest.mark.skipif(True, reason='no browser')\ndef test_it(): pass\n",
    "in the test": "def test_it(): pytest.skip('no browser')\n",
    "in a fixture": "@pytest.fixture\ndef browser(): pytest.skip('no browser')\ndef test_it(browser): pass\n",
    "as a module": "pytest.skip('no browser', allow_module_level=True)\ndef test_it(): pass\n",
}
EXPECTED_FAILURE = "@pytest.mark.xfail\ndef test_it(): assert False\n"


def run(folder: Path, test: str, *, ci: str) -> tuple[int, str]:
    """Exit status and output of pytest over one test file."""
    (folder / "conftest.py").write_text(CONFTEST.read_text())
    (folder / "test_file.py").write_text(f"import pytest\n{test}")
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "no:xdist", "-q", "-c", os.devnull, "."]
    done = subprocess.run(
        command, cwd=folder, env={**os.environ, "CI": ci}, capture_output=True, text=True, check=False, timeout=60
    )
    return done.returncode, done.stdout


@pytest.mark.parametrize("way", SKIPS)
def test_a_skip_fails_in_ci_and_says_why(way: str, tmp_path: Path) -> None:
    status, output = run(tmp_path, SKIPS[way], ci="true")

    assert status in (1, 2)  # 2: while collecting
    assert "CI skips nothing" in output
    assert "no browser" in output


def test_a_skip_passes_elsewhere(tmp_path: Path) -> None:
    status, output = run(tmp_path, SKIPS["in the test"], ci="")

    assert status == 0
    assert "1 skipped" in output


def test_an_expected_failure_is_no_skip(tmp_path: Path) -> None:
    assert run(tmp_path, EXPECTED_FAILURE, ci="true")[0] == 0
