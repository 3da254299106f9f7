"""A store in trouble: 500, 503, slow, cut connections, lost answers. It recovers, or says so clearly."""

import time
import zlib
from contextlib import suppress

import pytest

from pdfbatch_api.errors import ObjectMissingError, PreconditionError, StoreError, StoreFullError, StoreRefusedError
from pdfbatch_api.protocols import Store, Stored
from pdfbatch_api.resource import StoreOptions
from pdfbatch_renderer.stores import open_store, store_retries
from tests.stores.fault_proxy import (
    CUT_AFTER,
    CUT_BEFORE,
    CUT_HALF,
    Fault,
    FaultProxy,
    Request,
    answer,
    delay,
    gets,
    puts,
)

INTERNAL = answer(500, "InternalError")
SLOW_DOWN = answer(503, "SlowDown")
PASSING = {"500": INTERNAL, "503": SLOW_DOWN, "cut before": CUT_BEFORE, "answer lost": CUT_AFTER}


@pytest.fixture
def troubled(proxy: FaultProxy, bucket: str) -> Store:
    """The bucket behind the proxy: a second a request, ten for all."""
    return open_store(f"s3://{bucket}/out", _options(proxy, retry_for="10s"))


@pytest.fixture
def healthy(bucket: str, s3_options: StoreOptions) -> Store:
    """The same place, past the proxy."""
    return open_store(f"s3://{bucket}/out", s3_options)


def _options(proxy: FaultProxy, *, retry_for: str) -> StoreOptions:
    return StoreOptions(endpoint=proxy.url, allow_http=True, timeout="1s", retry_for=retry_for)


@pytest.mark.parametrize("fault", PASSING.values(), ids=PASSING.keys())
@pytest.mark.parametrize("create_only", [False, True])
def test_a_write_survives_trouble(
    troubled: Store, healthy: Store, proxy: FaultProxy, fault: Fault, create_only: bool
) -> None:
    proxy.plan(fault, times=3, when=puts)

    stored = troubled.put("a", b"content", create_only=create_only)

    assert stored == Stored("a", 7, healthy.stat("a").etag)
    assert healthy.get("a") == b"content"
    # A write whose answer was lost is found done, not done again for ever.
    assert 2 <= proxy.count(puts) <= 4


def test_a_write_survives_a_server_that_is_slow_for_a_while(troubled: Store, proxy: FaultProxy) -> None:
    proxy.plan(delay(1.5), when=puts)

    assert troubled.put("a", b"content").size == 7


@pytest.mark.parametrize("fault", [INTERNAL, SLOW_DOWN, CUT_BEFORE, CUT_AFTER, CUT_HALF, delay(1.5)])
def test_a_read_survives_trouble(troubled: Store, healthy: Store, proxy: FaultProxy, fault: Fault) -> None:
    content = b"0123456789" * 100_000
    healthy.put("a", content)
    proxy.plan(fault, times=2, when=gets)

    assert troubled.get("a") == content


@pytest.mark.parametrize("fault", [INTERNAL, CUT_BEFORE, CUT_HALF])
def test_a_stream_survives_trouble_in_its_middle(
    troubled: Store, healthy: Store, proxy: FaultProxy, fault: Fault
) -> None:
    content = b"0123456789" * 1_000_000
    healthy.put("a", content)

    with troubled.stream("a") as stream:
        first = stream.read(100)
        proxy.plan(fault, times=2, when=gets)
        rest = stream.read()

    assert first + rest == content


def test_a_stream_of_an_object_that_was_replaced_says_so(healthy: Store) -> None:
    healthy.put("a", b"1" * 10_000_000)
    with healthy.stream("a") as stream:
        stream.read(100)
        healthy.put("a", b"2" * 10_000_000)

        with pytest.raises(StoreError, match="replaced while it was read"):
            stream.read()


@pytest.mark.parametrize("fault", [INTERNAL, CUT_BEFORE, CUT_HALF])
def test_a_listing_survives_trouble(troubled: Store, healthy: Store, proxy: FaultProxy, fault: Fault) -> None:
    for number in range(20):
        healthy.put(f"folder/{number:02d}", b"x")
    proxy.plan(fault, times=2, when=gets)

    assert [info.name for info in troubled.list("folder/")] == [f"folder/{number:02d}" for number in range(20)]


def test_a_delete_survives_trouble(troubled: Store, healthy: Store, proxy: FaultProxy) -> None:
    healthy.put("a", b"x")
    proxy.plan(SLOW_DOWN, times=2)
    proxy.plan(CUT_AFTER)

    troubled.delete("a")

    with pytest.raises(ObjectMissingError):
        healthy.stat("a")


@pytest.mark.parametrize("existing", ["Overwrite", "Keep", "Refuse"])
async def test_documents_survive_trouble_and_none_is_doubled_refused_or_kept(
    troubled: Store, healthy: Store, proxy: FaultProxy, existing: str
) -> None:
    # given a store that loses a third of all requests, in turn before and after it did what was asked
    def every_third(request: Request) -> bool:
        return puts(request) and zlib.crc32(request.path.encode()) % 3 == 0

    for fault in (CUT_AFTER, SLOW_DOWN, CUT_BEFORE, CUT_AFTER, INTERNAL):
        proxy.plan(fault, times=6, when=every_third)
    documents = {f"{number}.pdf": b"document %d" % number * 50 for number in range(60)}

    # when they are written
    writer = troubled.writer(existing=existing, attempt="a")
    for name, data in documents.items():
        await writer.stage(name, data)
    answers = await writer.commit()
    await writer.close()

    # then each is there once and counts as written
    etags = {info.name: info.etag for info in healthy.list()}
    assert answers == {name: Stored(name, len(data), etags[name]) for name, data in documents.items()}
    assert all(healthy.get(name) == data for name, data in documents.items())


def test_a_lost_answer_of_a_refused_write_is_still_refused(troubled: Store, healthy: Store, proxy: FaultProxy) -> None:
    healthy.put("a", b"somebody else's")
    proxy.plan(CUT_AFTER, times=2, when=puts)

    with pytest.raises(PreconditionError):
        troubled.put("a", b"ours", create_only=True)

    assert healthy.get("a") == b"somebody else's"


def test_a_conflict_with_a_write_that_then_fails_is_tried_again(troubled: Store, proxy: FaultProxy) -> None:
    # S3 answers 409 while another conditional write of the same name is under way.
    proxy.plan(answer(409, "ConditionalRequestConflict"), when=puts)

    assert troubled.put("a", b"ours", create_only=True).size == 4


def test_trouble_that_does_not_end_is_told_with_what_where_how_often_and_what_to_do(
    bucket: str, proxy: FaultProxy
) -> None:
    store = open_store(f"s3://{bucket}/out", _options(proxy, retry_for="2s"))
    proxy.plan(SLOW_DOWN, times=1000)
    start = time.monotonic()

    with pytest.raises(StoreError) as caught:
        store.put("2026/a.pdf", b"x")

    text = str(caught.value)
    assert type(caught.value) is StoreError
    assert f"s3://{bucket}/out/" in text
    assert "2026/a.pdf" in text
    assert "cannot be written: the store answered 503 SlowDown, tried " in text
    assert int(text.partition("tried ")[2].split()[0]) == proxy.count(puts)
    assert caught.value.hint
    assert 1.5 < time.monotonic() - start < 8


async def test_a_writer_whose_store_stays_down_fails_and_can_go_on_when_it_is_back(
    bucket: str, proxy: FaultProxy, healthy: Store
) -> None:
    store = open_store(f"s3://{bucket}/out", _options(proxy, retry_for="1s"))
    writer = store.writer(existing="Overwrite", attempt="a")
    proxy.plan(CUT_BEFORE, times=10_000)

    with pytest.raises(StoreError, match="connection was cut, tried"):
        for number in range(40):
            await writer.stage(f"{number}.pdf", b"x")
        await writer.commit()
    # What failed in stage() is said once more by commit(), which ends the batch that cannot be relied upon.
    with suppress(StoreError):
        await writer.commit()

    proxy.recover()
    await writer.stage("after.pdf", b"x")
    answers = await writer.commit()
    await writer.close()
    assert list(answers) == ["after.pdf"]
    assert healthy.get("after.pdf") == b"x"


REFUSALS = {
    "NoSuchBucket": (404, "no such bucket", "create the bucket"),
    "AccessDenied": (403, "permission denied", "s3:PutObject"),
    "InvalidAccessKeyId": (403, "does not know this access key", "Secret"),
    "SignatureDoesNotMatch": (403, "secret key does not belong", "Secret"),
    "ExpiredToken": (400, "credentials have expired", "Renew"),
    "RequestTimeTooSkewed": (403, "clock is wrong", "Set the clock"),
    "PermanentRedirect": (301, "in another region", "store.region"),
    "AuthorizationHeaderMalformed": (400, "in another region", "store.region"),
    "SomethingNew": (400, "400 SomethingNew made up by the fault proxy", "store.endpoint"),
}


@pytest.mark.parametrize("code", REFUSALS)
def test_what_will_never_work_is_said_at_once_and_not_retried(troubled: Store, proxy: FaultProxy, code: str) -> None:
    status, what, hint = REFUSALS[code]
    proxy.plan(answer(status, code), times=1000)

    with pytest.raises(StoreRefusedError, match=what) as caught:
        troubled.put("a", b"x")

    assert hint in str(caught.value.hint)
    assert len(proxy.requests) == 1


async def test_a_writer_stops_at_once_when_it_has_no_permission(troubled: Store, proxy: FaultProxy) -> None:
    proxy.plan(answer(403, "AccessDenied"), times=1000)
    writer = troubled.writer(existing="Overwrite", attempt="a")

    with pytest.raises(StoreRefusedError, match="permission denied"):
        for number in range(100):
            await writer.stage(f"{number}.pdf", b"x")
        await writer.commit()
    await writer.close()

    assert len(proxy.requests) <= 32


def test_a_full_store_is_told_as_full(troubled: Store, proxy: FaultProxy, bucket: str) -> None:
    proxy.plan(answer(507, "XMinioStorageFull"), times=1000)
    store = open_store(f"s3://{bucket}/out", _options(proxy, retry_for="1s"))

    with pytest.raises(StoreFullError, match=r"store is full, tried .*goes on where it stopped"):
        store.put("a", b"x")


def test_a_bucket_that_is_not_there_is_found_by_the_probe(s3_options: StoreOptions) -> None:
    with pytest.raises(StoreRefusedError, match=r"no such bucket.*create the bucket"):
        open_store("s3://no-such-bucket/out", s3_options).probe()


def test_a_store_that_ignores_conditional_writes_is_found_by_the_probe(troubled: Store, proxy: FaultProxy) -> None:
    # given a server that says it wrote, whatever the condition was
    proxy.plan(answer(200, "Fine"), times=2, when=lambda request: puts(request) and proxy.count(puts) == 2)

    with pytest.raises(StoreRefusedError, match="If-None-Match"):
        troubled.probe()


def test_no_error_shows_a_credential_or_the_servers_raw_text(bucket: str, proxy: FaultProxy) -> None:
    troubled = open_store(f"s3://{bucket}/out", _options(proxy, retry_for="1s"))
    # given a server that repeats what it was sent, as S3 does when a signature is wrong
    secret = "sample-secret-key sample-access-key"
    for status, code in ((403, "SignatureDoesNotMatch"), (500, "InternalError")):
        proxy.plan(answer(status, code, f"StringToSign {secret}"), times=1000)
        with pytest.raises(StoreError) as caught:
            troubled.get("a") if status == 403 else troubled.stat("a")
        error: BaseException | None = caught.value
        proxy.recover()

        assert error is not None
        assert error.__cause__ is None
        assert error.__suppress_context__
        assert "sample-" not in str(error)


def test_the_manifests_endpoint_is_used_whatever_the_environment_says(
    bucket: str, s3_options: StoreOptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "https://127.0.0.1:1")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "https://127.0.0.1:1")

    assert open_store(f"s3://{bucket}/elsewhere", s3_options).put("a", b"x").size == 1


@pytest.mark.parametrize("existing", ["Overwrite", "Keep"])
async def test_each_time_that_a_document_is_throttled_is_counted(
    troubled: Store, proxy: FaultProxy, existing: str
) -> None:
    """No client hides it by trying again on its own: that a store throttles is what people scale down for."""
    before = store_retries.so_far().get("throttled", 0)
    proxy.plan(SLOW_DOWN, times=7, when=puts)

    writer = troubled.writer(existing=existing, attempt="a")
    for number in range(20):
        await writer.stage(f"{number}.pdf", b"document %d" % number)
    answers = await writer.commit()
    await writer.close()

    assert all(isinstance(answer, Stored) for answer in answers.values())
    assert proxy.count(puts) == 27
    assert store_retries.so_far()["throttled"] - before == 7


async def test_a_document_that_is_refused_for_a_moment_is_written(
    troubled: Store, healthy: Store, proxy: FaultProxy
) -> None:
    """Credentials that are being renewed, say: nobody begins a shard anew for that."""
    proxy.plan(answer(403, "AccessDenied"), when=puts)

    writer = troubled.writer(existing="Overwrite", attempt="a")
    await writer.stage("a.pdf", b"document")
    await writer.commit()
    await writer.close()

    assert healthy.get("a.pdf") == b"document"


async def test_a_document_that_is_refused_is_refused_at_once(troubled: Store, proxy: FaultProxy) -> None:
    proxy.plan(answer(403, "AccessDenied"), times=100, when=puts)

    writer = troubled.writer(existing="Overwrite", attempt="a")
    since = time.monotonic()
    await writer.stage("a.pdf", b"document")
    with pytest.raises(StoreRefusedError):
        await writer.commit()
    await writer.close()

    assert time.monotonic() - since < 2
    assert proxy.count(puts) == 2
