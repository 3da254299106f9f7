"""A number from Prometheus, or why there is none: whatever the server does, the operator has an answer, and in time."""

import asyncio
import datetime as dt
import ipaddress
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from pdfbatch_operator.prometheus import queries
from pdfbatch_operator.prometheus.client import PrometheusClient
from pdfbatch_operator.prometheus.source import Source
from pdfbatch_operator.scaling import Problem, Reading
from tests.unit.operator_io.a_prometheus import APrometheus, a_prometheus, vector

NOW = 1_795_000_000.0


@asynccontextmanager
async def a_client(
    prometheus: APrometheus, *, scheme: str = "http", path: str = "", seconds: float = 5.0, **source: Any
) -> AsyncIterator[PrometheusClient]:
    url = f"{scheme}://127.0.0.1:{prometheus.port}{path}"
    client = PrometheusClient(Source(url, seconds=seconds, **source), now=lambda: NOW)
    try:
        yield client
    finally:
        await client.close()


async def told(answer: dict[str, Any] | bytes, code: int = 200, **options: Any) -> Reading | Problem:
    """What comes of an answer."""
    async with a_prometheus(answer=answer, code=code, **options) as prometheus, a_client(prometheus) as client:
        return await client.ask("up")


async def test_a_number_is_a_number_of_its_moment() -> None:
    assert await told(vector("36.5", at=NOW - 2)) == Reading(36.5, NOW - 2)
    assert await told(vector("1e+06", at=NOW)) == Reading(1e6, NOW)
    assert await told(vector("-0.25", at=NOW)) == Reading(-0.25, NOW)


async def test_a_scalar_is_one_too() -> None:
    answer = {"status": "success", "data": {"resultType": "scalar", "result": [NOW, "7"]}}

    assert await told(answer) == Reading(7.0, NOW)


def matrix() -> dict[str, Any]:
    return {"status": "success", "data": {"resultType": "matrix", "result": [{"metric": {}, "values": [[NOW, "1"]]}]}}


def histogram() -> dict[str, Any]:
    result = [{"metric": {}, "histogram": [NOW, {"count": "1", "sum": "1", "buckets": []}]}]
    return {"status": "success", "data": {"resultType": "vector", "result": result}}


def mistake(kind: str, error: str) -> dict[str, Any]:
    return {"status": "error", "errorType": kind, "error": error}


@pytest.mark.parametrize(
    ("answer", "code", "reason", "says"),
    [
        (vector(at=NOW), 200, "empty", "no series"),
        (vector("1", "2", at=NOW), 200, "several", "sum(…)"),
        (vector("NaN", at=NOW), 200, "invalid", "NaN"),
        (vector("+Inf", at=NOW), 200, "invalid", "+Inf"),
        (vector("1_000", at=NOW), 200, "invalid", "no number"),
        (vector("twelve", at=NOW), 200, "invalid", "no number"),
        (vector("1", at=NOW - 61), 200, "stale", "61s away"),
        (vector("1", at=NOW + 3600), 200, "stale", "3600s away"),
        (matrix(), 200, "invalid", "no instant vector"),
        (histogram(), 200, "invalid", "histogram"),
        ({"status": "success", "data": {"resultType": "vector", "result": [{"value": [NOW]}]}}, 200, "invalid", ""),
        ({"status": "success", "data": {"resultType": "vector", "result": {"a": 1}}}, 200, "invalid", ""),
        ({"status": "success"}, 200, "invalid", ""),
        ({}, 200, "invalid", "check the address"),
        (b"<html>It works!</html>", 200, "invalid", "check the address"),
        (b"\xff\xfe", 200, "invalid", "check the address"),
        (b"", 200, "invalid", "check the address"),
        (b"x" * 300_000, 200, "several", "far more than a number"),
        (mistake("bad_data", 'invalid parameter "query": 1:4: parse error'), 400, "invalid", "1:4: parse error"),
        (mistake("execution", "duplicate series {secret='x'}"), 422, "invalid", "cannot carry the query out"),
        (mistake("timeout", "query timed out in expression evaluation"), 503, "timeout", "too expensive"),
        (mistake("internal", "disk {secret='x'} is full"), 500, "refused", "error of its own"),
        (b"no", 500, "refused", "500"),
        (b"no", 401, "refused", "token"),
        (b"no", 403, "refused", "may not"),
        (b"404 page not found", 404, "refused", "prefix"),
    ],
)
async def test_what_is_no_such_number_is_told_as_what_it_is(
    answer: dict[str, Any] | bytes, code: int, reason: str, says: str
) -> None:
    found = await told(answer, code)

    assert isinstance(found, Problem)
    assert (found.reason, found.at) == (reason, NOW)
    assert says in found.message
    # nothing of the answer but that: whoever wrote the query may see no series by it
    assert "secret" not in found.message and "label" not in found.message


async def test_a_redirect_is_not_followed_for_the_token_is_not_for_others() -> None:
    async with a_prometheus(answer=vector("1", at=NOW)) as elsewhere:
        to = {"Location": f"http://127.0.0.1:{elsewhere.port}/api/v1/query"}
        found = await told(b"", 302, headers=to)

    assert isinstance(found, Problem) and found.reason == "refused"
    assert not elsewhere.asked


async def test_one_that_is_slow_is_not_waited_for() -> None:
    async with a_prometheus(answer=vector("1", at=NOW), after=5) as prometheus:
        client = a_client(prometheus, seconds=0.2)
        async with client as asked, asyncio.timeout(2):
            found = await asked.ask("up")

    assert isinstance(found, Problem) and found.reason == "timeout"
    assert "within 0.2s" in found.message


async def test_one_that_is_not_there_is_unreachable() -> None:
    async with a_prometheus() as prometheus:
        pass
    async with a_client(prometheus) as client:
        found = await client.ask("up")

    assert isinstance(found, Problem) and found.reason == "unreachable"
    assert str(prometheus.port) in found.message


async def test_the_query_is_sent_whole_with_the_time_it_may_take_below_the_addresss_path() -> None:
    query = 'sum(rate(x{a="b&c=d"}[1m])) + 1'
    there = a_prometheus(answer=vector("1", at=NOW))
    async with there as prometheus, a_client(prometheus, path="/select/0/prometheus") as client:
        await client.ask(query)

    ((path, headers, form),) = prometheus.asked
    assert path == "/select/0/prometheus/api/v1/query"
    assert form == {"query": query, "timeout": "5s"}
    assert "authorization" not in headers


async def test_a_token_is_read_before_each_query_for_it_rotates(tmp_path: Path) -> None:
    file = tmp_path / "token"
    there = a_prometheus(answer=vector("1", at=NOW))
    async with there as prometheus, a_client(prometheus, token_file=file) as client:
        for token in ("first\n", "second"):
            file.write_text(token)
            assert isinstance(await client.ask("up"), Reading)
        file.write_text("\n")
        empty = await client.ask("up")
        file.write_text("two\nlines")
        broken = await client.ask("up")
        file.unlink()
        missing = await client.ask("up")

    assert [headers["authorization"] for _, headers, _ in prometheus.asked] == ["Bearer first", "Bearer second"]
    assert isinstance(empty, Problem) and empty.reason == "refused" and str(file) in empty.message
    assert isinstance(broken, Problem) and "lines" not in broken.message
    assert isinstance(missing, Problem)


def a_certificate(folder: Path) -> ssl.SSLContext:
    """A server's own, signed by itself: folder/ca.crt."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "prometheus")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    folder.mkdir()
    (folder / "ca.crt").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / "tls.key").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "ca.crt", folder / "tls.key")
    return context


async def test_https_is_trusted_by_the_authority_that_is_given_and_by_no_other(tmp_path: Path) -> None:
    context = a_certificate(tmp_path / "right")
    a_certificate(tmp_path / "wrong")
    file = tmp_path / "ca.crt"
    async with a_prometheus(context, answer=vector("1", at=NOW)) as prometheus:
        async with a_client(prometheus, scheme="https") as client:
            stranger = await client.ask("up")
        async with a_client(prometheus, scheme="https", ca_file=file) as client:
            missing = await client.ask("up")
            file.write_bytes((tmp_path / "right/ca.crt").read_bytes())
            right = await client.ask("up")
        file.write_bytes((tmp_path / "wrong/ca.crt").read_bytes())
        async with a_client(prometheus, scheme="https", ca_file=file) as client:
            wrong = await client.ask("up")

    assert right == Reading(1.0, NOW)
    for found in (stranger, wrong):
        assert isinstance(found, Problem) and found.reason == "unreachable"
        assert "not trusted" in found.message
    assert isinstance(missing, Problem) and str(file) in missing.message


async def test_each_query_is_timed() -> None:
    times: list[float] = []
    async with a_prometheus(answer=vector("1", at=NOW), after=0.05) as prometheus:
        client = PrometheusClient(Source(f"http://127.0.0.1:{prometheus.port}"), now=lambda: NOW, observed=times.append)
        await client.ask("up")
        await client.close()

    assert len(times) == 1 and 0.05 <= times[0] < 2


def test_names_cannot_break_out_of_the_query() -> None:
    query = queries.throughput("billing", 'x"} or vector(1e9) #\\\n')

    assert query == (
        'sum(rate(pdfbatch_renderer_documents_total{namespace="billing",batch="x\\"} or vector(1e9) #\\\\\\n"}[1m]))'
    )
