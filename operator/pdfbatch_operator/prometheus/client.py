"""Asks Prometheus for one number: its HTTP API's instant query, over HTTP or HTTPS, with a token or without.

Redirects are not followed, for the token is for the address that the admin gave; nor proxies of the environment.
"""

import asyncio
import ssl
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import aiohttp

from pdfbatch_operator.prometheus.answers import number
from pdfbatch_operator.prometheus.source import Source
from pdfbatch_operator.scaling import Problem, Reading
from pdfbatch_operator.scaling.situation import ProblemReason

# Of one number. Somebody's query may select every series that there is.
_MOST_BYTES: Final = 256 * 1024


class PrometheusClient:
    """The client.

    Args:
        now: Unix time.
        observed: told how long each query took.
    """

    def __init__(
        self,
        source: Source,
        *,
        now: Callable[[], float] = time.time,
        observed: Callable[[float], None] = lambda _: None,
    ) -> None:
        self._source = source
        self._now = now
        self._observed = observed
        self._session: aiohttp.ClientSession | None = None
        self._trusted: tuple[float, ssl.SSLContext] | None = None
        self._asked = f"Prometheus at {source.url}"

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()

    async def ask(self, query: str) -> Reading | Problem:
        """The one number that the query gives, or why there is none. Raises nothing."""
        begun = time.monotonic()
        try:
            async with asyncio.timeout(self._source.seconds):
                return await self._ask(query)
        except TimeoutError:
            return self._problem("timeout", f"has not answered within {self._source.seconds:g}s")
        except aiohttp.ClientConnectorCertificateError:
            return self._problem(
                "unreachable", "has a certificate that is not trusted: give its authority (prometheus.ca in the chart)"
            )
        except (aiohttp.ClientError, OSError, ssl.SSLError) as error:
            return self._problem("unreachable", f"cannot be reached: {str(error) or type(error).__name__}")
        finally:
            self._observed(time.monotonic() - begun)

    async def _ask(self, query: str) -> Reading | Problem:
        source = self._source
        headers = {"Accept": "application/json"}
        if source.token_file is not None:
            token = _read(source.token_file).strip()
            if not token or not token.isascii() or not token.isprintable():
                return self._problem("refused", f"cannot be asked: there is no token in {source.token_file}")
            headers["Authorization"] = f"Bearer {token}"
        if self._session is None:
            self._session = aiohttp.ClientSession(headers={"User-Agent": "pdfbatch-operator"})
        async with self._session.post(
            f"{source.url}/api/v1/query",
            data={"query": query, "timeout": f"{source.seconds:g}s"},
            headers=headers,
            allow_redirects=False,
            ssl=self._tls(),
        ) as answer:
            if 300 <= answer.status < 400:
                return self._problem("refused", "sends elsewhere: give the address that it sends to, if that is right")
            body = bytearray()
            async for chunk in answer.content.iter_any():
                body += chunk
                if len(body) > _MOST_BYTES:
                    return self._problem("several", "answers with far more than a number: write a query that gives one")
            return number(answer.status, bytes(body), self._now(), self._asked)

    def _tls(self) -> ssl.SSLContext | bool:
        file = self._source.ca_file
        if file is None:
            return True
        changed = file.stat().st_mtime
        if self._trusted is None or self._trusted[0] != changed:
            self._trusted = (changed, ssl.create_default_context(cafile=str(file)))
        return self._trusted[1]

    def _problem(self, reason: ProblemReason, what: str) -> Problem:
        return Problem(reason, f"{self._asked} {what}", self._now())


def _read(file: Path) -> str:
    return file.read_text(encoding="utf-8", errors="replace")
