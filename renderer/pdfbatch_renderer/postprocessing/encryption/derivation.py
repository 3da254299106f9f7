"""What a file needs at random, worked out from the batch's secret (see the package's own words).

HMAC-SHA-256 is a pseudorandom function of its key (RFC 2104, NIST SP 800-108): without the secret, nothing that it
gives can be told from noise, and no value says anything of another.
"""

import hashlib
import hmac
from dataclasses import dataclass, field

SECRET_BYTES = 32


@dataclass(frozen=True, slots=True)
class Derivation:
    """Random-looking bytes that depend on a key and on what they are for."""

    key: bytes = field(repr=False)

    def within(self, what: str, *parts: bytes) -> "Derivation":
        """A derivation of its own for `what`."""
        return Derivation(self.bytes(what, *parts))

    def bytes(self, what: str, *parts: bytes, size: int = 32) -> bytes:
        """`size` bytes, at most 32, for `what`.

        Args:
            parts: what else they depend on; each goes in with its length, so that none runs into the next.
        """
        mac = hmac.new(self.key, digestmod=hashlib.sha256)
        for part in (what.encode(), *parts):
            mac.update(len(part).to_bytes(8, "big"))
            mac.update(part)
        return mac.digest()[:size]
