"""What the design has and this version has not: refused by name, never read and ignored.

One table. The version that builds something deletes its line. Beside it, what is refused only where a manifest runs:
a path means nothing to a cluster, a claim nothing to a laptop.
"""

import re
from collections.abc import Callable
from typing import Final, NamedTuple, TypeAlias

from pdfbatch_api.capabilities import beyond_engine
from pdfbatch_api.errors import ManifestError, NotInThisVersionError, Where
from pdfbatch_api.resource import PdfBatch, PdfBatchSpec, RetriesSpec
from pdfbatch_api.resource.pod import PodTemplateSpec
from pdfbatch_api.resource.postprocessing import TEMPLATE_SCHEME, step_uris
from pdfbatch_api.resource.running import ScalingSpec

# Whether a spec asks for it.
_Asks: TypeAlias = Callable[[PdfBatchSpec], bool]


class Gap(NamedTuple):
    """A part of the design that this version lacks.

    Attributes:
        key: where a manifest asks for it.
        what: its name.
        hint: what to do instead.
        asks: whether a spec asks for it.
        partly: the key itself works; it is only together with something else that it does not.
    """

    key: str
    what: str
    hint: str
    asks: _Asks
    partly: bool = False


def _merged_with(step: str) -> _Asks:
    def asks(spec: PdfBatchSpec) -> bool:
        container = spec.output.container
        return container is not None and container.format == "pdf" and bool(getattr(spec.postprocessing, step))

    return asks


def _pvc(uri: str) -> bool:
    return uri.startswith("pvc:")


_TABLE: Final = "docs/engines.md says what each engine can do"
_MERGED: Final = "Leave it out, or put the documents into a zip: merging takes their pages alone."
_OUTSIDE: Final = "Leave it out, and do it to the finished PDFs."

GAPS: Final = (
    Gap(
        "spec.engine.chromium.network",
        "pages that load from the network",
        "Put the files into the template's folder, or name a column of URIs in images.",
        lambda spec: bool(spec.engine.chromium.network),
    ),
    Gap(
        "spec.source.urls",
        "source urls",
        "Fetch the pages, and give them as spec.source.files.",
        lambda spec: spec.source.urls is not None,
    ),
    Gap(
        "spec.postprocessing.signature",
        "postprocessing signature",
        _OUTSIDE,
        lambda spec: spec.postprocessing.signature is not None,
    ),
    Gap(
        "spec.postprocessing.linearize",
        "linearizing what is encrypted",
        "Leave one of the two out.",
        lambda spec: spec.postprocessing.linearize and spec.postprocessing.encryption is not None,
        partly=True,
    ),
    *(
        Gap(f"spec.postprocessing.{name}", f"{name} in merged PDFs", _MERGED, _merged_with(name), partly=True)
        for name in ("attachments", "encryption", "linearize")
    ),
)

_LOCAL_GAPS: Final = (
    Gap(
        "spec.template.configMap",
        "a template in a ConfigMap without a cluster",
        "Use spec.template.uri or inline.",
        lambda spec: spec.template is not None and spec.template.config_map is not None,
    ),
)

# The URIs of a spec, by key: what a batch reads and writes.
_URIS: Final[tuple[tuple[str, Callable[[PdfBatchSpec], str | None]], ...]] = (
    ("spec.source.rows.uri", lambda spec: spec.source.rows.uri if spec.source.rows else None),
    ("spec.source.files.uri", lambda spec: spec.source.files.uri if spec.source.files else None),
    ("spec.source.urls.uri", lambda spec: spec.source.urls.uri if spec.source.urls else None),
    ("spec.template.uri", lambda spec: spec.template.uri if spec.template else None),
    ("spec.output.uri", lambda spec: spec.output.uri),
    ("spec.workFolder.uri", lambda spec: spec.work_folder.uri if spec.work_folder else None),
)


def _uris(spec: PdfBatchSpec) -> list[tuple[str, str]]:
    """The URIs that a spec gives, by key: also of the steps' files, but for those of the template."""
    given = [(key, uri) for key, uri_of in _URIS if (uri := uri_of(spec)) is not None]
    steps = ((key, uri) for key, uri in step_uris(spec.postprocessing) if not uri.startswith(TEMPLATE_SCHEME))
    return [*given, *steps]


CLUSTER_URIS: Final = "In a cluster, give s3://, gs://, az:// or pvc://CLAIM/path."
_OF_A_STORE: Final = re.compile(r"(?!file:)[A-Za-z][A-Za-z0-9+.-]*://", re.IGNORECASE)

# Fields that only the operator and Kubernetes read: a manifest with them runs on a laptop, and is told so.
CLUSTER_ONLY: Final[tuple[tuple[str, _Asks], ...]] = (
    ("spec.renderers", lambda spec: spec.renderers is not None),
    ("spec.scaling", lambda spec: spec.scaling != ScalingSpec()),
    ("spec.retries.shard", lambda spec: spec.retries.shard != RetriesSpec().shard),
    ("spec.suspend", lambda spec: spec.suspend),
    ("spec.activeDeadlineSeconds", lambda spec: spec.active_deadline_seconds is not None),
    ("spec.ttlSecondsAfterFinished", lambda spec: spec.ttl_seconds_after_finished is not None),
    ("spec.podTemplate", lambda spec: spec.pod_template != PodTemplateSpec()),
    ("spec.output.credentialsSecretRef", lambda spec: spec.output.credentials_secret_ref is not None),
)


def refuse_unsupported(batch: PdfBatch, *, local: bool) -> list[str]:
    """Notes on what of the manifest has no effect where it runs, a sentence each.

    Args:
        local: no cluster is behind this run.

    Raises:
        NotInThisVersionError: the manifest asks for something that this version does not have; names all of it.
        ManifestError: it asks its engine for what that cannot do; or a path or file:// in a cluster.
    """
    spec = batch.spec
    errors = [
        NotInThisVersionError(f"{gap.what}: not in this version", where=Where(key=gap.key), hint=gap.hint)
        for gap in GAPS + (_LOCAL_GAPS if local else ())
        if gap.asks(spec)
    ]
    if local:
        errors += [
            NotInThisVersionError(
                "pvc:// without a cluster: not in this version", where=Where(key=key), hint="Give a folder."
            )
            for key, uri in _uris(spec)
            if _pvc(uri)
        ]
    if len(errors) > 1:
        raise NotInThisVersionError("\n".join(["not in this version", *(f"  {error}" for error in errors)]))
    if errors:
        raise errors[0]
    beyond = list(beyond_engine(spec))
    if len(beyond) > 1:
        asked = "\n".join(f"  {error}" for error in beyond)
        raise ManifestError(f"the engine cannot do what the manifest asks:\n{asked}", hint=_TABLE)
    if beyond:
        raise beyond[0]
    if not local:
        _refuse_paths(spec)
        return []
    return [f"{key} has no effect without a cluster" for key, asks in CLUSTER_ONLY if asks(spec)]


def _refuse_paths(spec: PdfBatchSpec) -> None:
    """Refuses what names a file of one machine: no two pods would find the same there, if anything."""
    paths = [(key, uri) for key, uri in _uris(spec) if not _OF_A_STORE.match(uri)]
    if paths:
        key, uri = paths[0]
        others = "".join(f", {uri} ({key})" for key, uri in paths[1:])
        raise ManifestError(f"{uri} is a path of one machine{others}", where=Where(key=key), hint=CLUSTER_URIS)
