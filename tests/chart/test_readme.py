"""The chart's README has every value, as values.yaml describes it."""

import re
from pathlib import Path

import pytest
from scripts import chart_readme

from tests.chart.a_chart import CHART


def test_the_table_is_current(capsys: pytest.CaptureFixture[str]) -> None:
    assert chart_readme.main(["--check"]) == 0, capsys.readouterr().err


def a_folder(folder: Path, values: str) -> Path:
    (folder / "values.yaml").write_text(values)
    (folder / "README.md").write_text(
        "# A chart\n<!-- values: scripts/chart_readme.py -->\n<!-- /values -->\nThe end\n"
    )
    return folder


def test_a_stale_table_is_found_and_mended(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    chart = a_folder(tmp_path, "# How\n# many.\ncount: 2\n\ngroup:\n  # Free | for all.\n  free: {a: [1]}\n")

    assert chart_readme.main(["--check"], chart) == 1
    assert "run python scripts/chart_readme.py" in capsys.readouterr().err
    assert chart_readme.main([], chart) == 0
    assert chart_readme.main(["--check"], chart) == 0

    lines = (chart / "README.md").read_text().splitlines()
    assert "| `count` | `2` | How many. |" in lines
    assert r'| `group.free` | `{"a": [1]}` | Free \| for all. |' in lines
    assert (lines[0], lines[-1]) == ("# A chart", "The end")


def test_the_content_of_a_described_value_is_not_a_value(tmp_path: Path) -> None:
    text = "# Requests.\nresources:\n  requests:\n    cpu: 1\n\n# Next.\nnext: 1\n"

    assert [value.path for value in chart_readme.values(text)] == ["resources", "next"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: 1\n", "a: has no comment above it"),
        ("group:\n  # B.\n  b: 1\n  c: 2\n", "group.c: has no comment above it"),
        ("# A head.\n\na: 1\n", "a: has no comment above it"),
    ],
)
def test_a_value_without_a_description_is_named(text: str, said: str) -> None:
    with pytest.raises(chart_readme.UndescribedError, match=re.escape(said)):
        chart_readme.values(text)


def test_links_of_the_readme_lead_somewhere() -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", (CHART / "README.md").read_text()):
        assert (CHART / target).exists(), target
