"""The clients of object stores, one a process, bucket and set of options: each has a pool of connections."""

import functools
import ipaddress
import os
from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Final, TypeAlias
from urllib.parse import urlsplit

from obstore.exceptions import BaseError
from obstore.store import AzureStore, GCSStore, S3Store

from pdfbatch_api.errors import ManifestError, StoreRefusedError, Where
from pdfbatch_api.resource import StoreOptions
from pdfbatch_api.resource.quantities import seconds

if TYPE_CHECKING:
    from obstore.store import ClientConfig, RetryConfig

Client: TypeAlias = S3Store | GCSStore | AzureStore

# The client's own tries, for parts of a large object and pages of a listing. Around them is our own loop, which
# knows the whole time that was given (see trying.py).
_RETRIES: Final = 5
_ENDPOINTS: Final = ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "AWS_ENDPOINT")

_NEEDS: Final = {
    "s3": "Check the variables whose names begin with AWS_",
    "gs": "Set GOOGLE_APPLICATION_CREDENTIALS to the path of a service account's JSON file that can be read here",
    "az": "Set AZURE_STORAGE_ACCOUNT_NAME, and AZURE_STORAGE_ACCOUNT_KEY or another credential",
}


def client(scheme: str, bucket: str, options: StoreOptions, *, prompt: bool = False) -> Client:
    """The client of a bucket. Connects to nothing yet.

    Args:
        scheme: s3, gs or az.
        bucket: or container.
        options: endpoint, region, allow_http and path_style are for s3 alone.
        prompt: it tries once, and says at once what is wrong, credentials that could not be fetched among it.

    Raises:
        ManifestError: the endpoint is not one.
        StoreRefusedError: the environment lacks something, or holds what cannot be read.
    """
    try:
        return _client(os.getpid(), scheme, bucket, options, 0 if prompt else _RETRIES)
    except (BaseError, ValueError, OSError):
        # Not its own words: they may hold a piece of a key that could not be read.
        raise StoreRefusedError(
            "the environment does not hold what this store needs, or it cannot be read",
            where=Where(uri=f"{scheme}://{bucket}/"),
            hint=_NEEDS[scheme],
        ) from None


@functools.lru_cache(maxsize=64)
def _client(_process: int, scheme: str, bucket: str, options: StoreOptions, retries: int) -> Client:
    # Keyed by process too: the runtime's threads do not survive a fork.
    client_options: ClientConfig = {"timeout": timedelta(seconds=seconds(options.timeout))}
    retry_config: RetryConfig = {
        "max_retries": retries,
        "retry_timeout": timedelta(seconds=seconds(options.retry_for)),
        "backoff": {
            "init_backoff": timedelta(milliseconds=100),
            "max_backoff": timedelta(seconds=2),
            "base": 2,
        },
    }
    if scheme == "gs":
        return GCSStore(bucket, client_options=client_options, retry_config=retry_config)
    if scheme == "az":
        return AzureStore(bucket, client_options=client_options, retry_config=retry_config)
    if _allows_http(options, os.environ):
        # Also when the environment allows it: options of ours make the client look no further.
        client_options["allow_http"] = True
    endpoint = s3_endpoint(options, os.environ)
    virtual = not options.path_style and _can_be_in_host_name(bucket, endpoint)
    config: dict[str, str] = {}
    if options.region:
        config["region"] = options.region
    if endpoint is not None:
        url = urlsplit(endpoint)
        with_bucket = f"{url.scheme}://{bucket}.{url.netloc}{url.path}" if virtual else endpoint
        # This key, because the client would prefer the environment's to the plain `endpoint`.
        config["aws_endpoint_url_s3"] = with_bucket.rstrip("/")
    return S3Store(
        bucket,
        virtual_hosted_style_request=virtual,
        client_options=client_options,
        retry_config=retry_config,
        **config,  # type: ignore[arg-type]  # a TypedDict of literals
    )


def s3_endpoint(options: StoreOptions, environment: Mapping[str, str]) -> str | None:
    """The endpoint of the manifest, else of the environment, else None: Amazon's own.

    Raises:
        ManifestError: it is not a URL, or would send credentials and documents in the clear without being told to.
    """
    said = options.endpoint or next((environment[key] for key in _ENDPOINTS if environment.get(key)), None)
    if said is None:
        return None
    key = "store.endpoint" if options.endpoint else "AWS_ENDPOINT_URL"
    try:
        url = urlsplit(said)
        valid = url.scheme in ("http", "https") and bool(url.hostname) and (url.port or 1) > 0
    except ValueError:
        valid = False
    if not valid or url.username or url.query or url.fragment or any(char.isspace() for char in said):
        raise ManifestError(
            "the endpoint is not a URL of a server",
            where=Where(key=key),
            hint="Write https://host or https://host:port",
        )
    if url.scheme == "http" and not _allows_http(options, environment):
        raise ManifestError(
            "the endpoint has no TLS: credentials and documents would travel in the clear",
            where=Where(key=key),
            hint="Use https://, or set store.allowHttp: true (or AWS_ALLOW_HTTP=true)",
        )
    return said


def _allows_http(options: StoreOptions, environment: Mapping[str, str]) -> bool:
    return options.allow_http or environment.get("AWS_ALLOW_HTTP", "").lower() == "true"


def _can_be_in_host_name(bucket: str, endpoint: str | None) -> bool:
    """Whether bucket.host can be a host: not below an IP address, and a dot in it would break its certificate."""
    if "." in bucket or "_" in bucket or bucket != bucket.lower():
        return False
    host = (urlsplit(endpoint).hostname or "") if endpoint else "amazonaws.com"
    if host == "localhost":
        return False
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return True
    return False
