"""One replica leads at a time, and the next takes over soon."""

import asyncio
import time

import pytest

from pdfbatch_operator.cluster.api import ApiServer
from pdfbatch_operator.cluster.lease import Lease
from tests.unit.operator_io.an_api_server import FakeApiServer
from tests.unit.operator_io.waiting import until

PATH = "/apis/coordination.k8s.io/v1/namespaces/system/leases/pdfbatch-operator"


def a_lease(api: ApiServer, holder: str, *, duration: int = 1) -> Lease:
    """A replica's, that lasts for a second unless a busy machine must not matter."""
    return Lease(api, "system", "pdfbatch-operator", holder, duration=duration, renew_every=0.1, look_every=0.05)


def holder(server: FakeApiServer) -> str:
    return str(server.objects[PATH]["spec"]["holderIdentity"]).partition("_")[0]


async def test_the_first_takes_it_at_once(server: FakeApiServer, api: ApiServer) -> None:
    lease = a_lease(api, "one")
    assert not lease.held
    await asyncio.wait_for(lease.acquire(), 0.5)
    assert lease.held and holder(server) == "one"
    spec = server.objects[PATH]["spec"]
    assert (spec["leaseDurationSeconds"], spec["leaseTransitions"]) == (1, 0)
    assert spec["acquireTime"].endswith("Z") and "." in spec["renewTime"]


async def test_a_second_waits_as_long_as_the_first_renews(server: FakeApiServer, api: ApiServer) -> None:
    first, second = a_lease(api, "one", duration=2), a_lease(api, "two", duration=2)
    await first.acquire()
    keeping = asyncio.create_task(first.keep())
    waiting = asyncio.create_task(second.acquire())
    await asyncio.sleep(2.6)
    assert not waiting.done() and not keeping.done() and holder(server) == "one"
    keeping.cancel()
    waiting.cancel()


async def test_when_the_first_dies_the_second_leads_within_the_leases_duration(
    server: FakeApiServer, api: ApiServer
) -> None:
    first, second = a_lease(api, "one"), a_lease(api, "two")
    begun = time.monotonic()
    await first.acquire()  # and it does not renew
    await asyncio.wait_for(second.acquire(), 10)
    assert 0.9 < time.monotonic() - begun < 5
    assert holder(server) == "two" and server.objects[PATH]["spec"]["leaseTransitions"] == 1


async def test_the_first_knows_before_the_second_leads(server: FakeApiServer, api: ApiServer) -> None:
    """Given a leader that hangs, when another takes the Lease, then the first has not held it for a while already."""
    first, second = a_lease(api, "one"), a_lease(api, "two")
    await first.acquire()
    taking = asyncio.create_task(second.acquire())
    while not taking.done():
        held = first.held
        await asyncio.sleep(0.01)
        assert not (held and second.held)
    assert not first.held


async def test_released_is_taken_at_once(server: FakeApiServer, api: ApiServer) -> None:
    first, second = a_lease(api, "one", duration=10), a_lease(api, "two", duration=10)
    await first.acquire()
    waiting = asyncio.create_task(second.acquire())
    await asyncio.sleep(0.1)
    await first.release()
    await asyncio.wait_for(waiting, 5)
    assert not first.held and holder(server) == "two"


async def test_keep_ends_when_another_has_taken_it(server: FakeApiServer, api: ApiServer) -> None:
    lease = a_lease(api, "one")
    await lease.acquire()
    keeping = asyncio.create_task(lease.keep())
    body = server.objects[PATH]
    await server.put(PATH, body | {"spec": body["spec"] | {"holderIdentity": "somebody"}})
    await asyncio.wait_for(keeping, 1)
    assert not lease.held
    await lease.release()  # which is not ours to release
    assert holder(server) == "somebody"


async def test_keep_ends_before_it_expires_when_the_server_is_away(server: FakeApiServer, api: ApiServer) -> None:
    lease = a_lease(api, "one")
    await lease.acquire()
    begun = time.monotonic()
    server.fail(503, path="leases")
    await asyncio.wait_for(lease.keep(), 2)
    assert time.monotonic() - begun < 1.0
    assert not lease.held


async def test_a_short_absence_of_the_server_is_survived(server: FakeApiServer, api: ApiServer) -> None:
    # given a Lease that is held, and two renewals that are refused
    lease = a_lease(api, "one", duration=10)
    await lease.acquire()
    taken = server.objects[PATH]["spec"]["renewTime"]
    server.fail(503, path="leases", times=2)
    # then a later one succeeds, and it was held all the time
    keeping = asyncio.create_task(lease.keep())
    await until(lambda: server.objects[PATH]["spec"]["renewTime"] != taken)
    assert lease.held and not keeping.done()
    keeping.cancel()


async def test_somebody_who_only_touches_it_does_not_take_it(server: FakeApiServer, api: ApiServer) -> None:
    lease = a_lease(api, "one")
    await lease.acquire()
    keeping = asyncio.create_task(lease.keep())
    for _ in range(3):
        await server.put(PATH, server.objects[PATH] | {"touched": True})
        await asyncio.sleep(0.12)
    assert lease.held and not keeping.done()
    keeping.cancel()


async def test_of_two_that_take_at_once_one_wins(server: FakeApiServer, api: ApiServer) -> None:
    leases = [a_lease(api, f"replica{number}", duration=10) for number in range(5)]
    waiting = [asyncio.create_task(lease.acquire()) for lease in leases]
    await until(lambda: any(task.done() for task in waiting))
    await asyncio.sleep(0.3)
    assert sum(lease.held for lease in leases) == 1
    for task in waiting:
        task.cancel()


async def test_a_replica_that_starts_again_is_another_holder(server: FakeApiServer, api: ApiServer) -> None:
    assert a_lease(api, "pod").holder != a_lease(api, "pod").holder


async def test_a_server_that_is_away_at_the_start_is_said_once(
    server: FakeApiServer, api: ApiServer, caplog: pytest.LogCaptureFixture
) -> None:
    server.fail(500, path="leases", message="etcd is away", times=4)
    await asyncio.wait_for(a_lease(api, "one").acquire(), 2)
    assert caplog.text.count("etcd is away") == 1
