"""Where Prometheus is, and how it is spoken to."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

# What a query may take; Prometheus is told the same, and gives it up itself.
_SECONDS: Final = 5.0


@dataclass(frozen=True, slots=True)
class Source:
    """Where Prometheus is, and how it is spoken to.

    Attributes:
        url: what stands before /api/v1/query.
        token_file: read before each query: tokens are rotated. None: no token is sent.
        ca_file: whom its certificate must be signed by, read again when it changes. None: the system's authorities.
    """

    url: str
    token_file: Path | None = None
    ca_file: Path | None = None
    seconds: float = _SECONDS
