"""A retry is asked for where there is something to retry, and otherwise it is said why not."""

import asyncio
from typing import Any

import pytest

from pdfbatch_api.errors import PdfbatchError
from pdfbatch_kubectl.cluster.api import Api
from pdfbatch_kubectl.retrying import retry
from pdfbatch_kubectl.status import follow
from tests.unit.kubectl.a_cluster import Cluster, Paper

PLAN = {"digest": "d1", "documents": 600, "shards": 6}
FAILED: dict[str, Any] = {
    "phase": "Failed",
    "documents": {"total": 600, "succeeded": 583, "failed": 17},
    "plan": PLAN,
}
PATH = "/apis/pdfbatch.io/v1alpha1/namespaces/shop/pdfbatches/invoices"


async def asked(api: Api, **how: Any) -> tuple[int, str]:
    paper, aside = Paper(), Paper()
    return await retry(api, "invoices", paper.console, aside.console, **{"waiting": False, **how}), aside.text


async def test_it_raises_the_generation_by_one(cluster: Cluster, api: Api) -> None:
    await cluster.batch(spec={"retries": {"generation": 2, "document": 5}}, **FAILED, retries={"generation": 2})

    status, said = await asked(api)

    assert status == 0 and "retry 3 of invoices: 17 failed documents once more" in said
    assert cluster.objects[PATH]["spec"]["retries"] == {"generation": 3, "document": 5}


async def test_one_that_is_asked_for_and_not_begun_is_not_asked_for_again(cluster: Cluster, api: Api) -> None:
    await cluster.batch(spec={"retries": {"generation": 1}}, **FAILED)

    status, said = await asked(api)

    assert status == 0 and "retry 1 of invoices is asked for already" in said
    assert cluster.objects[PATH]["spec"]["retries"] == {"generation": 1}


@pytest.mark.parametrize(
    ("status", "says"),
    [
        ({"phase": "Rendering", "plan": PLAN}, r"invoices is not over yet \(Rendering\)"),
        ({}, r"invoices is not over yet \(Pending\)"),
        ({"phase": "Failed"}, "failed before it was planned"),
        ({"phase": "Succeeded", "plan": PLAN, "documents": {"total": 6, "succeeded": 6}}, "there is nothing to retry"),
    ],
)
async def test_what_cannot_be_retried_is_told_and_left_alone(
    cluster: Cluster, api: Api, status: dict[str, Any], says: str
) -> None:
    await cluster.batch(**status)

    with pytest.raises(PdfbatchError, match=says):
        await asked(api)

    assert "retries" not in cluster.objects[PATH]["spec"]


async def test_waiting_begins_with_the_operator_and_ends_with_the_batch(
    cluster: Cluster, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follow, "_LOOK_SECONDS", 0.01)
    await cluster.batch(**FAILED)
    waiting = asyncio.create_task(asked(api, waiting=True))
    while "retries" not in cluster.objects[PATH]["spec"]:  # noqa: ASYNC110 - nobody tells
        await asyncio.sleep(0.01)

    # when the operator does it
    done = {"total": 600, "succeeded": 600, "failed": 0}
    spec = {"retries": {"generation": 1}}
    await cluster.batch(spec=spec, phase="Succeeded", documents=done, plan=PLAN, retries={"generation": 1})

    assert (await asyncio.wait_for(waiting, 20))[0] == 0


async def test_an_operator_that_is_not_there_is_not_waited_for_for_ever(cluster: Cluster, api: Api) -> None:
    await cluster.batch(**FAILED)

    with pytest.raises(PdfbatchError, match="nobody has begun retry 1 of invoices"):
        await asked(api, waiting=True, patience=0.1)
