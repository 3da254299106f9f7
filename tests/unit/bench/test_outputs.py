"""Times out of a batch's own manifest of outputs."""

import json
from pathlib import Path

import pytest
from bench.outputs import Output


def test_rendering_is_from_the_first_template_to_the_last_stored_bytes(tmp_path: Path) -> None:
    # given two documents, stored a second apart, the first of which took half a second
    lines = [
        {"finished": "2026-11-24T10:00:02.000000Z", "milliseconds": 100},
        {"finished": "2026-11-24T10:00:01.000000Z", "milliseconds": 500},
    ]
    (tmp_path / "manifest.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    assert Output(tmp_path).rendering_seconds() == pytest.approx(1.5)


def test_the_engine_is_the_one_that_the_summary_names(tmp_path: Path) -> None:
    (tmp_path / "summary.json").write_text(json.dumps({"versions": {"engine": "chromium 1.2"}}))
    assert Output(tmp_path).engine() == "chromium 1.2"
