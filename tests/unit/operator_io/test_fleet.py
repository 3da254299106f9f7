"""The admin's limit for all batches together: oldest first, and those that it concerns hear of it."""

import dataclasses
import datetime as dt
import json

from pdfbatch_operator.cache import Cache, read_batch, read_job
from pdfbatch_operator.fleet import Fleet
from pdfbatch_operator.metrics import OperatorMetrics
from pdfbatch_operator.observation import Observation, ObservedBatch, Settings
from pdfbatch_operator.scaling import History, Verdict
from tests.unit.operator_io.a_world import a_batch, a_job

BEGIN = dt.datetime(2026, 11, 24, 8, tzinfo=dt.UTC)


def batch(age: int, *, minimum: int = 1) -> ObservedBatch:
    """The batch that came as number `age`."""
    body = a_batch(scaling={"min": minimum, "max": 500})
    body["metadata"] = {**body["metadata"], "uid": f"u{age}"}
    seen = read_batch(body, lambda _: None)
    assert seen is not None
    return dataclasses.replace(seen.value, created=BEGIN + dt.timedelta(seconds=age))


def verdict(demand: int) -> Verdict:
    return Verdict(demand, True, True, "MaximumReached", "", demand, History())


class World:
    """A fleet, and whom it had looked at."""

    def __init__(self, limit: int | None) -> None:
        self.looked: list[str] = []
        self.metrics = OperatorMetrics()
        self.fleet = Fleet(limit, self.metrics, self.looked.append)

    def wants(self, one: ObservedBatch, demand: int | None) -> None:
        seen = Observation(BEGIN, one, Settings("r", "e"))
        self.fleet.wants(seen, None if demand is None else verdict(demand))

    def told(self) -> list[str]:
        told, self.looked[:] = list(self.looked), []
        return told

    def metric(self, state: str) -> float | None:
        return self.metrics.registry.get_sample_value("pdfbatch_fleet_renderers", {"state": state})


def test_without_a_limit_there_is_no_allowance_and_nobody_is_disturbed() -> None:
    world = World(None)

    world.wants(batch(1), 40)
    world.wants(batch(2), 60)

    assert world.fleet.allowance(batch(1)) is None
    assert (world.told(), world.metric("wanted"), world.metric("granted")) == ([], 100, 100)
    assert world.metric("limit") is None


def test_the_oldest_has_what_it_wants_and_the_next_what_is_left() -> None:
    world = World(100)

    world.wants(batch(1), 70)
    world.wants(batch(2), 70)

    # The most that each could have: the older one all but the younger one's minimum.
    assert world.fleet.allowance(batch(1)) == 99
    assert world.fleet.allowance(batch(2)) == 30
    assert world.fleet.allowance(batch(3)) == 1
    assert (world.metric("wanted"), world.metric("granted"), world.metric("limit")) == (140, 100, 100)


def test_none_is_below_its_minimum_as_far_as_there_are_enough() -> None:
    world = World(100)
    world.wants(batch(1), 500)
    world.wants(batch(2, minimum=30), 500)

    assert world.fleet.allowance(batch(1)) == 70
    assert world.fleet.allowance(batch(2, minimum=30)) == 30


def test_who_gets_more_or_less_because_of_another_is_looked_at_again() -> None:
    world = World(100)
    world.wants(batch(1), 70)
    world.wants(batch(2), 70)
    world.told()

    world.wants(batch(1), 20)
    assert world.told() == ["u2"]
    # the same again is no news
    world.wants(batch(1), 20)
    assert world.told() == []
    # when an older one is over, too
    world.wants(batch(2), 500)
    world.told()
    world.wants(batch(1), None)
    assert world.told() == ["u2"]
    assert world.metric("granted") == 100


def test_a_batch_that_is_held_leaves_its_part_to_others() -> None:
    world = World(10)
    world.wants(batch(1), 10)
    world.wants(batch(2), 10)

    world.wants(batch(1), 0)

    assert world.fleet.allowance(batch(2)) == 10
    # and would have it back at once when it goes on
    assert world.fleet.allowance(batch(1)) == 9


def test_a_new_operator_gives_nobody_what_others_have_already() -> None:
    # given a limit of 3, and a Job of an old batch that has two renderers
    cache = Cache(lambda uid, edited: None)
    old = a_batch()
    old["metadata"] = {**old["metadata"], "creationTimestamp": "2026-11-24T07:00:00Z"}
    cache.put_batch(old)
    job = read_job(json.dumps(a_job()).encode())
    assert job is not None
    cache.jobs.put(job)
    world = World(3)

    world.fleet.begin(cache)

    assert world.fleet.allowance(batch(1)) == 1
    assert world.metric("granted") == 2
