"""What the API server answers when it does not do as it is asked, in words for the person who asked."""

import re
from dataclasses import dataclass
from enum import Enum
from typing import Final

import msgspec

from pdfbatch_api.errors import PdfbatchError
from pdfbatch_api.exit_codes import ExitCode
from pdfbatch_kubectl.cluster.resources import PDFBATCHES, POD_METRICS, Resource


class Cause(Enum):
    """What a command may go on without, or say more about."""

    UNREACHABLE = "unreachable"
    UNAUTHORIZED = "unauthorized"
    FORBIDDEN = "forbidden"
    NOT_SERVED = "not served"  # the API server does not know such a resource
    NOT_FOUND = "not found"
    EXISTS = "exists"
    NOT_READY = "not ready"  # logs of a container that has not begun
    REFUSED = "refused"  # such an object is not taken
    SERVER = "server"


class ClusterError(PdfbatchError):
    """A request that was not carried out."""

    exit_code = ExitCode.UNAVAILABLE

    def __init__(self, cause: Cause, what: str, *, hint: str | None = None) -> None:
        super().__init__(what, hint=hint)
        self.cause = cause


@dataclass(frozen=True, slots=True)
class Asked:
    """A request, as RBAC sees it.

    Attributes:
        server: the API server's address, and `context` the kubeconfig's context that names it.
    """

    verb: str
    resource: Resource
    namespace: str | None
    name: str | None
    subresource: str | None
    server: str
    context: str

    @property
    def place(self) -> str:
        """Where."""
        return f"in namespace {self.namespace}" if self.namespace else "in all namespaces"


class _Details(msgspec.Struct):
    name: str = ""


class _Status(msgspec.Struct):
    message: str = ""
    reason: str = ""
    details: _Details | None = None


_USER: Final = re.compile(r'User "([^"]+)"')
_INSTALL: Final = "Install it: helm install pdfbatch charts/pdfbatch (docs/kubernetes.md, Install)."


def refusal(code: int, body: bytes, asked: Asked) -> ClusterError:
    """The error in an answer that is none of success.

    Args:
        code: HTTP status.
        body: a Status of Kubernetes, or whatever a proxy between has said.
    """
    try:
        status = msgspec.json.decode(body, type=_Status)
    except msgspec.MsgspecError:
        status = _Status(message=" ".join(body[:200].decode(errors="replace").split()))
    named = asked.resource.named(asked.subresource)
    said = status.message or f"HTTP {code}"
    match code:
        case 401:
            return ClusterError(
                Cause.UNAUTHORIZED,
                f"the cluster does not take the credentials of context {asked.context}",
                hint="They may have run out: log in again as for kubectl. `kubectl auth whoami` says who you are.",
            )
        case 403:
            return _forbidden(said, named, asked)
        case 404 if status.details is None or not status.details.name:
            return _not_served(named, asked)
        case 404:
            return ClusterError(Cause.NOT_FOUND, f"there is no {asked.name} among {named} {asked.place}")
        case 409 if status.reason == "AlreadyExists":
            return ClusterError(Cause.EXISTS, f"{asked.name} is there already {asked.place}")
        case 400 if asked.subresource == "log":
            return ClusterError(Cause.NOT_READY, said)
        case 400 | 409 | 413 | 422:
            return ClusterError(Cause.REFUSED, f"the cluster refuses it: {said}")
        case _:
            return ClusterError(
                Cause.SERVER,
                f"the API server at {asked.server} fails: {said}",
                hint="Try again in a moment; if it stays, ask whoever runs the cluster.",
            )


def _forbidden(said: str, named: str, asked: Asked) -> ClusterError:
    if "cannot" not in said:  # not RBAC: a quota, an admission plugin, a namespace that is being deleted
        return ClusterError(Cause.REFUSED, f"the cluster refuses it: {said}")
    user = _USER.search(said)
    who = f"{user[1]} may not" if user else "you may not"
    looks = asked.verb in ("get", "list", "watch")
    role = f"the role {'view' if looks else 'edit'} there includes it"
    if asked.resource is POD_METRICS:
        role += ", where the metrics server's installation adds its own to it"
    where = f"-n {asked.namespace}" if asked.namespace else "--all-namespaces"
    return ClusterError(
        Cause.FORBIDDEN,
        f"{who} {asked.verb} {named} {asked.place}",
        hint=f"Ask whoever administers {'the namespace' if asked.namespace else 'the cluster'}: {role}. "
        f"Try it with: kubectl auth can-i {asked.verb} {named} {where}",
    )


def _not_served(named: str, asked: Asked) -> ClusterError:
    if asked.resource is PDFBATCHES:
        return ClusterError(
            Cause.NOT_SERVED,
            f"the cluster of context {asked.context} knows no PdfBatch {PDFBATCHES.group}/{PDFBATCHES.version}: "
            "pdfbatch is not installed there, or in another version",
            hint=_INSTALL,
        )
    return ClusterError(Cause.NOT_SERVED, f"the cluster of context {asked.context} serves no {named}")


def unreachable(error: BaseException, asked: Asked) -> ClusterError:
    """The error when there is no answer."""
    detail = " ".join((str(error) or type(error).__name__).split())[:300]
    return ClusterError(
        Cause.UNREACHABLE,
        f"the cluster at {asked.server} (context {asked.context}) does not answer: {detail}",
        hint="Is it the right context, is the cluster up, is a VPN needed? `kubectl cluster-info` asks the same.",
    )
