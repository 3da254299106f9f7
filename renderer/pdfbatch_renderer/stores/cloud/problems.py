"""What an object store or its client says went wrong, sorted by what can be done about it.

The client (obstore) gives most errors as one class with a long text: status, the server's XML or JSON, and its own
internals. That text may repeat parts of a signed request, so only known pieces of it are ever passed on.
"""

import re
from dataclasses import dataclass, replace
from enum import Enum, auto
from typing import Final

from obstore.exceptions import (
    AlreadyExistsError,
    InvalidPathError,
    NotSupportedError,
    PermissionDeniedError,
    UnauthenticatedError,
)
from obstore.exceptions import PreconditionError as ClientPreconditionError

from pdfbatch_renderer.stores.retries import Reason


class Kind(Enum):
    """What can be done about a problem."""

    PASSING = auto()  # try again
    FULL = auto()  # try again; somebody may make room
    REFUSED = auto()  # somebody must change something
    MISSING = auto()
    CHANGED = auto()  # a condition of the request did not hold
    NAME = auto()  # this name alone is at fault


@dataclass(frozen=True, slots=True)
class Problem:
    """A problem in words.

    Attributes:
        cause: what happened, without a full stop.
        hint: what to do, or empty.
        tries: how often the client had tried by itself.
        reason: of a problem that is tried again: under what it is counted.
    """

    kind: Kind
    cause: str
    hint: str = ""
    tries: int = 1
    reason: Reason = "server_error"


_STATUS: Final = re.compile(r"status code: (\d{3})")
_CODE: Final = re.compile(r"<Code>([A-Za-z0-9._-]{1,80})</Code>|\"(?:code|reason)\": ?\"([A-Za-z0-9._-]{1,80})\"")
_MESSAGE: Final = re.compile(r"<Message>([^<]{1,200})")
_RETRIES: Final = re.compile(r"after (\d+) retries")

_NO_BUCKET: Final = frozenset({"NoSuchBucket", "ContainerNotFound", "ContainerBeingDeleted", "InvalidBucketName"})
_FULL: Final = frozenset(
    {"QuotaExceeded", "XMinioStorageFull", "XMinioAdminBucketQuotaExceeded", "InsufficientStorage"}
)
_OTHER_REGION: Final = frozenset(
    {"PermanentRedirect", "AuthorizationHeaderMalformed", "IllegalLocationConstraintException", "TemporaryRedirect"}
)
_OF_ONE_NAME: Final = frozenset(
    {
        "KeyTooLongError",
        "XMinioInvalidObjectName",
        "InvalidObjectName",
        "InvalidURI",
        "EntityTooLarge",
        "InvalidResourceName",
    }
)
_PASSING: Final = frozenset(
    {
        "SlowDown",
        "RequestTimeout",
        "OperationAborted",
        "InternalError",
        "ServiceUnavailable",
        "Throttling",
        "ServerBusy",
    }
)
# S3 and MinIO (SlowDown, SlowDownWrite …), Azure, GCS and their imitations.
_THROTTLED: Final = re.compile(
    r"SlowDown|Throttl|ServerBusy|TooManyRequests|RequestLimitExceeded|(user)?[rR]ateLimitExceeded"
)
_BUCKET_HINT: Final = "Check the bucket's name in the URI, the region and the endpoint, or create the bucket"
_CREDENTIALS_HINT: Final = (
    "Set the provider's environment variables (AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, "
    "GOOGLE_APPLICATION_CREDENTIALS, AZURE_STORAGE_ACCOUNT_NAME and AZURE_STORAGE_ACCOUNT_KEY) or, in a cluster, "
    "output.credentialsSecretRef; profiles in ~/.aws are not read: "
    'eval "$(aws configure export-credentials --format env)" exports them'
)
_CREDENTIALS: Final = {
    "InvalidAccessKeyId": "the store does not know this access key",
    "SignatureDoesNotMatch": "the secret key does not belong to the access key",
    "ExpiredToken": "the credentials have expired",
    "TokenRefreshRequired": "the credentials have expired",
    "InvalidToken": "the session token is not valid",
    "AuthenticationFailed": "the store does not accept these credentials",
}


def problem(error: Exception, timeout: str) -> Problem:
    """What an exception of the client means.

    Args:
        error: of obstore, or a builtin that it raises.
        timeout: how long a request may take, for the text.
    """
    text = str(error)
    head = text.partition("\n\nDebug source")[0]
    retries = _RETRIES.search(head)
    tries = int(retries[1]) + 1 if retries else 1
    found = _by_class(error, head) or _by_text(head, text, timeout)
    return replace(found, tries=tries)


def _by_class(error: Exception, head: str) -> Problem | None:
    if isinstance(error, ValueError):
        return Problem(Kind.NAME, "an object cannot have this name", "Leave out control characters, //, . and .. parts")
    if isinstance(error, AlreadyExistsError | ClientPreconditionError):
        return Problem(Kind.CHANGED, "an object is already there, or it changed meanwhile")
    if isinstance(error, InvalidPathError):
        hint = "Move objects whose names hold // or control characters out of this prefix"
        return Problem(Kind.REFUSED, "the store lists an object whose name cannot be used", hint)
    if isinstance(error, NotSupportedError):
        return Problem(Kind.REFUSED, "this store cannot do that", "Use another store")
    if isinstance(error, FileNotFoundError) and _code(head) not in _NO_BUCKET:
        return Problem(Kind.MISSING, "there is no such object", "Check the spelling of the URI")
    if isinstance(error, PermissionDeniedError | UnauthenticatedError):
        return _permission(head)
    return None


def _by_text(head: str, text: str, timeout: str) -> Problem:
    status_found = _STATUS.search(head)
    status = int(status_found[1]) if status_found else 0
    code = _code(head)
    if re.search(r"169\.254\.|metadata\.google|/metadata/|/latest/", head):
        return Problem(Kind.REFUSED, "there are no credentials for this store", _CREDENTIALS_HINT)
    if code in _NO_BUCKET:
        return Problem(Kind.REFUSED, "there is no such bucket", _BUCKET_HINT)
    if code in _OTHER_REGION or status in (301, 307) or "BareRedirect" in text:
        return Problem(Kind.REFUSED, "the bucket is in another region", "Set store.region to the bucket's region")
    if code in _FULL or status == 507:
        hint = "Make room and run the batch again: it goes on where it stopped"
        return Problem(Kind.FULL, "the store is full", hint, reason="full")
    if code in _OF_ONE_NAME:
        return Problem(Kind.NAME, f"the store does not take this object ({code})", "Shorten output.name")
    if code in _CREDENTIALS or code == "RequestTimeTooSkewed" or status in (401, 403):
        return _permission(head)
    if code in _PASSING or status in (408, 429) or (status >= 500 and status != 501):
        said = f"{status} {code}".strip()
        hint = "The store is busy or in trouble: run the batch again"
        return Problem(Kind.PASSING, f"the store answered {said}", hint, reason=_reason(status, code))
    if status:
        message = _MESSAGE.search(head)
        said = " ".join(str(part) for part in (status, code, message[1] if message else "") if part)
        return Problem(Kind.REFUSED, f"the store answered {said}", "Check the URI and store.endpoint")
    return _by_transport(text, timeout)


def _reason(status: int, code: str) -> Reason:
    """Of an answer that is tried again. Stores say it when they throttle: a 503 without a word is trouble."""
    if status == 429 or _THROTTLED.match(code):
        return "throttled"
    return "timeout" if status == 408 or code == "RequestTimeout" else "server_error"


def _permission(head: str) -> Problem:
    code = _code(head)
    if code == "RequestTimeTooSkewed":
        return Problem(Kind.REFUSED, "this machine's clock is wrong", "Set the clock")
    if code in _CREDENTIALS:
        return Problem(Kind.REFUSED, _CREDENTIALS[code], "Renew the credentials in the environment or the Secret")
    hint = (
        "Give these credentials the right to list the bucket and to get, put and delete objects there "
        "(s3:ListBucket, s3:GetObject, s3:PutObject, s3:DeleteObject, s3:AbortMultipartUpload)"
    )
    return Problem(Kind.REFUSED, "permission denied", hint)


def _by_transport(text: str, timeout: str) -> Problem:
    if "BadScheme" in text:
        return Problem(Kind.REFUSED, "the endpoint has no TLS", "Use https://, or set store.allowHttp: true")
    if re.search(r"certificate|UnknownIssuer|InvalidCertificate", text):
        return Problem(
            Kind.REFUSED,
            "the server's certificate is not trusted",
            "Add its authority to the system's (SSL_CERT_FILE), or correct store.endpoint",
        )
    if "dns error" in text:
        hint = (
            "Check store.endpoint and region; a server without a host name for each bucket needs store.pathStyle: true"
        )
        return Problem(Kind.PASSING, "the server's host name cannot be found", hint, reason="connection")
    if "tcp connect error" in text or "kind: Connect" in text:
        hint = "Check store.endpoint and the network"
        return Problem(Kind.PASSING, "the server cannot be connected to", hint, reason="connection")
    if "kind: Timeout" in text or "TimedOut" in text or "operation timed out" in text:
        hint = "Raise store.timeout, or check the network"
        return Problem(Kind.PASSING, f"the server did not answer within {timeout}", hint, reason="timeout")
    hint = "Check the network, and run the batch again"
    return Problem(Kind.PASSING, "the connection was cut", hint, reason="connection")


def _code(head: str) -> str:
    found = _CODE.search(head)
    return (found[1] or found[2]) if found else ""
