"""PDFs that are there already: looked at before anything is done to them. Without steps their bytes stay."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from typing import TYPE_CHECKING, Final

from pdfbatch_api.errors import DocumentError, ManifestError, Where
from pdfbatch_api.pods import SOURCE_PASSWORD_VARIABLE
from pdfbatch_api.resource import FilesSource
from pdfbatch_renderer.postprocessing.opening import saved

if TYPE_CHECKING:
    import pikepdf

# ISO 32000-2, table 225: bit 1, the document has a signature.
_SIGNATURES_EXIST: Final = 1
_DAMAGED: Final = "Repair it (qpdf in.pdf out.pdf), look at what came of it, and give that."
_ENCRYPTED: Final = "Give its password with source.files.passwordSecretRef, or leave it out with source.files.exclude."
_SIGNED: Final = "the PDF is signed, and what is done to it here makes its signature invalid"


def source_password(spec: FilesSource, environment: Mapping[str, str]) -> str | None:
    """The password that opens the PDFs that are encrypted; None where the manifest names none.

    Raises:
        ManifestError: it names one, and the environment has none.
    """
    if spec.password_secret_ref is None:
        return None
    # A file that became a Secret ends with a line end that nobody types.
    value = environment.get(SOURCE_PASSWORD_VARIABLE, "").rstrip("\r\n")
    if not value:
        raise ManifestError(
            f"the password of the PDFs is not there: {SOURCE_PASSWORD_VARIABLE} is not set, or empty",
            where=Where(key="spec.source.files.passwordSecretRef"),
            hint="In a cluster the Secret's key gives it; elsewhere set it in the environment.",
        )
    return value


def source_pdf(pdf: bytes, password: str | None, *, changed: bool) -> tuple[bytes, tuple[str, ...]]:
    """The file as the steps can take it, and warnings.

    Args:
        password: opens it where it is encrypted; it is not encrypted any more then.
        changed: whether anything is done to it.

    A damaged file is not repaired: qpdf finds what pages it can, and nobody would miss the others.

    Raises:
        DocumentError: DocumentDamaged, DocumentEncrypted.
    """
    import pikepdf

    try:
        with pikepdf.open(BytesIO(pdf), password=password or "", attempt_recovery=False) as document:
            if document.is_encrypted and password is None:
                # It opens for whoever reads; what else may be done its author has said with the owner's password.
                raise DocumentError(
                    "the PDF is encrypted: it opens, and forbids to be changed",
                    reason="DocumentEncrypted",
                    hint=_ENCRYPTED,
                )
            if len(document.pages) == 0:
                raise DocumentError("the PDF has no pages", reason="DocumentDamaged", hint=_DAMAGED)
            signed = _is_signed(document) and (changed or document.is_encrypted)
            plain = saved(document) if document.is_encrypted else pdf
            return plain, (_SIGNED,) if signed else ()
    except pikepdf.PasswordError as error:
        what = "the PDF is encrypted" if password is None else "the PDF is encrypted with another password"
        raise DocumentError(what, reason="DocumentEncrypted", hint=_ENCRYPTED) from error
    # What qpdf does not find where it looks for it comes as any of these.
    except (pikepdf.PdfError, ValueError, KeyError, AttributeError, TypeError, RuntimeError) as error:
        words = " ".join(str(error).split())[:200]
        raise DocumentError(f"the PDF is damaged ({words})", reason="DocumentDamaged", hint=_DAMAGED) from error


def _is_signed(document: pikepdf.Pdf) -> bool:
    form = document.Root.get("/AcroForm")
    return form is not None and bool(int(form.get("/SigFlags", 0)) & _SIGNATURES_EXIST)
