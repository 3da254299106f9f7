"""Requests to the API server: kubernetes.aio's client for the connection and the credentials, plain JSON for the rest.

Answers are decoded for exactly the fields that are read: a newer operator's others do no harm, and a thousand pods are
no thousand model objects.
"""

import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, Final, Generic, TypeAlias, TypeVar

import aiohttp
import msgspec
from kubernetes.aio.client.api_client import ApiClient

from pdfbatch_kubectl.cluster.kubeconfig import Access, KubeconfigError
from pdfbatch_kubectl.cluster.problems import Asked, refusal, unreachable
from pdfbatch_kubectl.cluster.resources import Resource

T = TypeVar("T")
Json: TypeAlias = dict[str, Any]

MERGE_PATCH: Final = "application/merge-patch+json"
_SECONDS: Final = 15.0
_PAGE: Final = "500"
_METHODS: Final = {"get": "GET", "list": "GET", "create": "POST", "patch": "PATCH"}


class _ListMeta(msgspec.Struct, frozen=True, rename={"continue_": "continue"}):
    continue_: str = ""


class _List(msgspec.Struct, Generic[T], frozen=True):
    items: list[T] = []
    metadata: _ListMeta = _ListMeta()


class Api:
    """The API server.

    Args:
        access: where it is, who we are, and the namespace that is looked at unless another is given.

    Raises:
        KubeconfigError: a certificate that the kubeconfig names cannot be read.
    """

    def __init__(self, access: Access) -> None:
        self.namespace = access.namespace
        self.context = access.context
        self._server = str(access.configuration.host)
        try:
            self._client = ApiClient(access.configuration)
        except (OSError, ssl.SSLError, ValueError) as error:
            raise KubeconfigError(
                f"the certificates of context {access.context} cannot be used ({type(error).__name__}: {error})",
                hint="Does the file that the kubeconfig names exist?",
            ) from error
        self._client.user_agent = "kubectl-pdfbatch"

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()  # type: ignore[no-untyped-call]

    async def get(self, kind: type[T], resource: Resource, name: str, *, namespace: str | None = None) -> T:
        """An object.

        Raises:
            ClusterError.
        """
        async with self._answer("get", resource, namespace or self.namespace, name) as answer:
            return msgspec.json.decode(await answer.read(), type=kind)

    async def list(
        self,
        kind: type[T],
        resource: Resource,
        *,
        everywhere: bool = False,
        namespace: str | None = None,
        parameters: Mapping[str, str] | None = None,
    ) -> list[T]:
        """All objects of the namespace, or of all namespaces.

        Args:
            parameters: labelSelector, fieldSelector.

        Raises:
            ClusterError.
        """
        items: list[T] = []
        page = {**(parameters or {}), "limit": _PAGE}
        while True:
            where = None if everywhere else namespace or self.namespace
            async with self._answer("list", resource, where, parameters=page) as answer:
                # The parameter makes the list's own type, which a checker cannot follow through a variable.
                found: _List[T] = msgspec.json.decode(await answer.read(), type=_List[kind])  # type: ignore[valid-type]
            items += found.items
            if not found.metadata.continue_:
                return items
            page["continue"] = found.metadata.continue_

    async def create(self, resource: Resource, body: Json, *, try_only: bool = False) -> Json:
        """Creates an object in its own namespace; what the server made of it.

        Args:
            try_only: only ask whether it would be taken.

        Raises:
            ClusterError.
        """
        about = body["metadata"]
        parameters = {"fieldManager": "kubectl-pdfbatch", "fieldValidation": "Strict"}
        if try_only:
            parameters["dryRun"] = "All"
        async with self._answer(
            "create", resource, about["namespace"], about["name"], body=body, parameters=parameters
        ) as answer:
            return msgspec.json.decode(await answer.read(), type=Json)

    async def patch(self, resource: Resource, namespace: str, name: str, body: Json) -> None:
        """Merges `body` into an object.

        Raises:
            ClusterError.
        """
        async with self._answer("patch", resource, namespace, name, body=body, content_type=MERGE_PATCH) as answer:
            await answer.read()

    async def lines(
        self, resource: Resource, name: str, subresource: str, *, namespace: str, parameters: Mapping[str, str]
    ) -> AsyncIterator[bytes]:
        """The lines of a log, as they come.

        Raises:
            ClusterError: it could not begin, or broke off.
        """
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=_SECONDS)
        async with self._answer(
            "get", resource, namespace, name, subresource, parameters=parameters, timeout=timeout
        ) as answer:
            rest = b""
            # By hand: StreamReader's own lines end at twice its buffer, and a traceback's may be longer.
            async for chunk in answer.content.iter_any():
                *whole, rest = (rest + chunk).split(b"\n")
                for line in whole:
                    yield line
            if rest:
                yield rest

    @asynccontextmanager
    async def _answer(
        self,
        verb: str,
        resource: Resource,
        namespace: str | None,
        name: str | None = None,
        subresource: str | None = None,
        *,
        body: Json | None = None,
        parameters: Mapping[str, str] | None = None,
        content_type: str = "application/json",
        timeout: aiohttp.ClientTimeout | None = None,
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        asked = Asked(verb, resource, namespace, name, subresource, self._server, self.context)
        # An object that is created is named in its body.
        path = resource.path(namespace, name if verb != "create" else None, subresource)
        try:
            method, url, headers, payload, _ = await self._client.param_serialize(
                _METHODS[verb],
                path,
                query_params=list((parameters or {}).items()),
                header_params={"Content-Type": content_type, "Accept": "application/json, */*"},
                body=body,
                auth_settings=["BearerToken"],
            )
            answer = await self._client.rest_client.request(  # type: ignore[no-untyped-call]
                method,
                url,
                headers=headers,
                body=payload,
                _request_timeout=timeout or aiohttp.ClientTimeout(total=_SECONDS),
            )
            response: aiohttp.ClientResponse = answer.response
            try:
                if not 200 <= response.status <= 299:
                    raise refusal(response.status, await response.read(), asked)
                yield response
            finally:
                # Not release(): a log that is followed must not be read to its end.
                response.close() if subresource == "log" else response.release()
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise unreachable(error, asked) from error
