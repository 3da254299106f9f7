"""What goes out to the API server, and what its answers mean."""

import asyncio

import pytest

from pdfbatch_operator.cluster.api import MERGE_PATCH, ApiServer
from pdfbatch_operator.cluster.errors import ApiError, Kind, error_of
from pdfbatch_operator.cluster.resources import JOBS, LEASES, NODES, PDFBATCHES, PODS
from pdfbatch_operator.explaining import in_words, worth_telling
from tests.unit.operator_io.an_api_server import FakeApiServer, connection_to

PATH = "/apis/batch/v1/namespaces/shop/jobs/j"


def test_paths() -> None:
    assert PODS.path() == "/api/v1/pods"
    assert PODS.path("shop", "p", "status") == "/api/v1/namespaces/shop/pods/p/status"
    assert PDFBATCHES.path("shop") == "/apis/pdfbatch.io/v1alpha1/namespaces/shop/pdfbatches"
    assert NODES.path(None, "n") == "/api/v1/nodes/n"


async def test_bodies_go_out_as_they_are_and_each_request_is_counted(server: FakeApiServer) -> None:
    counted: list[tuple[str, str, str]] = []
    api = ApiServer(connection_to(server), observed=lambda *one: counted.append(one))
    await api.request("create", JOBS, "shop", body={"metadata": {"name": "j"}, "spec": {"suspend": False}})
    await api.request("patch", JOBS, "shop", "j", body={"spec": {"suspend": True}}, content_type=MERGE_PATCH)
    with pytest.raises(ApiError):
        await api.request("get", JOBS, "shop", "other")
    await api.close()
    assert server.objects[PATH]["spec"] == {"suspend": True}
    assert server.asked("PATCH")[0].content_type == MERGE_PATCH
    assert counted == [("create", "jobs", "201"), ("patch", "jobs", "200"), ("get", "jobs", "404")]


async def test_nobody_answers(server: FakeApiServer) -> None:
    counted: list[tuple[str, str, str]] = []
    configuration = connection_to(server)
    configuration.host = "http://127.0.0.1:9"  # discard: nobody listens
    api = ApiServer(configuration, observed=lambda *one: counted.append(one))
    with pytest.raises(ApiError) as caught:
        await api.request("get", PODS, "shop", "p")
    await api.close()
    assert caught.value.kind is Kind.UNREACHABLE
    assert "get pods p in namespace shop" in str(caught.value)
    assert counted == [("get", "pods", "0")]


async def test_an_answer_that_breaks_off_is_unreachable_too(server: FakeApiServer, api: ApiServer) -> None:
    server.fail(0, path="pods")
    with pytest.raises(ApiError) as caught:
        await api.request("get", PODS, "shop", "p")
    assert caught.value.kind is Kind.UNREACHABLE


async def test_an_answer_that_takes_too_long_is_given_up(server: FakeApiServer, api: ApiServer) -> None:
    with pytest.raises(ApiError) as caught:
        # A watch does not end, so read as a plain answer it takes for ever.
        await api.request("get", PODS, "shop", parameters={"watch": "true", "resourceVersion": "0"}, seconds=0.2)
    assert caught.value.kind is Kind.UNREACHABLE


async def test_who_does_not_lead_writes_nothing_but_its_lease(server: FakeApiServer, api: ApiServer) -> None:
    api.may_write = lambda: False
    for verb in ("create", "update", "patch", "delete"):
        with pytest.raises(ApiError) as caught:
            await api.request(verb, JOBS, "shop", "j", body={"metadata": {"name": "j"}})
        assert caught.value.kind is Kind.NOT_LEADER
    assert not server.requests
    await api.request("list", JOBS, "shop")
    await api.request("create", LEASES, "shop", body={"metadata": {"name": "l"}})
    assert len(server.requests) == 2


async def test_a_request_can_be_cancelled(server: FakeApiServer, api: ApiServer) -> None:
    request = api.request("get", PODS, "shop", parameters={"watch": "true", "resourceVersion": "0"})
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(request, 0.1)


STATUSES = [
    (409, '{"reason":"Conflict","message":"the object has been modified"}', Kind.CONFLICT),
    (409, '{"reason":"AlreadyExists","message":"already exists"}', Kind.ALREADY_EXISTS),
    (404, '{"reason":"NotFound"}', Kind.NOT_FOUND),
    (403, '{"message":"jobs.batch is forbidden: User \\"x\\" cannot create resource \\"jobs\\""}', Kind.FORBIDDEN),
    (
        403,
        '{"message":"jobs.batch \\"j\\" is forbidden: exceeded quota: q, requested: pods=1"}',
        Kind.QUOTA,
    ),
    (403, '{"message":"unable to create new content in namespace x because it is being terminated"}', Kind.TERMINATING),
    (422, '{"reason":"Invalid","message":"spec.template: Invalid value"}', Kind.INVALID),
    (400, "{}", Kind.INVALID),
    (413, "{}", Kind.TOO_LARGE),
    (500, '{"message":"etcdserver: request is too large"}', Kind.TOO_LARGE),
    (410, '{"reason":"Expired"}', Kind.GONE),
    (429, '{"reason":"TooManyRequests"}', Kind.THROTTLED),
    (401, "Unauthorized", Kind.UNAUTHORIZED),
    (503, "<html>bad gateway</html>", Kind.SERVER),
    (500, "", Kind.SERVER),
]


@pytest.mark.parametrize(("code", "body", "kind"), STATUSES)
def test_each_refusal_is_known_for_what_it_is(code: int, body: str, kind: Kind) -> None:
    assert error_of(code, body.encode(), "create jobs").kind is kind


def test_the_servers_wish_to_wait_is_kept() -> None:
    assert error_of(429, b"{}", "list pods", "7").retry_after == 7
    assert error_of(429, b"{}", "list pods", "tomorrow").retry_after is None


def test_a_persons_part_is_told_at_once_and_what_passes_only_when_it_does_not() -> None:
    def error(kind: Kind) -> ApiError:
        return ApiError(kind, "create jobs", "no")

    for kind in (Kind.FORBIDDEN, Kind.QUOTA, Kind.INVALID, Kind.TOO_LARGE, Kind.ALREADY_EXISTS):
        assert worth_telling(error(kind), 0)
    for kind in (Kind.UNREACHABLE, Kind.THROTTLED, Kind.TERMINATING, Kind.CONFLICT):
        assert not worth_telling(error(kind), 100)
    assert not worth_telling(error(Kind.SERVER), 1)
    assert worth_telling(error(Kind.SERVER), 5)


def test_words_say_what_where_and_what_to_do() -> None:
    message = 'jobs.batch is forbidden: User "x" cannot create resource "jobs" in the namespace "shop"'
    reason, text = in_words(ApiError(Kind.FORBIDDEN, "create jobs in namespace shop", message))
    assert reason == "Forbidden"
    assert text.startswith("cannot create jobs in namespace shop: jobs.batch is forbidden")
    assert "ServiceAccount lacks this permission" in text
    _, text = in_words(ApiError(Kind.FORBIDDEN, "create jobs", "admission webhook denied the request: no latest tags"))
    assert "policy of the cluster" in text
    for kind in Kind:
        reason, text = in_words(ApiError(kind, "create jobs", "no."))
        assert reason == str(kind) and text.endswith(".") and ".." not in text
