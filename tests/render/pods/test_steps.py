"""Plan, render and finish, each in a pod of its own, and all three in one."""

import json
import os
import time
from collections.abc import Callable
from typing import Any

import pytest

from tests.render.batches.a_batch import text
from tests.render.pods.a_pod import ACluster, config_map, wait_until

pytestmark = pytest.mark.render

Clusters = Callable[..., ACluster]
TWO_SHARDS: dict[str, Any] = {"sharding": {"documentsPerShard": 3}}
# Each document takes a while: 600,000 words of loop.
SLOW = "{% for a in range(600) %}{% for b in range(1000) %}{% endfor %}{% endfor %}"


def test_a_batch_is_planned_rendered_and_finished_by_pods(a_cluster: Clusters) -> None:
    # given
    batch = a_cluster(spec=TWO_SHARDS)
    # when
    plan = batch.call("plan", "--whole-if-one-shard")
    digest = plan.summary["digest"]
    shards = [batch.render(index, "--plan", digest, "--workers", "1") for index in (0, 1)]
    end = batch.call("finish", "--plan", digest)
    # then each says what it did
    assert plan.summary == {"type": "plan", "digest": batch.plan.digest, "documents": 5, "shards": 2}
    counted = [(pod.summary.get("shard", 0), pod.summary["succeeded"], pod.summary["rendered_here"]) for pod in shards]
    assert counted == [(0, 3, 3), (1, 2, 2)]
    assert (end.summary["documents"], end.summary["succeeded"]) == (5, 5)
    # and all is there
    assert batch.names() == [f"{number}.pdf" for number in range(1, 6)]
    assert "TOKEN4 Grüße4" in text((batch.out / "4.pdf").read_bytes())
    assert not (batch.out / ".pdfbatch" / "staging").exists()
    batch.assert_verified()
    # and a rendered shard is not rendered again
    assert batch.render(1, "--plan", digest).summary.get("rendered_here", 0) == 0


def test_nothing_names_the_folder_where_a_claim_happens_to_be_mounted(a_cluster: Clusters) -> None:
    batch = a_cluster()
    whole = batch.call("plan", "--whole-if-one-shard")
    assert json.loads((batch.out / "summary.json").read_text())["output"] == "pvc://archive/out/"
    mounted = str(batch.mounts).encode()
    for path in batch.out.rglob("*"):
        assert path.is_dir() or mounted not in path.read_bytes(), path
    assert mounted not in whole.message + whole.log_text.encode()
    assert b"pvc://archive/in/rows.csv" in batch.work.store.get(f".pdfbatch/{batch.uid}/plan.json")


def test_a_small_batch_is_one_pod(a_cluster: Clusters) -> None:
    batch = a_cluster()
    # when
    pod = batch.call("plan", "--whole-if-one-shard", "--workers", "1")
    # then one summary tells of all
    assert pod.summary["shards"] == 1
    assert pod.summary["finished"] == {
        "type": "finish",
        "documents": 5,
        "succeeded": 5,
        "pages": 5,
        "bytes": pod.summary["finished"]["bytes"],
    }
    batch.assert_verified()
    # and a pod that takes its place says the same, and renders nothing
    written = (batch.out / "1.pdf").stat().st_mtime_ns
    again = batch.call("plan", "--whole-if-one-shard")
    assert again.summary == pod.summary
    assert (batch.out / "1.pdf").stat().st_mtime_ns == written


def test_a_plan_pod_that_takes_anothers_place_goes_on_with_its_plan(a_cluster: Clusters) -> None:
    # given a plan pod that was killed while it rendered
    batch = a_cluster(documents=300)
    pod = batch.start("plan", "--whole-if-one-shard", "--workers", "1")
    wait_until(lambda: batch.work.load_plan() is not None and batch.recorded() > 0, pod)
    pod.process.kill()
    pod.wait()
    done = batch.recorded()
    assert 0 < done < 300
    # when the table is another one by now, and then gone
    batch.write_rows("other")
    again = batch.call("plan", "--whole-if-one-shard", "--workers", "1")
    # then what was planned is what is rendered, and what was done is not done again
    assert again.summary["finished"]["succeeded"] == 300
    assert "plan adopted" in again.events()
    (resumed,) = (line for line in again.log if line["event"] == "resumed")
    assert resumed["done"] == done
    assert {name: text((batch.out / name).read_bytes()) for name in ("1.pdf", "300.pdf")} == {
        "1.pdf": "TOKEN1 Grüße1",
        "300.pdf": "TOKEN300 Grüße300",
    }
    batch.assert_verified()
    (batch.claim / "in" / "rows.csv").unlink()
    assert batch.call("plan").summary["digest"] == again.summary["digest"]


def test_a_plan_of_another_manifest_is_not_adopted(a_cluster: Clusters) -> None:
    batch = a_cluster()
    batch.call("plan")
    other = json.loads(batch.manifest.read_text())
    other["spec"]["output"]["name"] = "{{ id }}-{{ name }}.pdf"
    batch.manifest.write_text(json.dumps(other))
    assert "another manifest" in batch.call("plan", status=64).summary["error"]


def test_a_plan_of_another_digest_is_refused(a_cluster: Clusters) -> None:
    batch = a_cluster()
    batch.call("plan")
    for ended in (
        batch.render(0, "--plan", "0" * 64, status=64),
        batch.call("finish", "--plan", "0" * 64, status=64),
    ):
        assert batch.plan.digest in ended.summary["error"]
    assert not (batch.out / "summary.json").exists()


def test_a_batch_that_ended_early_says_why_of_each_row(a_cluster: Clusters) -> None:
    # given
    batch = a_cluster(spec=TWO_SHARDS)
    digest = batch.call("plan").summary["digest"]
    batch.render(0, "--plan", digest)
    # when
    end = batch.call("finish", "--plan", digest, "--reason", "its deadline of 60 s was over")
    # then
    assert (end.summary["succeeded"], end.summary["failed"], end.summary["within_policy"]) == (3, 2, False)
    lines = batch.lines()
    assert [lines[row]["status"] for row in range(1, 6)] == ["succeeded"] * 3 + ["failed"] * 2
    assert "its deadline of 60 s was over" in lines[5]["message"]
    # and a late attempt ends quietly: there is nothing to be tried again, and nothing to be alarmed of
    late = batch.render(1, "--plan", digest)
    assert late.summary == {"type": "render", "shard": 1, "documents": 2, "seconds": late.summary["seconds"]}
    assert "ended already" in next(line["message"] for line in late.log if line["event"] == "note")
    assert batch.names() == ["1.pdf", "2.pdf", "3.pdf"]
    batch.assert_verified()


def test_an_attempt_that_is_overtaken_by_the_end_ends_quietly(a_cluster: Clusters) -> None:
    # given a shard under way that takes half a minute
    batch = a_cluster(documents=600)
    config_map(batch.folder / "slow", {"page.html": SLOW + "{{ id }}{{ name }}"})
    (batch.mounts / "template").rename(batch.folder / "quick")
    (batch.folder / "slow").rename(batch.mounts / "template")
    digest = batch.call("plan").summary["digest"]
    pod = batch.start("render", "0", "--plan", digest, "--workers", "1")
    wait_until(lambda: batch.recorded() > 0, pod)
    # when the batch is ended
    end = batch.call("finish", "--plan", digest, "--reason", "stopped")
    # then it ends by itself, soon, and what it would have recorded is not in the manifest
    since = time.monotonic()
    ended = pod.wait(30)
    assert ended.status == 0, ended.log_text
    assert time.monotonic() - since < 20
    assert "error" not in ended.summary
    assert 0 < end.summary["succeeded"] < 600


def test_an_attempts_name_that_no_record_can_have_is_refused(a_cluster: Clusters) -> None:
    batch = a_cluster()
    batch.call("plan")
    ended = batch.render(0, status=64, attempt="pod-1")
    assert "pod-1" in ended.summary["error"]


def test_a_container_that_is_started_again_keeps_its_records(a_cluster: Clusters) -> None:
    # given an attempt that was killed, and begins again under the same name
    batch = a_cluster(documents=300)
    batch.call("plan")
    name = "0e3f5a1c-0000-4000-8000-000000000001"
    pod = batch.start("render", "0", "--workers", "1", attempt=name)
    wait_until(lambda: batch.recorded() > 0, pod)
    pod.process.kill()
    pod.wait()
    done = batch.recorded()
    # when
    ended = batch.render(0, "--workers", "1", attempt=name)
    # then
    assert (ended.summary["succeeded"], ended.summary["rendered_here"]) == (300, 300 - done)


def test_a_pod_writes_nowhere_but_into_its_temporary_folder_and_is_process_1(a_cluster: Clusters) -> None:
    # given a root that is read-only but for the claim, the pod's own folder, and the engine's
    batch = a_cluster()
    writable = f"mount --bind {batch.folder} {batch.folder} && mount --bind {batch.engine.socket.parent} /mnt"
    script = (
        f'{writable} && mount -o remount,ro,bind / && ! touch {batch.engine.socket.parent}/x 2>/dev/null && exec "$@"'
    )
    before = ["unshare", "--mount", "--propagation", "private", "--pid", "--fork", "--kill-child=SIGKILL"]
    before += ["--mount-proc", "sh", "-c", script, "sh"]
    if os.geteuid() != 0:
        before[1:1] = ["--user", "--map-root-user"]
    how = {"before": before, "environment": {"PDFBATCH_CHROMIUM_SOCKET": "/mnt/cdp.sock"}}
    # when
    whole = batch.call("plan", "--whole-if-one-shard", **how)
    # then
    assert whole.summary["finished"]["succeeded"] == 5
    batch.assert_verified()
