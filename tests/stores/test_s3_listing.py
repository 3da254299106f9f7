"""What only a bucket's listing does: pages, and what other tools leave there."""

import pytest

from pdfbatch_api.errors import StoreRefusedError
from pdfbatch_api.protocols import Store
from pdfbatch_api.resource import StoreOptions
from pdfbatch_renderer.stores import open_store
from tests.stores.fault_proxy import FaultProxy, answer, gets
from tests.stores.s3_server import S3Server


@pytest.fixture
def store(bucket: str, s3_options: StoreOptions) -> Store:
    return open_store(f"s3://{bucket}/", s3_options)


def test_ten_thousand_names_come_in_order_through_pages_that_fail(
    store: Store, bucket: str, s3_server: S3Server, proxy: FaultProxy
) -> None:
    # given ten pages of names and a neighbour before and after them
    names = [f"many/{number:05d}.pdf" for number in range(10_000)]
    s3_server.fill(bucket, ["less", *names, "more"])
    troubled = open_store(
        f"s3://{bucket}/", StoreOptions(endpoint=proxy.url, allow_http=True, timeout="10s", retry_for="20s")
    )
    # more failures in a row than the client tries by itself, in the middle
    pages = 0

    def fifth_page(request: object) -> bool:
        return proxy.count(gets) >= 5

    proxy.plan(answer(503, "SlowDown"), times=8, when=fifth_page)

    # when they are listed
    found = []
    for info in troubled.list("many/"):
        found.append(info.name)
        pages = max(pages, proxy.count(gets))

    # then each is there once, in order, and memory never held them all: pages came one after the other
    assert found == names
    assert pages >= 10 + 8

    # and when the prefix is deleted, its neighbours stay
    store.delete_prefix("many/")
    assert [info.name for info in store.list()] == ["less", "more"]


def test_folder_markers_of_other_tools_are_no_objects(store: Store, bucket: str, s3_server: S3Server) -> None:
    for key in ("assets/", "assets/fonts/", "empty/"):
        s3_server.put_raw(bucket, key)
    store.put("assets/logo.png", b"x")
    store.put("assets/empty.css", b"")

    assert [info.name for info in store.list()] == ["assets/empty.css", "assets/logo.png"]
    assert [info.name for info in store.list("assets/")] == ["assets/empty.css", "assets/logo.png"]


def test_a_key_that_the_client_cannot_use_is_explained(store: Store, bucket: str, s3_server: S3Server) -> None:
    s3_server.put_raw(bucket, "a//b")

    with pytest.raises(StoreRefusedError, match="Move objects whose names hold //"):
        list(store.list())
