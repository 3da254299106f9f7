"""What an observation says beyond what the API has of each object alone."""

import datetime as dt

from pdfbatch_operator.cluster.api import ApiServer
from pdfbatch_operator.decision import Decision
from tests.unit.operator_io.a_controller import NOW, a_controller
from tests.unit.operator_io.a_world import EVENTS, JOBS, PODS, UID, a_job, a_node, a_pod
from tests.unit.operator_io.an_api_server import FakeApiServer

NODES = "/api/v1/nodes"
DELETED = "2026-11-24T08:30:00Z"


def nothing(_: object) -> Decision:
    return Decision()


async def test_a_pod_that_is_being_removed_from_an_unreachable_node_is_lost(
    server: FakeApiServer, api: ApiServer
) -> None:
    async with a_controller(server, api, nothing, workers=0) as world:
        await world.there_is_a_batch()
        await world.there_is(NODES, a_node("node1", lost=True))
        await world.there_is(NODES, a_node("node2"))
        await world.there_is(PODS, a_pod("going", deleted=DELETED))
        await world.there_is(PODS, a_pod("staying"))
        await world.there_is(PODS, a_pod("elsewhere", node="node2", deleted=DELETED))
        await world.there_is(PODS, a_pod("ended", deleted=DELETED, status={"phase": "Succeeded"}))
        lost = {pod.name for pod in (await world.observed()).pods if pod.node_lost}
        assert lost == {"going"}


async def test_a_pod_of_a_node_that_is_no_more_is_lost_unless_both_are_very_young(
    server: FakeApiServer, api: ApiServer
) -> None:
    async with a_controller(server, api, nothing, workers=0) as world:
        await world.there_is_a_batch()
        await world.there_is(NODES, a_node("node2"))
        await world.there_is(PODS, a_pod("old", deleted=DELETED))
        young = a_pod("young", deleted=DELETED)
        young["metadata"]["creationTimestamp"] = (NOW - dt.timedelta(seconds=3)).strftime("%Y-%m-%dT%H:%M:%SZ")
        await world.there_is(PODS, young)
        assert {pod.name for pod in (await world.observed()).pods if pod.node_lost} == {"old"}


async def test_while_nodes_are_not_known_no_pod_is_lost(server: FakeApiServer, api: ApiServer) -> None:
    """Given an operator that may not see nodes, then their absence means nothing."""
    async with a_controller(server, api, nothing, workers=0) as world:
        await world.there_is_a_batch()
        await world.there_is(PODS, a_pod(deleted=DELETED))
        assert not (await world.observed()).pods[0].node_lost


async def test_of_two_jobs_of_a_kind_the_batchs_own_is_seen(server: FakeApiServer, api: ApiServer) -> None:
    async with a_controller(server, api, nothing, workers=0) as world:
        await world.there_is_a_batch()
        foreign = a_job(owner="another")
        foreign["metadata"] |= {"name": "foreign", "uid": "foreign", "creationTimestamp": "2026-11-24T07:00:00Z"}
        await world.there_is(JOBS, foreign)
        assert not (await world.observed()).jobs["render"].owned
        await world.there_is(JOBS, a_job())
        assert (await world.observed()).jobs["render"].name == "invoices-render"


async def test_a_batch_that_has_ended_is_asked_nothing_about(server: FakeApiServer, api: ApiServer) -> None:
    async with a_controller(server, api, nothing, workers=0) as world:
        await world.there_is_a_batch(status={"phase": "Succeeded"})
        await world.there_is(JOBS, a_job())
        for _ in range(3):
            assert (await world.observed()).manifest_exists
        assert not server.requests


async def test_a_batch_that_goes_well_costs_one_question(server: FakeApiServer, api: ApiServer) -> None:
    async with a_controller(server, api, nothing, workers=0) as world:
        await world.there_is_a_batch(status={"phase": "Rendering"})
        await world.there_is(JOBS, a_job(status={"active": 1}))
        await world.there_is(PODS, a_pod())
        for _ in range(20):
            world.now += dt.timedelta(seconds=5)
            await world.observed()
        assert [one.path.split("/")[-2] for one in server.requests] == ["configmaps"]


def failed_create(uid: str, message: str, at: str) -> dict[str, object]:
    return {
        "involvedObject": {"uid": uid},
        "type": "Warning",
        "reason": "FailedCreate",
        "message": message,
        "lastTimestamp": at,
    }


async def test_a_job_that_may_create_no_pods_says_why(server: FakeApiServer, api: ApiServer) -> None:
    """Given a Job without pods, when a few seconds have gone by, then the Job controller's last words are known."""
    async with a_controller(server, api, nothing, workers=0) as world:
        await world.there_is_a_batch(status={"phase": "Rendering"})
        await world.there_is(JOBS, a_job())
        await server.put(f"{EVENTS}/a", failed_create("job-render", "exceeded quota: pods", "2026-11-24T08:59:58Z"))
        await server.put(f"{EVENTS}/b", failed_create("job-render", "an older one", "2026-11-24T08:59:50Z"))
        await server.put(f"{EVENTS}/c", failed_create("another", "not ours", "2026-11-24T08:59:59Z"))
        first = await world.observer.observe(UID)
        assert first is not None and first.again_after is not None
        assert first.observation.jobs["render"].blocked == "" and not server.asked("GET", "events")
        world.now += dt.timedelta(seconds=first.again_after)
        assert (await world.observed()).jobs["render"].blocked == "exceeded quota: pods"
        world.now += dt.timedelta(seconds=1)
        assert (await world.observed()).jobs["render"].blocked == "exceeded quota: pods"  # remembered
        assert len(server.asked("GET", "events")) == 1


async def test_events_are_asked_for_less_and_less_often(server: FakeApiServer, api: ApiServer) -> None:
    async with a_controller(server, api, nothing, workers=0) as world:
        await world.there_is_a_batch(status={"phase": "Rendering"})
        await world.there_is(JOBS, a_job())
        for _ in range(600):
            world.now += dt.timedelta(seconds=1)
            await world.observed()
        assert 8 <= len(server.asked("GET", "events")) <= 16


async def test_what_a_job_was_told_before_its_last_pod_is_over(server: FakeApiServer, api: ApiServer) -> None:
    async with a_controller(server, api, nothing, workers=0) as world:
        await world.there_is_a_batch(status={"phase": "Rendering"})
        await world.there_is(JOBS, a_job())
        await world.there_is(PODS, a_pod(status={"phase": "Failed"}))  # created 08:02:00
        await server.put(f"{EVENTS}/a", failed_create("job-render", "exceeded quota: pods", "2026-11-24T08:01:30Z"))
        for _ in range(2):
            world.now += dt.timedelta(seconds=5)
            observation = await world.observed()
        assert observation.jobs["render"].blocked == ""


async def test_a_job_that_needs_no_pods_is_not_blocked(server: FakeApiServer, api: ApiServer) -> None:
    async with a_controller(server, api, nothing, workers=0) as world:
        await world.there_is_a_batch(status={"phase": "Rendering"})
        suspended = a_job()
        suspended["spec"]["suspend"] = True
        await world.there_is(JOBS, suspended)
        for _ in range(5):
            world.now += dt.timedelta(seconds=5)
            await world.observed()
        assert not server.asked("GET", "events")


async def test_a_pod_that_hangs_without_a_word_has_its_events_words(server: FakeApiServer, api: ApiServer) -> None:
    async with a_controller(server, api, nothing, workers=0) as world:
        await world.there_is_a_batch(status={"phase": "Rendering"})
        await world.there_is(JOBS, a_job(status={"active": 1}))
        waiting = {"name": "renderer", "state": {"waiting": {"reason": "ContainerCreating"}}}
        await world.there_is(PODS, a_pod(status={"phase": "Pending", "containerStatuses": [waiting]}))
        event = failed_create("uid-invoices-render-3-x", 'secret "store" not found', "2026-11-24T08:59:58Z")
        await server.put(f"{EVENTS}/a", event | {"reason": "FailedMount"})
        assert (await world.observed()).pods[0].waiting is None
        world.now += dt.timedelta(seconds=3)
        assert (await world.observed()).pods[0].waiting == ("FailedMount", 'secret "store" not found')


async def test_events_that_cannot_be_read_hide_nothing_else(server: FakeApiServer, api: ApiServer) -> None:
    async with a_controller(server, api, nothing, workers=0) as world:
        await world.there_is_a_batch(status={"phase": "Rendering"})
        await world.there_is(JOBS, a_job())
        server.fail(403, path="events")
        await world.observed()
        world.now += dt.timedelta(seconds=3)
        assert (await world.observed()).jobs["render"].blocked == ""
