"""The bound of what an engine may make of one document, the same for all engines."""

from pdfbatch_api.errors import DocumentError
from pdfbatch_api.protocols import Printed


def within_limit(printed: Printed, limit: int) -> Printed:
    """What was printed.

    Args:
        limit: bytes, spec.limits.pdf.

    Raises:
        DocumentError: it is larger.
    """
    if len(printed.pdf) > limit:
        raise DocumentError(
            f"the PDF has {len(printed.pdf):,} bytes, over the limit of {limit:,}",
            reason="PdfTooLarge",
            hint="Raise spec.limits.pdf, or make its pictures smaller.",
        )
    return printed
