"""What the client's texts mean. They are as obstore 0.12 gives them; the fault tests see the real ones."""

from typing import get_args

import pytest
from obstore.exceptions import GenericError, InvalidPathError, PermissionDeniedError

from pdfbatch_api.metrics.labels import REASON
from pdfbatch_api.metrics.renderer import STORE_RETRIES
from pdfbatch_renderer.stores.cloud.problems import Kind, problem
from pdfbatch_renderer.stores.retries import Reason

HTTP = "Generic S3 error: Error performing PUT https://host/bucket/a in 1s - Server returned non-2xx status code: "


def _transport(inner: str) -> GenericError:
    return GenericError(f"Generic S3 error: Error performing PUT https://host/b/a in 1s\n\nDebug source:\n{inner}")


@pytest.mark.parametrize(
    ("error", "kind", "cause"),
    [
        (GenericError(HTTP + "503 Busy: <Code>SlowDown</Code>"), Kind.PASSING, "the store answered 503 SlowDown"),
        (GenericError(HTTP + "500 Error: "), Kind.PASSING, "the store answered 500"),
        (GenericError(HTTP + "429 Many: "), Kind.PASSING, "the store answered 429"),
        (
            GenericError(HTTP + "400 Bad: <Code>RequestTimeout</Code>"),
            Kind.PASSING,
            "the store answered 400 RequestTimeout",
        ),
        (
            GenericError(HTTP + "501 No: <Code>NotImplemented</Code>"),
            Kind.REFUSED,
            "the store answered 501 NotImplemented",
        ),
        (
            GenericError(HTTP + "400 Bad: <Code>KeyTooLongError</Code>"),
            Kind.NAME,
            "the store does not take this object (KeyTooLongError)",
        ),
        (GenericError(HTTP + "507 Full: "), Kind.FULL, "the store is full"),
        (PermissionDeniedError(HTTP + "403 Forbidden: "), Kind.REFUSED, "permission denied"),
        (FileNotFoundError("Object at location a not found"), Kind.MISSING, "there is no such object"),
        (FileNotFoundError(HTTP + "404 No: <Code>NoSuchBucket</Code>"), Kind.REFUSED, "there is no such bucket"),
        (FileNotFoundError(HTTP + '404 No: {"code": "ContainerNotFound"}'), Kind.REFUSED, "there is no such bucket"),
        (InvalidPathError("a//b"), Kind.REFUSED, "the store lists an object whose name cannot be used"),
        (ValueError("a\nb"), Kind.NAME, "an object cannot have this name"),
        (_transport("kind: Timeout"), Kind.PASSING, "the server did not answer within 30s"),
        (_transport('"dns error"'), Kind.PASSING, "the server's host name cannot be found"),
        (_transport('"tcp connect error"'), Kind.PASSING, "the server cannot be connected to"),
        (
            _transport("invalid peer certificate: UnknownIssuer"),
            Kind.REFUSED,
            "the server's certificate is not trusted",
        ),
        (_transport("IncompleteMessage"), Kind.PASSING, "the connection was cut"),
        (
            GenericError("Error performing PUT http://169.254.169.254/latest/api/token in 1ms - HTTP error: timed out"),
            Kind.REFUSED,
            "there are no credentials for this store",
        ),
    ],
)
def test_each_text_is_sorted_by_what_can_be_done(error: Exception, kind: Kind, cause: str) -> None:
    found = problem(error, "30s")

    assert (found.kind, found.cause) == (kind, cause)
    assert found.hint


def test_the_clients_own_tries_are_counted() -> None:
    text = "Error performing PUT https://host/b/a in 2s, after 5 retries, max_retries: 5 - HTTP error: sending"

    assert problem(GenericError(text), "30s").tries == 6


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (GenericError(HTTP + "503 Busy: <Code>SlowDown</Code>"), "throttled"),
        (GenericError(HTTP + "503 Busy: <Code>SlowDownWrite</Code>"), "throttled"),
        (GenericError(HTTP + "429 Many: "), "throttled"),
        (GenericError(HTTP + '503 Busy: {"code": "ServerBusy"}'), "throttled"),
        (GenericError(HTTP + '429 Many: {"reason": "rateLimitExceeded"}'), "throttled"),
        (GenericError(HTTP + "503 Unavailable: "), "server_error"),
        (GenericError(HTTP + "500 Error: <Code>InternalError</Code>"), "server_error"),
        (GenericError(HTTP + "400 Bad: <Code>RequestTimeout</Code>"), "timeout"),
        (GenericError(HTTP + "408 Timeout: "), "timeout"),
        (GenericError(HTTP + "507 Full: "), "full"),
        (_transport("kind: Timeout"), "timeout"),
        (_transport('"dns error"'), "connection"),
        (_transport('"tcp connect error"'), "connection"),
        (_transport("IncompleteMessage"), "connection"),
    ],
)
def test_what_is_tried_again_is_counted_under_why(error: Exception, reason: str) -> None:
    found = problem(error, "30s")

    assert found.kind in (Kind.PASSING, Kind.FULL)
    assert found.reason == reason


def test_the_reasons_are_those_of_the_metric() -> None:
    assert set(get_args(Reason)) == set(STORE_RETRIES.values_of(REASON))
