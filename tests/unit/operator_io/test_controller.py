"""A batch's turns: what goes wrong is told where somebody can act on it, tried again later, and never spins."""

import asyncio
import dataclasses

import pytest

from pdfbatch_operator.cluster.api import ApiServer
from pdfbatch_operator.conditions import with_condition
from pdfbatch_operator.decision import CreateJob, Decision
from pdfbatch_operator.observation import Observation
from pdfbatch_operator.scaling import History, Verdict
from tests.unit.operator_io.a_controller import a_controller
from tests.unit.operator_io.a_world import BATCH_PATH, EVENTS, JOBS, UID, a_job
from tests.unit.operator_io.an_api_server import FakeApiServer
from tests.unit.operator_io.waiting import until


def planning(observation: Observation) -> Decision:
    """Make the plan Job if it is not there, then say so."""
    batch = observation.batch
    if batch.deleting:
        return Decision()
    actions = () if "plan" in observation.jobs else (CreateJob("plan", a_job("plan")),)
    conditions = with_condition(
        batch.status.conditions, "Stalled", "False", "Goes", "", now="2026-11-24T09:00:00Z", generation=1
    )
    status = batch.status.model_copy(update={"phase": "Planning", "conditions": conditions})
    return Decision(actions, status)


async def test_a_batch_that_appears_has_its_turn_and_then_rest(server: FakeApiServer, api: ApiServer) -> None:
    async with a_controller(server, api, planning) as world:
        await world.there_is_a_batch()
        await until(lambda: world.result("idle") >= 1)
        assert world.status()["phase"] == "Planning"
        turns = len(world.shown)
        await asyncio.sleep(0.3)
        assert len(world.shown) == turns <= 3
        assert len(server.asked("POST", "jobs")) == 1


async def test_two_events_at_once_make_no_second_job(server: FakeApiServer, api: ApiServer) -> None:
    async with a_controller(server, api, planning) as world:
        await world.there_is_a_batch()
        for _ in range(50):
            world.queue.add(UID)
            await asyncio.sleep(0.005)
        assert len(server.asked("POST", "jobs")) == 1


async def test_a_quota_is_told_in_the_status_and_in_one_event_without_spinning(
    server: FakeApiServer, api: ApiServer
) -> None:
    async with a_controller(server, api, planning) as world:
        server.fail(403, method="POST", path="jobs", reason="Forbidden", message="exceeded quota: jobs, used: 5")
        await world.there_is_a_batch()
        await until(lambda: world.condition("Stalled").get("status") == "True")
        condition = world.condition("Stalled")
        assert condition["reason"] == "QuotaExceeded"
        assert "exceeded quota: jobs" in condition["message"] and "raised" in condition["message"]
        await asyncio.sleep(1.2)
        assert 2 <= len(server.asked("POST", "jobs")) <= 4  # it backs off
        events = [body for path, body in server.objects.items() if path.startswith(EVENTS)]
        assert [(one["type"], one["reason"]) for one in events] == [("Warning", "QuotaExceeded")]
        assert len(server.asked("PUT")) == 1  # the status says it once


async def test_once_it_goes_on_nothing_is_stalled_any_more(server: FakeApiServer, api: ApiServer) -> None:
    async with a_controller(server, api, planning) as world:
        server.fail(403, method="POST", path="jobs", message="exceeded quota: jobs", times=2)
        await world.there_is_a_batch()
        await until(lambda: world.condition("Stalled").get("status") == "False")
        assert f"{JOBS}/invoices-plan" in server.objects
        assert world.status()["phase"] == "Planning"


async def test_an_edit_by_a_person_ends_the_wait(server: FakeApiServer, api: ApiServer) -> None:
    async with a_controller(server, api, planning) as world:
        server.fail(403, method="POST", path="jobs", message="no")
        await world.there_is_a_batch()
        await until(lambda: world.result("error") >= 3)
        server.faults.clear()
        await world.there_is_a_batch(generation=2, suspend=True)
        await until(lambda: f"{JOBS}/invoices-plan" in server.objects, within=0.9)


async def test_an_unreachable_server_is_waited_out_and_not_the_batches_fault(
    server: FakeApiServer, api: ApiServer
) -> None:
    async with a_controller(server, api, planning) as world:
        server.fail(0, method="POST", path="jobs", times=2)
        await world.there_is_a_batch()
        await until(lambda: f"{JOBS}/invoices-plan" in server.objects)
        await until(lambda: world.result("idle") >= 1)
        assert world.condition("Stalled")["status"] == "False"
        assert not server.asked("POST", "events")


async def test_a_server_that_is_too_busy_says_when_to_come_again(server: FakeApiServer, api: ApiServer) -> None:
    async with a_controller(server, api, planning) as world:
        server.fail(429, method="POST", path="jobs", times=1, headers={"Retry-After": "1"})
        await world.there_is_a_batch()
        await until(lambda: world.result("error") == 1)
        await asyncio.sleep(0.7)
        assert len(server.asked("POST", "jobs")) == 1
        await until(lambda: len(server.asked("POST", "jobs")) == 2)


async def test_after_a_conflict_the_batch_is_read_anew(server: FakeApiServer, api: ApiServer) -> None:
    """Given a batch that somebody has changed and no news of it, then it is asked for, and the change survives."""
    async with a_controller(server, api, planning) as world:
        body = await server.put(BATCH_PATH, {**a_batch_body(), "status": {}})
        stale = {**body, "metadata": {**body["metadata"], "resourceVersion": "1"}}
        await server.put(BATCH_PATH, {**server.objects[BATCH_PATH], "status": {"pages": 7}})
        world.cache.put_batch(stale)
        await until(lambda: world.status().get("phase") == "Planning")
        assert world.status()["pages"] == 7
        assert world.result("conflict") == 1


def a_batch_body() -> dict[str, object]:
    from tests.unit.operator_io.a_world import a_batch

    return a_batch()


async def test_a_batch_that_is_gone_is_forgotten_with_its_series(server: FakeApiServer, api: ApiServer) -> None:
    async with a_controller(server, api, planning) as world:
        await world.there_is_a_batch()
        await until(lambda: world.result("idle") >= 1)
        labels = {"namespace": "shop", "batch": "invoices", "state": "total"}
        assert world.metrics.registry.get_sample_value("pdfbatch_batch_documents", labels) == 0
        world.cache.batches.remove(UID)
        await until(lambda: world.result("gone") >= 1)
        assert world.metrics.registry.get_sample_value("pdfbatch_batch_documents", labels) is None
        assert world.metrics.registry.get_sample_value("pdfbatch_batches", {"phase": "Planning"}) == 0


async def test_a_batch_that_went_without_news_is_noticed_by_writing(server: FakeApiServer, api: ApiServer) -> None:
    async with a_controller(server, api, planning) as world:
        await server.put(BATCH_PATH, a_batch_body())
        body = server.objects[BATCH_PATH]
        await server.delete(BATCH_PATH)
        world.cache.put_batch(body)
        await until(lambda: world.result("gone") >= 1)
        assert world.cache.batches.get(UID) is None


async def test_a_mistake_of_ours_is_told_and_stops_no_other_batch(
    server: FakeApiServer, api: ApiServer, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(observation: Observation) -> Decision:
        if observation.batch.uid == UID:
            raise ZeroDivisionError("of by zero")
        return Decision()

    async with a_controller(server, api, broken) as world:
        await world.there_is_a_batch()
        other = a_batch_body()
        other["metadata"] = {**other["metadata"], "uid": "other", "name": "other"}  # type: ignore[dict-item]
        world.cache.put_batch(other)
        await until(lambda: world.condition("Stalled").get("reason") == "OperatorError")
        assert "ZeroDivisionError" in world.condition("Stalled")["message"]
        assert "ZeroDivisionError" in caplog.text
        await until(lambda: world.result("idle") >= 1)


async def test_who_no_longer_leads_stops_giving_turns(server: FakeApiServer, api: ApiServer) -> None:
    async with a_controller(server, api, planning) as world:
        api.may_write = lambda: False
        await world.there_is_a_batch()
        await until(lambda: world.result("error") >= 1)
        await asyncio.sleep(0.7)
        assert world.result("error") == 1
        assert not [one for one in server.requests if one.method != "GET"]


async def test_completions_are_counted_once(server: FakeApiServer, api: ApiServer) -> None:
    def finish(observation: Observation) -> Decision:
        return Decision(status=observation.batch.status.model_copy(update={"phase": "Succeeded"}))

    async with a_controller(server, api, finish) as world:
        await world.there_is_a_batch()
        await until(lambda: world.result("idle") >= 1)
        world.queue.add(UID)
        await until(lambda: world.result("idle") >= 2)
        counted = world.metrics.registry.get_sample_value("pdfbatch_batch_completions_total", {"result": "Succeeded"})
        assert counted == 1


async def test_what_the_autoscaler_remembers_is_there_in_the_next_turn_once_all_was_carried_out(
    server: FakeApiServer, api: ApiServer
) -> None:
    def scaling(observation: Observation) -> Decision:
        looks = (observation.history.since or 0.0) + 1
        status = observation.batch.status.model_copy(update={"phase": "Rendering"})
        verdict = Verdict(1, True, True, "Custom", "", 40, History(since=looks))
        return Decision(status=status, scaling=verdict, again_after=0.05)

    async with a_controller(server, api, scaling, together=30) as world:
        server.fail(500, method="PUT", times=1)
        await world.there_is_a_batch(scaling={"max": 50})
        await until(lambda: len(world.shown) >= 5)

    looks = [one.history.since for one in world.shown]
    assert looks[:5] == [None, None, 1, 2, 3]  # the first was not carried out
    assert {one.allowance for one in world.shown} == {30}
    assert world.metrics.registry.get_sample_value("pdfbatch_fleet_renderers", {"state": "wanted"}) == 40


async def test_what_is_decided_for_later_comes_by_itself(server: FakeApiServer, api: ApiServer) -> None:
    def later(observation: Observation) -> Decision:
        return dataclasses.replace(Decision(), again_after=0.2)

    async with a_controller(server, api, later) as world:
        await world.there_is_a_batch()
        await until(lambda: len(world.shown) >= 3, within=1.5)
