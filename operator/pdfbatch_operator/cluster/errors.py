"""What the API answers when it does not do as it is asked, by what is to be done about it."""

from enum import StrEnum
from typing import Final

import msgspec


class Kind(StrEnum):
    """What went wrong."""

    CONFLICT = "Conflict"  # the object has changed since it was read: look again
    ALREADY_EXISTS = "AlreadyExists"
    NOT_FOUND = "NotFound"
    FORBIDDEN = "Forbidden"  # RBAC or an admission plugin: a person must act
    TERMINATING = "NamespaceTerminating"  # the batch will be gone with its namespace
    QUOTA = "QuotaExceeded"  # a ResourceQuota: passes when something else is deleted
    INVALID = "Invalid"  # the API does not take such an object
    TOO_LARGE = "TooLarge"
    GONE = "Gone"  # a resourceVersion that is too old: list again
    THROTTLED = "Throttled"
    UNAUTHORIZED = "Unauthorized"
    SERVER = "ServerError"
    UNREACHABLE = "Unreachable"
    NOT_LEADER = "NotLeader"  # not asked at all: another replica may lead by now


# Asked again unchanged, they say the same until a person has done something.
PERSISTENT: Final = frozenset({Kind.FORBIDDEN, Kind.QUOTA, Kind.INVALID, Kind.TOO_LARGE, Kind.UNAUTHORIZED})

_BY_STATUS: Final = {
    400: Kind.INVALID,
    401: Kind.UNAUTHORIZED,
    403: Kind.FORBIDDEN,
    404: Kind.NOT_FOUND,
    409: Kind.CONFLICT,
    410: Kind.GONE,
    413: Kind.TOO_LARGE,
    422: Kind.INVALID,
    429: Kind.THROTTLED,
}


class ApiError(Exception):
    """A request that was not carried out.

    Args:
        what: the request in words: "create jobs in namespace x".
        message: the API's own words, or the connection's.
        code: HTTP status; 0 when there was no answer.
        retry_after: seconds that the server asks for, when it does.
    """

    def __init__(self, kind: Kind, what: str, message: str, *, code: int = 0, retry_after: float | None = None) -> None:
        super().__init__(f"{what}: {message}")
        self.kind = kind
        self.what = what
        self.message = message
        self.code = code
        self.retry_after = retry_after


class _Status(msgspec.Struct):
    message: str = ""
    reason: str = ""
    code: int = 0


def error_of(code: int, body: bytes, what: str, retry_after: str | None = None) -> ApiError:
    """The error in an answer that is none of success.

    Args:
        body: a Status of Kubernetes, or whatever a proxy between has said.
        retry_after: the header of that name.
    """
    try:
        status = msgspec.json.decode(body, type=_Status)
    except msgspec.DecodeError:
        status = _Status(message=body[:200].decode(errors="replace"))
    kind = _BY_STATUS.get(code, Kind.SERVER)
    if status.reason in ("AlreadyExists", "Expired"):
        kind = Kind.ALREADY_EXISTS if status.reason == "AlreadyExists" else Kind.GONE
    elif kind is Kind.FORBIDDEN and "exceeded quota" in status.message:
        kind = Kind.QUOTA
    elif kind is Kind.FORBIDDEN and "because it is being terminated" in status.message:
        kind = Kind.TERMINATING
    elif "request is too large" in status.message:  # etcd's limit comes back as a 500
        kind = Kind.TOO_LARGE
    seconds = float(retry_after) if retry_after is not None and retry_after.isdigit() else None
    return ApiError(kind, what, status.message or f"HTTP {code}", code=code, retry_after=seconds)
