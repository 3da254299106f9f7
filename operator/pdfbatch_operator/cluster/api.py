"""Requests to the API server: kubernetes.aio's client for the connection and the credentials, plain JSON for the rest.

Its generated models are not used: they would load hundreds of modules, and a page of 500 pods would be made into
thousands of objects of which a dozen fields are read (see shapes.py). So the bodies that the pure part makes go out as
they are, and what comes in is decoded for exactly what is observed.
"""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any, Final, Literal, TypeAlias

import aiohttp
import msgspec
from kubernetes.aio.client.api_client import ApiClient
from kubernetes.aio.client.configuration import Configuration

from pdfbatch_operator.cluster.errors import ApiError, Kind, error_of
from pdfbatch_operator.cluster.resources import LEASES, Resource

Json: TypeAlias = dict[str, Any]
Verb: TypeAlias = Literal["get", "list", "watch", "create", "update", "patch", "delete"]

MERGE_PATCH: Final = "application/merge-patch+json"
STRATEGIC_MERGE_PATCH: Final = "application/strategic-merge-patch+json"

_METHODS: Final[Mapping[Verb, str]] = {
    "get": "GET",
    "list": "GET",
    "watch": "GET",
    "create": "POST",
    "update": "PUT",
    "patch": "PATCH",
    "delete": "DELETE",
}
_READS: Final = frozenset({"get", "list", "watch"})
_SECONDS: Final = 15.0

# Whom to tell of each request: verb, resource (with its subresource), HTTP status ("0": no answer).
Observer: TypeAlias = Callable[[str, str, str], None]


class ApiServer:
    """The API server.

    Args:
        configuration: where it is and who we are.
        observed: told of each request.
        may_write: asked before each write but those to Leases. A leader that hung for longer than its Lease lasts
            must not finish what it began: another may have done it meanwhile.
    """

    def __init__(
        self,
        configuration: Configuration,
        *,
        observed: Observer = lambda verb, resource, code: None,
        may_write: Callable[[], bool] = lambda: True,
    ) -> None:
        self._client = ApiClient(configuration)
        self._client.user_agent = "pdfbatch-operator"
        self._observed = observed
        self.may_write = may_write

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()  # type: ignore[no-untyped-call]

    async def request(
        self,
        verb: Verb,
        resource: Resource,
        namespace: str | None = None,
        name: str | None = None,
        subresource: str | None = None,
        *,
        body: Json | None = None,
        parameters: Mapping[str, str] | None = None,
        content_type: str = "application/json",
        seconds: float = _SECONDS,
    ) -> Json:
        """The object (or Status) that the API answers with.

        Raises:
            ApiError: it was not carried out, or nobody knows whether it was (Kind.UNREACHABLE).
        """
        data = await self.request_bytes(
            verb,
            resource,
            namespace,
            name,
            subresource,
            body=body,
            parameters=parameters,
            content_type=content_type,
            seconds=seconds,
        )
        return decode(data)

    async def request_bytes(
        self,
        verb: Verb,
        resource: Resource,
        namespace: str | None = None,
        name: str | None = None,
        subresource: str | None = None,
        *,
        body: Json | None = None,
        parameters: Mapping[str, str] | None = None,
        content_type: str = "application/json",
        seconds: float = _SECONDS,
    ) -> bytes:
        """The same, not decoded."""
        what = _in_words(verb, resource, namespace, name, subresource)
        if verb not in _READS and resource is not LEASES and not self.may_write():
            raise ApiError(Kind.NOT_LEADER, what, "this replica no longer holds the Lease")
        timeout = aiohttp.ClientTimeout(total=seconds)
        path = resource.path(namespace, name, subresource)
        async with self._answer(verb, resource, subresource, path, body, parameters, content_type, timeout, what) as it:
            return await it.read()

    async def watch(
        self, resource: Resource, namespace: str | None, *, parameters: Mapping[str, str], silence: float
    ) -> AsyncIterator[bytes]:
        """The lines of a watch, until the server ends it or says nothing for too long.

        Args:
            silence: seconds without a line after which the connection may as well be dead.

        Raises:
            ApiError: it could not begin, or broke off.
        """
        what = _in_words("watch", resource, namespace, None, None)
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=_SECONDS, sock_read=silence)
        async with self._answer(
            "watch",
            resource,
            None,
            resource.path(namespace),
            None,
            {**parameters, "watch": "true"},
            "application/json",
            timeout,
            what,
        ) as answer:
            buffer = bytearray()
            while True:
                try:
                    chunk = await answer.content.readany()
                except TimeoutError:
                    return
                if not chunk:
                    return
                # By hand: StreamReader's own lines end at twice its buffer, and a pod with long annotations does not.
                buffer += chunk
                *lines, rest = buffer.split(b"\n")
                buffer = bytearray(rest)
                for line in lines:
                    if line:
                        yield bytes(line)

    @asynccontextmanager
    async def _answer(
        self,
        verb: Verb,
        resource: Resource,
        subresource: str | None,
        path: str,
        body: Json | None,
        parameters: Mapping[str, str] | None,
        content_type: str,
        timeout: aiohttp.ClientTimeout,
        what: str,
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        counted = f"{resource.plural}/{subresource}" if subresource else resource.plural
        code = 0
        try:
            method, url, headers, payload, _ = await self._client.param_serialize(
                _METHODS[verb],
                path,
                query_params=list((parameters or {}).items()),
                header_params={"Content-Type": content_type, "Accept": "application/json"},
                body=body,
                auth_settings=["BearerToken"],
            )
            try:
                answer = await self._client.rest_client.request(  # type: ignore[no-untyped-call]
                    method, url, headers=headers, body=payload, _request_timeout=timeout
                )
                code = answer.status
            finally:
                self._observed(verb, counted, str(code))
            response: aiohttp.ClientResponse = answer.response
            try:
                if not 200 <= code <= 299:
                    raise error_of(code, await response.read(), what, response.headers.get("Retry-After"))
                yield response
            finally:
                # Not release(): a watch that is left early must not be read to its end.
                response.close() if verb == "watch" else response.release()
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise ApiError(Kind.UNREACHABLE, what, str(error) or type(error).__name__) from error


def decode(data: bytes) -> Json:
    """An object's JSON, fast."""
    decoded: Json = msgspec.json.decode(data)
    return decoded


def _in_words(verb: Verb, resource: Resource, namespace: str | None, name: str | None, subresource: str | None) -> str:
    what = f"{resource.plural}/{subresource}" if subresource else resource.plural
    return " ".join(
        part for part in (verb, what, name, f"in namespace {namespace}" if namespace else None) if part is not None
    )
