"""Codes for machines to read, as inline SVG: QR codes, payment QR codes, barcodes."""

from pdfbatch_renderer.templates.codes.barcodes import barcode
from pdfbatch_renderer.templates.codes.payment import epc_qr
from pdfbatch_renderer.templates.codes.qr import qr

__all__ = ["barcode", "epc_qr", "qr"]
