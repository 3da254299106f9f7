"""The template's files as what a page may load."""

import base64
from collections.abc import Mapping

from pdfbatch_api.protocols import Asset
from pdfbatch_renderer.templates.bundle import Bundle
from pdfbatch_renderer.templates.media_types import media_type_of


def bundle_assets(bundle: Bundle) -> Mapping[str, Asset]:
    """Path to content and media type, for an engine that answers a page's relative requests."""
    return {path: Asset(data, media_type_of(path)) for path, data in bundle.files.items()}


def data_uri(data: bytes, media_type: str) -> str:
    """`data` as a data: URI (RFC 2397), in base64."""
    return f"data:{media_type.replace(' ', '')};base64,{base64.b64encode(data).decode()}"
