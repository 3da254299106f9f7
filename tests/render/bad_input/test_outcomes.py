"""Runs that render something: a failure says where in the template, a change says what, and the status holds."""

import signal
import subprocess
import sys
import time
from pathlib import Path

from tests.render.bad_input.a_stranger import AStranger

ONE_DIVIDES_BY_ZERO = "number,text\n1,2\n2,0\n3,1\n"
DIVIDING = '<meta charset="utf-8">\n<p>{{ number }}: {{ 1 / (text | int) }}</p>'


def test_a_row_that_fails_is_named_with_the_templates_line_and_its_neighbours_are_there(tmp_path: Path) -> None:
    stranger = AStranger(tmp_path, rows=ONE_DIVIDES_BY_ZERO, template=DIVIDING)

    first = stranger.runs()
    again = stranger.runs()
    audit = stranger.types("verify", "out")

    first.says("row 2, 2.pdf: TemplateFailed: t.html, line 2: ", "division by zero", "pdfbatch retry batch.yaml")
    again.says("finished already", "--new", "1 failed")
    assert (first.status, again.status, audit.status) == (1, 1, 0)
    assert stranger.documents() == {"1.pdf", "3.pdf"}


def test_a_batch_that_stops_early_accounts_for_what_it_left(tmp_path: Path) -> None:
    rows = "number,text\n" + "".join(f"{row},{0 if row < 5 else 1}\n" for row in range(1, 201))
    policy = {"failurePolicy": {"maxFailedDocuments": "1%", "stopEarly": True}}
    stranger = AStranger(tmp_path, rows=rows, template=DIVIDING, spec=policy)

    told = stranger.runs()

    told.says("200 documents", "NotRendered: the batch ended before this document was rendered", "failurePolicy")
    assert told.status == 1
    assert len(stranger.documents()) < 196
    assert stranger.types("verify", "out").status == 0


def test_pages_that_reach_out_fail_alone_and_are_told_why(tmp_path: Path) -> None:
    outside = [
        "file:///etc/passwd",
        "http://127.0.0.1:9/x.png",
        "../out/1.pdf",
        "data:image/gif;base64,R0lGODlhAQABAAAAACw=",
    ]
    rows = "number,text\n" + "".join(f'{row},"{uri}"\n' for row, uri in enumerate(outside, 1))
    stranger = AStranger(tmp_path, rows=rows, template='<meta charset="utf-8"><p>{{ number }}<img src="{{ text }}">')

    told = stranger.runs()

    told.says(
        "row 1, 1.pdf", "file:///etc/passwd", "no file access", "row 2, 2.pdf", "http://127.0.0.1:9/x.png", "row 3"
    )
    assert told.status == 1
    assert stranger.documents() == {"4.pdf"}


def test_an_endless_loop_fails_its_own_row_alone_and_a_batch_within_its_policy_succeeds(tmp_path: Path) -> None:
    loop = "{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}"
    template = f'<meta charset="utf-8">{{% if number == "2" %}}{loop}{{% endif %}}{{{{ number }}}}'
    policy = {"failurePolicy": {"maxFailedDocuments": "34%"}}
    limits = {"limits": {"timeout": "4s"}, "retries": {"document": 0}}
    stranger = AStranger(tmp_path, template=template, spec={**limits, **policy})

    told = stranger.runs()

    told.says("row 2, 2.pdf: Timeout", "endless loop", "spec.limits.timeout")
    assert told.status == 0
    assert stranger.documents() == {"1.pdf", "3.pdf"}


def test_names_from_hostile_values_stay_in_the_output_and_keep_their_ending(tmp_path: Path) -> None:
    values = ["..", "../../evil", "/abs", "😀", "שלום\u200f", "CON", "nul\u202ebyte"]
    stranger = AStranger(tmp_path, rows="number,text\n" + "".join(f"{value},x\n" for value in values))

    told = stranger.runs()

    assert told.status == 0, told.text
    names = stranger.documents()
    assert len(names) == len(values), names
    assert not any("/" in name or "\u200f" in name or "\u202e" in name for name in names), names
    assert {"😀.pdf", "__.pdf"} <= names
    assert {path.name for path in tmp_path.iterdir()} == {"rows.csv", "t.html", "batch.yaml", "out"}


def test_a_table_that_changed_between_two_runs_is_named_and_new_starts_over(tmp_path: Path) -> None:
    stranger = AStranger(tmp_path)
    assert stranger.runs().status == 0
    (tmp_path / "rows.csv").write_text("number,text\n1,a\n2,CHANGED\n4,d\n")

    refused = stranger.runs()
    anew = stranger.runs("--new")

    refused.says("rows.csv has other content", "--new")
    assert (refused.status, anew.status) == (2, 0)
    assert "4.pdf" in stranger.documents()


def test_what_stands_there_is_kept_or_refused_as_the_manifest_says(tmp_path: Path) -> None:
    told = {}
    for existing in ("Keep", "Refuse"):
        folder = tmp_path / existing
        (folder / "out").mkdir(parents=True)
        (folder / "out" / "2.pdf").write_bytes(b"mine")
        output = {"output": {"uri": "out", "name": "{{ number }}.pdf", "existing": existing}}
        stranger = AStranger(folder, spec=output)
        told[existing] = stranger.runs()
        assert (folder / "out" / "2.pdf").read_bytes() == b"mine"

    told["Keep"].says("2 succeeded, 1 skipped")
    told["Refuse"].says("row 2", "2.pdf exists already", "Overwrite or Keep")
    assert (told["Keep"].status, told["Refuse"].status) == (0, 2)
    assert stranger.documents() == {"2.pdf"}


def test_ctrl_c_says_how_to_go_on_and_the_next_run_does(tmp_path: Path) -> None:
    rows = "number,text\n" + "".join(f"{row},a\n" for row in range(1, 301))
    stranger = AStranger(tmp_path, rows=rows)
    line = [sys.executable, "-m", "pdfbatch_renderer.cli", "run", "batch.yaml", "--workers", "1"]
    process = subprocess.Popen(line, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    deadline = time.monotonic() + 60
    while len(stranger.documents()) < 10:
        assert time.monotonic() < deadline
        assert process.poll() is None
        time.sleep(0.05)

    process.send_signal(signal.SIGINT)
    said, _ = process.communicate(timeout=30)
    after = stranger.runs()

    assert process.returncode == 130, said
    assert "Go on with: pdfbatch run batch.yaml" in said
    after.says("300 succeeded", "had been done before")
    assert after.status == 0
