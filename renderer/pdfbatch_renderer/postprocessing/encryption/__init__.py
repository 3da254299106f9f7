"""Encryption with AES-256 that gives the same bytes for the same row of the same plan.

A shard may run twice, and in two places at once: what the second run writes must be what the first one recorded. The
usual way takes a random key, salts and initialization vectors for every file, and so never writes one twice. Here the
plan draws 32 random bytes, the batch's secret, and keeps them beside the frozen rows; everything that the format wants
at random is worked out from the secret, the row's number, and the very bytes that are encrypted. To whoever does not
have the work folder that is as random as can be; whoever has it can read the rows anyway, and needs no PDF.
Another plan has another secret: two batches never share a key.
"""

from pdfbatch_renderer.postprocessing.encryption.frozen import freeze_secret, refuse_other_passwords
from pdfbatch_renderer.postprocessing.encryption.seal import Seal, compile_seal

__all__ = ["Seal", "compile_seal", "freeze_secret", "refuse_other_passwords"]
