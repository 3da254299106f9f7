"""Who leads: the replica that holds the Lease, until it has not renewed it for as long as the Lease lasts.

As client-go's leader election, on whose rules the other holders of Leases rely: a Lease is another's until it has not
changed for its duration *by our own clock* (the holder's clock is not believed). kubernetes.aio has an election too; it
waits five minutes for an answer, long after its Lease is somebody else's, and never releases one.
"""

import asyncio
import datetime as dt
import logging
import random
import secrets
import time
from typing import Final

from pdfbatch_operator.cluster.api import ApiServer, Json
from pdfbatch_operator.cluster.errors import ApiError, Kind
from pdfbatch_operator.cluster.resources import LEASES

_log = logging.getLogger(__name__)

_DURATION: Final = 10
_RENEW_EVERY: Final = 2.5
_LOOK_EVERY: Final = 1.5
_REQUEST_SECONDS: Final = 3.0


class Lease:
    """One replica's hold of the Lease.

    Args:
        holder: this replica's name; what follows it makes each start another holder, so that a replica that was
            restarted does not take its own old Lease for held.
        duration: seconds, whole.
    """

    def __init__(
        self,
        api: ApiServer,
        namespace: str,
        name: str,
        holder: str,
        *,
        duration: int = _DURATION,
        renew_every: float = _RENEW_EVERY,
        look_every: float = _LOOK_EVERY,
    ) -> None:
        self._api = api
        self._namespace = namespace
        self._name = name
        self.holder = f"{holder}_{secrets.token_hex(4)}"
        self._duration = duration
        self._renew_every = renew_every
        self._look_every = look_every
        self._body: Json = {}
        self._held_until = 0.0

    @property
    def held(self) -> bool:
        """Whether nobody else can hold it yet. False from a moment before another may take it."""
        return time.monotonic() < self._held_until

    async def acquire(self) -> None:
        """Wait until the Lease is ours."""
        seen: tuple[str, float] | None = None
        said = ""
        while True:
            pause = self._look_every
            try:
                begun = time.monotonic()
                current = await self._read()
                spec = current.get("spec", {}) if current else {}
                version = current["metadata"]["resourceVersion"] if current else ""
                if seen is None or seen[0] != version:
                    seen = (version, begun)
                expires = seen[1] + float(spec.get("leaseDurationSeconds") or self._duration)
                if not spec.get("holderIdentity") or time.monotonic() >= expires:
                    await self._take(current)
                    _log.info("this replica leads", extra={"fields": {"holder": self.holder}})
                    return
                if said != spec["holderIdentity"]:
                    said = spec["holderIdentity"]
                    _log.info("another replica leads; standing by", extra={"fields": {"holder": said}})
                pause = min(pause, max(expires - time.monotonic(), 0.01))
            except ApiError as error:
                if error.kind not in (Kind.CONFLICT, Kind.ALREADY_EXISTS) and str(error) != said:
                    said = str(error)
                    _log.warning("%s; trying again", error)
            await asyncio.sleep(pause * random.uniform(0.8, 1.0))

    async def keep(self) -> None:
        """Renew the Lease; returns when it is lost, or could not be renewed in time."""
        pause = self._renew_every
        while True:
            await asyncio.sleep(max(min(pause, self._held_until - time.monotonic()), 0))
            if not self.held:
                _log.error("the Lease could not be renewed in time", extra={"fields": {"holder": self.holder}})
                return
            pause = self._renew_every
            try:
                if not await self._renewed():
                    _log.error("another replica has taken the Lease", extra={"fields": {"holder": self.holder}})
                    self._held_until = 0.0
                    return
            except ApiError as error:
                _log.warning("%s; trying again", error)
                pause = min(1.0, self._renew_every)

    async def release(self) -> None:
        """Give the Lease up, so that the next replica need not wait for it to expire."""
        if not self.held:
            return
        body = {**self._body, "spec": {**self._body["spec"], "holderIdentity": "", "leaseDurationSeconds": 1}}
        self._held_until = 0.0
        try:
            await self._write("update", body)
        except ApiError as error:
            _log.warning("%s; it will expire by itself", error)

    async def _read(self) -> Json | None:
        try:
            return await self._api.request("get", LEASES, self._namespace, self._name, seconds=_REQUEST_SECONDS)
        except ApiError as error:
            if error.kind is Kind.NOT_FOUND:
                return None
            raise

    async def _take(self, current: Json | None) -> None:
        begun = time.monotonic()
        spec = (current or {}).get("spec", {})
        fresh = {
            "holderIdentity": self.holder,
            "leaseDurationSeconds": self._duration,
            "acquireTime": _now(),
            "renewTime": _now(),
            "leaseTransitions": int(spec.get("leaseTransitions") or 0) + (1 if current else 0),
        }
        metadata = (current or {}).get("metadata") or {"name": self._name, "namespace": self._namespace}
        body = {"apiVersion": LEASES.api_version, "kind": LEASES.kind, "metadata": metadata, "spec": fresh}
        self._body = await self._write("update" if current else "create", body)
        self._extend(begun)

    async def _renewed(self) -> bool:
        """Whether it is ours for another while.

        After a conflict too: somebody may have touched the Lease without taking it, or the answer to our last renewal
        was lost on its way.
        """
        begun = time.monotonic()
        for _ in range(2):
            spec = {**self._body["spec"], "renewTime": _now()}
            try:
                self._body = await self._write("update", {**self._body, "spec": spec})
            except ApiError as error:
                if error.kind not in (Kind.CONFLICT, Kind.NOT_FOUND):
                    raise
                current = await self._read()
                if current is None or current.get("spec", {}).get("holderIdentity") != self.holder:
                    return False
                self._body = current
            else:
                self._extend(begun)
                return True
        return True  # touched twice in a row: the next look will tell

    def _extend(self, begun: float) -> None:
        # From before the request was sent: by then nobody had seen the new renewal, so nobody counts from earlier.
        # Half a second less, for the last write that is on its way when it runs out.
        self._held_until = begun + self._duration - 0.5

    async def _write(self, verb: str, body: Json) -> Json:
        if verb == "create":
            return await self._api.request("create", LEASES, self._namespace, body=body, seconds=_REQUEST_SECONDS)
        return await self._api.request(
            "update", LEASES, self._namespace, self._name, body=body, seconds=_REQUEST_SECONDS
        )


def _now() -> str:
    """A MicroTime."""
    return dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
