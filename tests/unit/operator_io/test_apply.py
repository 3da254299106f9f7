"""Each action against the API server, also when it was done before, or means something that is no more."""

import pytest

from pdfbatch_api.resource.status import PdfBatchStatus
from pdfbatch_operator.cluster.api import ApiServer
from pdfbatch_operator.cluster.errors import ApiError, Kind
from pdfbatch_operator.decision import (
    Action,
    CreateJob,
    CreateManifest,
    Decision,
    DeleteBatch,
    DeleteJob,
    Event,
    FailPod,
    NoteDisrupted,
    PatchJob,
)
from pdfbatch_operator.manifests import disrupted_name, manifest_config_map
from pdfbatch_operator.scaling import History, Verdict
from tests.unit.operator_io.a_controller import AController, a_controller
from tests.unit.operator_io.a_world import BATCH_PATH, CONFIG_MAPS, EVENTS, JOBS, PODS, UID, a_job, a_pod
from tests.unit.operator_io.an_api_server import FakeApiServer


async def apply(world: AController, *actions: Action) -> bool:
    """Carry out these actions on the batch as it is now."""
    return await world.applier.apply(await world.observed(), Decision(actions))


def nothing(_: object) -> Decision:
    return Decision()


async def test_a_job_is_created_and_known_at_once(server: FakeApiServer, api: ApiServer) -> None:
    """Given no watch at all, when a Job was created, then the next observation has it: no second one is made."""
    async with a_controller(server, api, nothing, workers=0) as world:
        await world.there_is_a_batch()
        assert await apply(world, CreateJob("render", a_job()))
        assert (await world.observed()).jobs["render"].name == "invoices-render"


async def test_a_job_that_we_made_before_is_adopted(server: FakeApiServer, api: ApiServer) -> None:
    async with a_controller(server, api, nothing, workers=0) as world:
        await world.there_is_a_batch()
        await server.put(f"{JOBS}/invoices-render", a_job(status={"active": 2}))  # the answer was lost
        await apply(world, CreateJob("render", a_job()))
        assert (await world.observed()).jobs["render"].active == 2


async def test_a_job_of_that_name_that_is_somebody_elses_is_left_and_said(
    server: FakeApiServer, api: ApiServer
) -> None:
    async with a_controller(server, api, nothing, workers=0) as world:
        await world.there_is_a_batch()
        theirs = await server.put(f"{JOBS}/invoices-render", a_job(owner="another"))
        with pytest.raises(ApiError, match="is not this batch's") as caught:
            await apply(world, CreateJob("render", a_job()))
        assert caught.value.kind is Kind.ALREADY_EXISTS
        assert server.objects[f"{JOBS}/invoices-render"] == theirs


async def test_the_manifest_is_created_and_known_and_a_new_operator_asks_once(
    server: FakeApiServer, api: ApiServer
) -> None:
    async with a_controller(server, api, nothing, workers=0) as world:
        await world.there_is_a_batch()
        before = await world.observed()
        assert not before.manifest_exists
        await apply(world, CreateManifest(manifest_config_map(before.batch)))
        assert (await world.observed()).manifest_exists
        assert not server.asked("GET", "configmaps")
        world.memory.forget(UID)
        await world.there_is(JOBS, a_job())
        for _ in range(5):
            assert (await world.observed()).manifest_exists
        assert len(server.asked("GET", "configmaps")) == 1


async def test_a_manifest_that_somebody_else_put_there_does_not_count(server: FakeApiServer, api: ApiServer) -> None:
    async with a_controller(server, api, nothing, workers=0) as world:
        await world.there_is_a_batch()
        body = manifest_config_map((await world.observed()).batch)
        await server.put(f"{CONFIG_MAPS}/{body['metadata']['name']}", {"data": {"batch.yaml": "evil"}})
        await world.there_is(JOBS, a_job())
        assert not (await world.observed()).manifest_exists
        with pytest.raises(ApiError, match="is not this batch's"):
            await apply(world, CreateManifest(body))


async def test_parallelism_and_suspend_are_patched_and_nothing_else(server: FakeApiServer, api: ApiServer) -> None:
    async with a_controller(server, api, nothing, workers=0) as world:
        await world.there_is_a_batch()
        await world.there_is(JOBS, a_job())
        await apply(world, PatchJob("invoices-render", "job-render", parallelism=9))
        await apply(world, PatchJob("invoices-render", "job-render", suspend=True))
        assert [one.body for one in server.asked("PATCH")] == [
            {"metadata": {"uid": "job-render"}, "spec": {"parallelism": 9}},
            {"metadata": {"uid": "job-render"}, "spec": {"suspend": True}},
        ]
        job = (await world.observed()).jobs["render"]
        assert (job.parallelism, job.suspend, job.completions) == (9, True, 5)


async def test_a_change_of_the_number_is_counted_by_its_reason_once_it_is_made(
    server: FakeApiServer, api: ApiServer
) -> None:
    async with a_controller(server, api, nothing, workers=0) as world:
        await world.there_is_a_batch()
        await world.there_is(JOBS, a_job())
        verdict = Verdict(9, True, True, "TargetDuration", "", 9, History())

        def counted() -> float:
            of = {"reason": "TargetDuration"}
            return world.metrics.registry.get_sample_value("pdfbatch_scaling_decisions_total", of) or 0

        more = Decision((PatchJob("invoices-render", "job-render", parallelism=9),), scaling=verdict)
        server.fail(500, method="PATCH", path="jobs", times=1)
        with pytest.raises(ApiError):
            await world.applier.apply(await world.observed(), more)
        assert counted() == 0
        await world.applier.apply(await world.observed(), more)
        held = Decision((PatchJob("invoices-render", "job-render", suspend=True),), scaling=verdict)
        await world.applier.apply(await world.observed(), held)
        assert counted() == 1


async def test_another_job_of_that_name_is_not_patched(server: FakeApiServer, api: ApiServer) -> None:
    async with a_controller(server, api, nothing, workers=0) as world:
        await world.there_is_a_batch()
        await world.there_is(JOBS, a_job())
        with pytest.raises(ApiError) as caught:
            await apply(world, PatchJob("invoices-render", "an-older-one", parallelism=9))
        assert caught.value.kind is Kind.CONFLICT
        assert server.objects[f"{JOBS}/invoices-render"]["spec"]["parallelism"] == 2


async def test_a_pod_of_a_lost_node_is_failed_as_kubernetes_would(server: FakeApiServer, api: ApiServer) -> None:
    async with a_controller(server, api, nothing, workers=0) as world:
        await world.there_is_a_batch()
        await world.there_is(PODS, a_pod(deleted="2026-11-24T08:30:00Z"))
        await apply(world, FailPod("invoices-render-3-x", "uid-invoices-render-3-x", "node1 is lost"))
        status = server.objects[f"{PODS}/invoices-render-3-x"]["status"]
        assert (status["phase"], status["reason"], status["message"]) == ("Failed", "NodeLost", "node1 is lost")
        assert status["conditions"][0]["type"] == "DisruptionTarget"
        assert server.asked("PATCH")[0].path.endswith("/status")
        pod = (await world.observed()).pods[0]
        assert pod.phase == "Failed" and pod.disrupted
        recoveries = world.metrics.registry.get_sample_value(
            "pdfbatch_node_loss_recoveries_total", {"namespace": "shop"}
        )
        assert recoveries == 1


async def test_a_pod_whose_node_came_back_meanwhile_is_not_failed(server: FakeApiServer, api: ApiServer) -> None:
    """Given a pod that has changed since it was seen, when it is to be failed, then it is a conflict: look again."""
    async with a_controller(server, api, nothing, workers=0) as world:
        await world.there_is_a_batch()
        await world.there_is(PODS, a_pod(deleted="2026-11-24T08:30:00Z"))
        await server.put(f"{PODS}/invoices-render-3-x", a_pod(status={"phase": "Succeeded"}))
        with pytest.raises(ApiError) as caught:
            await apply(world, FailPod("invoices-render-3-x", "uid-invoices-render-3-x", "node1 is lost"))
        assert caught.value.kind is Kind.CONFLICT
        assert server.objects[f"{PODS}/invoices-render-3-x"]["status"]["phase"] == "Succeeded"


async def test_a_pod_that_is_gone_is_as_good_as_failed(server: FakeApiServer, api: ApiServer) -> None:
    async with a_controller(server, api, nothing, workers=0) as world:
        await world.there_is_a_batch()
        await world.there_is(PODS, a_pod())
        await server.delete(f"{PODS}/invoices-render-3-x")
        assert await apply(world, FailPod("invoices-render-3-x", "uid-invoices-render-3-x", "node1 is lost"))
        assert (await world.observed()).pods == ()


async def test_disrupted_attempts_are_created_then_added_to(server: FakeApiServer, api: ApiServer) -> None:
    async with a_controller(server, api, nothing, workers=0) as world:
        await world.there_is_a_batch()
        name = disrupted_name((await world.observed()).batch)
        await apply(world, NoteDisrupted(name, frozenset({"a"})))
        await apply(world, NoteDisrupted(name, frozenset({"b"})))
        assert server.objects[f"{CONFIG_MAPS}/{name}"]["data"] == {"a": "", "b": ""}
        assert server.objects[f"{CONFIG_MAPS}/{name}"]["metadata"]["ownerReferences"][0]["uid"] == UID


async def test_a_new_operator_finds_the_disrupted_attempts_again(server: FakeApiServer, api: ApiServer) -> None:
    async with a_controller(server, api, nothing, workers=0) as world:
        await world.there_is_a_batch()
        batch = (await world.observed()).batch
        await apply(world, NoteDisrupted(disrupted_name(batch), frozenset({"a"})))
        world.memory.forget(UID)
        condition = {"type": "DisruptionTarget", "status": "True"}
        await world.there_is(PODS, a_pod(status={"phase": "Failed", "conditions": [condition]}))
        assert (await world.observed()).disrupted_attempts == {"a"}


async def test_jobs_and_batches_are_deleted_by_uid_with_their_pods(server: FakeApiServer, api: ApiServer) -> None:
    async with a_controller(server, api, nothing, workers=0) as world:
        await world.there_is_a_batch()
        await world.there_is(JOBS, a_job())
        await apply(world, DeleteJob("invoices-render", "job-render"))
        assert (await world.observed()).jobs == {}
        await apply(world, DeleteBatch(UID))
        assert await world.observer.observe(UID) is None
        assert [one.body for one in server.asked("DELETE")] == [
            {
                "apiVersion": "v1",
                "kind": "DeleteOptions",
                "propagationPolicy": "Background",
                "preconditions": {"uid": uid},
            }
            for uid in ("job-render", UID)
        ]


async def test_a_namesake_is_not_deleted(server: FakeApiServer, api: ApiServer) -> None:
    async with a_controller(server, api, nothing, workers=0) as world:
        await world.there_is_a_batch()
        observation = await world.observed()
        await world.applier.apply(observation, Decision((DeleteBatch("an-older-one"),)))
        assert BATCH_PATH in server.objects


async def test_the_status_is_written_once_when_it_differs(server: FakeApiServer, api: ApiServer) -> None:
    async with a_controller(server, api, nothing, workers=0) as world:
        await world.there_is_a_batch()
        observation = await world.observed()
        status = PdfBatchStatus(phase="Planning")
        assert await world.applier.apply(observation, Decision(status=status))
        assert not await world.applier.apply(await world.observed(), Decision(status=status))
        assert len(server.asked("PUT")) == 1
        assert world.status()["phase"] == "Planning"
        assert (await world.observed()).batch.status == status


async def test_a_status_is_never_written_over_one_that_was_not_seen(server: FakeApiServer, api: ApiServer) -> None:
    async with a_controller(server, api, nothing, workers=0) as world:
        await world.there_is_a_batch()
        observation = await world.observed()
        await server.put(BATCH_PATH, server.objects[BATCH_PATH] | {"status": {"phase": "Finishing"}})
        with pytest.raises(ApiError) as caught:
            await world.applier.apply(observation, Decision(status=PdfBatchStatus(phase="Planning")))
        assert caught.value.kind is Kind.CONFLICT
        assert world.status() == {"phase": "Finishing"}


async def test_nothing_follows_an_action_that_failed(server: FakeApiServer, api: ApiServer) -> None:
    async with a_controller(server, api, nothing, workers=0) as world:
        await world.there_is_a_batch()
        server.fail(403, method="POST", path="jobs")
        decision = Decision(
            (CreateJob("plan", a_job("plan")), CreateJob("render", a_job())),
            PdfBatchStatus(phase="Planning"),
            (Event("Normal", "Planning", "it begins"),),
        )
        with pytest.raises(ApiError):
            await world.applier.apply(await world.observed(), decision)
        assert len(server.asked("POST")) == 1
        assert not server.asked("PUT")


async def test_events_come_after_the_status_and_the_same_is_counted(server: FakeApiServer, api: ApiServer) -> None:
    async with a_controller(server, api, nothing, workers=0) as world:
        await world.there_is_a_batch()
        for phase in ("Planning", "Rendering"):
            decision = Decision(
                status=PdfBatchStatus.model_validate({"phase": phase}),
                events=(Event("Warning", "NodeLost", "a node is lost"),),
            )
            await world.applier.apply(await world.observed(), decision)
        written = [one.method for one in server.requests if one.method != "GET"]
        assert written == ["PUT", "POST", "PUT", "PATCH"]
        (event,) = [body for path, body in server.objects.items() if path.startswith(EVENTS)]
        assert event["count"] == 2
        assert event["involvedObject"]["uid"] == UID
        assert (event["type"], event["reason"], event["message"]) == ("Warning", "NodeLost", "a node is lost")


async def test_an_event_that_has_expired_is_told_anew(server: FakeApiServer, api: ApiServer) -> None:
    async with a_controller(server, api, nothing, workers=0) as world:
        await world.there_is_a_batch()
        decision = Decision(events=(Event("Normal", "Planning", "it begins"),))
        await world.applier.apply(await world.observed(), decision)
        (path,) = [path for path in server.objects if path.startswith(EVENTS)]
        await server.delete(path)
        await world.applier.apply(await world.observed(), decision)
        (again,) = [path for path in server.objects if path.startswith(EVENTS)]
        assert server.objects[again]["count"] == 1


async def test_events_that_cannot_be_recorded_stop_nothing(server: FakeApiServer, api: ApiServer) -> None:
    async with a_controller(server, api, nothing, workers=0) as world:
        await world.there_is_a_batch()
        server.fail(403, path="events")
        decision = Decision(status=PdfBatchStatus(phase="Planning"), events=(Event("Normal", "Planning", "x"),))
        assert await world.applier.apply(await world.observed(), decision)
        assert world.status()["phase"] == "Planning"


async def test_a_flood_of_events_is_held_back(server: FakeApiServer, api: ApiServer) -> None:
    async with a_controller(server, api, nothing, workers=0) as world:
        await world.there_is_a_batch()
        observation = await world.observed()
        for number in range(60):
            await world.applier.apply(observation, Decision(events=(Event("Warning", "Trouble", f"number {number}"),)))
        assert len(server.asked("POST", "events")) == 25
