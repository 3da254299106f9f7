"""The exit status that the Job's podFailurePolicy reads, and the termination message that the operator reads.

0 is everywhere in test_steps.py, 143 in test_told_to_stop.py.
"""

import os
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.render.pods.a_pod import ACluster, Ended

pytestmark = pytest.mark.render

Clusters = Callable[..., ACluster]


def assert_told(ended: Ended, *words: str) -> None:
    """The summary says these words, and so does the log's error, without a traceback."""
    for word in words:
        assert word in ended.summary["error"] + " " + ended.summary.get("hint", "")
    (error,) = (line for line in ended.log if line["level"] == "error")
    assert error["event"] == "error"
    assert error["message"] in ended.summary["error"] or "termination message" in error["message"]
    assert ended.log[-1]["event"] == "ended"
    assert ended.log[-1]["exit_code"] == ended.status
    assert "Traceback" not in ended.log_text


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        (
            {"output": {"uri": "out/"}},
            ["spec.output.uri", "In a cluster, give s3://, gs://, az:// or pvc://CLAIM/path"],
        ),
        ({"source": {"rows": {"uri": "file:///etc/passwd"}}}, ["spec.source.rows.uri", "In a cluster, give s3://"]),
        ({"output": {"uri": "pvc://other/out/"}}, ["pvc://other/out/", "the claim 'other' is not mounted here"]),
        ({"template": {"inline": "{{ nmae }}"}}, ["nmae", "Did you mean 'name'"]),
        ({"sourc": {}}, ["sourc", "unknown key"]),
        ({"output": {"name": "{{ 'same' }}.pdf"}}, ["several rows ask for the same name"]),
        ({"source": {"rows": {"uri": "pvc://archive/in/row.csv"}}}, ["pvc://archive/in/row.csv"]),
    ],
)
def test_64_a_mistake_in_the_manifest(a_cluster: Clusters, spec: dict[str, Any], words: list[str]) -> None:
    batch = a_cluster(spec=spec)
    assert_told(batch.call("plan", "--whole-if-one-shard", status=64), *words)
    assert not (batch.out / "1.pdf").exists()


def test_64_a_mistake_in_the_rows_is_told_in_the_message_and_by_its_place_in_the_log(a_cluster: Clusters) -> None:
    batch = a_cluster(spec={"output": {"name": "{{ name[:5] }}.pdf"}})
    ended = batch.call("plan", status=64)
    assert_told(ended, "are both called 'Grüße.pdf'")
    assert "OutputNameError" in ended.log_text
    assert "Grüße" not in ended.log_text


def test_64_a_manifest_that_is_not_there(a_cluster: Clusters) -> None:
    batch = a_cluster()
    batch.manifest.unlink()
    assert_told(batch.call("plan", status=64), "there is no file")


@pytest.mark.parametrize(
    ("command", "arguments", "environment", "word"),
    [
        ("render", [], {}, "Missing argument 'index'"),
        ("render", [], {"JOB_COMPLETION_INDEX": "first"}, "Invalid value for 'index'"),
        ("render", ["0", "--workers", "many"], {}, "Invalid value for '--workers'"),
        ("plan", ["--hole-if-one-shard"], {}, "--hole-if-one-shard"),
        ("finish", ["--plan"], {}, "--plan"),
    ],
)
def test_64_a_wrong_call(
    a_cluster: Clusters, command: str, arguments: list[str], environment: dict[str, str], word: str
) -> None:
    ended = a_cluster().call(command, *arguments, environment=environment, status=64)
    assert word in ended.summary["error"]
    assert f"pdfbatch {command} --help" in ended.summary["hint"]


def test_64_an_index_that_the_plan_has_not_and_a_plan_that_is_not_there(a_cluster: Clusters) -> None:
    batch = a_cluster()
    assert_told(batch.render(0, status=64), "there is no plan")
    assert_told(batch.call("finish", status=64), "there is no plan")
    batch.call("plan")
    ended = batch.render(7, status=64)
    assert_told(ended, "there is no shard 7")
    assert ended.summary["shard"] == 7


def test_65_a_shards_input_is_damaged(a_cluster: Clusters) -> None:
    # given two shards, the second's input cut off
    batch = a_cluster(spec={"sharding": {"documentsPerShard": 3}})
    batch.call("plan")
    path = batch.out / ".pdfbatch" / batch.uid / batch.plan.input_name(1)
    path.write_bytes(path.read_bytes()[:-5])
    # when, then
    assert_told(batch.render(1, status=65), "the shard's input is damaged", "shard 1")
    assert batch.render(0).summary["succeeded"] == 3
    assert_told(batch.call("finish", status=65), "the shard's input is damaged")


@pytest.mark.parametrize("command", ["plan", "render"])
def test_69_no_engine_answers(a_cluster: Clusters, command: str) -> None:
    batch = a_cluster()
    nothing = {"PDFBATCH_CHROMIUM_SOCKET": "/nowhere/cdp.sock", "PDFBATCH_CHROMIUM_WAIT": "1"}
    if command == "render":
        batch.call("plan")
        ended = batch.render(0, environment=nothing, status=69)
    else:
        ended = batch.call("plan", environment=nothing, status=69)
    assert_told(ended, "no browser answers on the socket /nowhere/cdp.sock", "kubectl logs")


@pytest.fixture
def closed_port() -> Iterator[int]:
    """A port where nobody listens, and nobody else will."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield bound.getsockname()[1]


@pytest.mark.parametrize("command", ["plan", "render", "finish"])
def test_69_a_store_that_cannot_be_reached(a_cluster: Clusters, closed_port: int, command: str) -> None:
    store = {"endpoint": f"http://127.0.0.1:{closed_port}", "allowHttp": True, "retryFor": "1s", "timeout": "1s"}
    batch = a_cluster(spec={"output": {"uri": "s3://bucket/out/", "store": store}})
    credentials = {"AWS_ACCESS_KEY_ID": "sample", "AWS_SECRET_ACCESS_KEY": "sample", "JOB_COMPLETION_INDEX": "0"}
    assert_told(batch.call(command, environment=credentials, status=69), "s3://bucket/out/")


@pytest.mark.parametrize("command", ["plan", "render", "finish"])
def test_73_no_room_in_the_output(a_cluster: Clusters, command: str) -> None:
    # given an output where no file may have more than a few bytes
    batch = a_cluster(spec={"output": {"store": {"retryFor": "0s"}}})
    if command != "plan":
        batch.call("plan")
    if command == "finish":
        batch.render(0)
    limit = {"plan": 1_000, "render": 6_000, "finish": 12_000}[command]
    # when
    ended = batch.call(command, environment={"JOB_COMPLETION_INDEX": "0"}, limit_files=limit, status=73)
    # then
    assert_told(ended, "larger than is allowed here", "pvc://archive/out/")


def a_defect(folder: Path, code: str) -> dict[str, str]:
    """An environment in which the program has this defect."""
    (folder / "sitecustomize.py").write_text(code)
    return {"PYTHONPATH": str(folder), "JOB_COMPLETION_INDEX": "0"}


@pytest.mark.parametrize("command", ["plan", "render", "finish"])
def test_75_what_nobody_foresaw(a_cluster: Clusters, tmp_path: Path, command: str) -> None:
    # given a defect
    batch = a_cluster()
    code = "from pdfbatch_renderer.workfolder import WorkFolder\n"
    code += "def broken(self): raise RuntimeError('out of luck')\nWorkFolder.load_plan = broken\n"
    # when
    ended = batch.call(command, environment=a_defect(tmp_path, code), status=75)
    # then
    assert ended.summary["error"] == "unexpected: RuntimeError: out of luck"
    (error,) = (line for line in ended.log if line["level"] == "error")
    assert error["event"] == "unexpected error"
    assert "in broken" in error["traceback"]


def test_75_an_error_that_may_quote_a_row_is_told_without_its_words(a_cluster: Clusters, tmp_path: Path) -> None:
    batch = a_cluster()
    code = "import pdfbatch_renderer.planning.plan as plan\n"
    code += "def broken(row, plain=False): raise ValueError(f'what is {row}?')\nplan.encode_row = broken\n"
    ended = batch.call("plan", environment=a_defect(tmp_path, code), status=75)
    assert ended.summary["error"] == "unexpected: ValueError"
    assert "planning/plan.py" in ended.log_text
    assert "Grüße" not in ended.log_text


def another_engine(batch: ACluster, tmp_path: Path, fonts: str | None) -> dict[str, str]:
    """The same browsers behind a socket in another folder, where another list of fonts lies."""
    folder = tmp_path / "engine"
    folder.mkdir()
    (folder / "cdp.sock").symlink_to(batch.engine.socket)
    if fonts is not None:
        (folder / "fonts").write_text(fonts)
    return {"PDFBATCH_CHROMIUM_SOCKET": str(folder / "cdp.sock")}


@pytest.mark.parametrize("fonts", ["0123456789abcdef", "unknown", None])
def test_78_an_engine_with_other_fonts_than_the_plans(a_cluster: Clusters, tmp_path: Path, fonts: str | None) -> None:
    # given
    batch = a_cluster()
    batch.call("plan")
    # when
    ended = batch.render(0, environment=another_engine(batch, tmp_path, fonts), status=78)
    # then it says which differ, and nothing was written
    known = batch.engine.fonts.read_text().strip()
    assert_told(ended, f"fonts {known}, and here is {fonts or 'unknown'}", "Use the images that the plan was made with")
    assert "with engine" not in ended.summary["error"]
    assert batch.names() == []


def test_78_every_version_that_differs_is_named(a_cluster: Clusters, tmp_path: Path) -> None:
    batch = a_cluster()
    batch.call("plan")
    path = batch.out / ".pdfbatch" / batch.uid / "plan.json"
    path.write_text(
        path.read_text().replace('"engine":"chromium ', '"engine":"chromium 1.').replace('0.1.0"', '0.0.9"')
    )
    assert_told(batch.render(0, status=78), "pdfbatch 0.0.9, and here is 0.1.0", "with engine chromium 1.")


@pytest.mark.parametrize("fonts", ["unknown", None])
def test_78_a_plan_is_not_made_with_an_engine_that_does_not_say_its_fonts(
    a_cluster: Clusters, tmp_path: Path, fonts: str | None
) -> None:
    batch = a_cluster()
    ended = batch.call("plan", environment=another_engine(batch, tmp_path, fonts), status=78)
    assert_told(ended, "does not say which fonts it has", "fc-list")


def test_a_summary_that_cannot_be_written_changes_no_exit_status(a_cluster: Clusters) -> None:
    batch = a_cluster()
    ended = batch.call("plan", environment={"PDFBATCH_TERMINATION_LOG": "/nowhere/termination-log"})
    assert "cannot be written" in ended.log_text
    # and the summary is not lost: it is printed after all
    assert batch.plan.digest in ended.out


def test_a_log_that_nobody_reads_changes_no_exit_status(a_cluster: Clusters) -> None:
    batch = a_cluster()
    pod = batch.start("plan", "--whole-if-one-shard")
    assert pod.process.stdout is not None
    os.close(pod.process.stdout.fileno())
    assert pod.process.wait(60) == 0
