"""What a plan keeps for encryption: the batch's secret, and by what to tell that a Secret's password is another now.

Half a batch under one password and half under another would be found by whoever cannot open theirs.
"""

import hashlib
import hmac
import os
from collections.abc import Mapping
from typing import Final

from pdfbatch_api.errors import ManifestError, Where
from pdfbatch_api.resource.postprocessing import EncryptionSpec
from pdfbatch_renderer.postprocessing.encryption.derivation import SECRET_BYTES, Derivation
from pdfbatch_renderer.postprocessing.encryption.passwords import from_secrets

# scrypt (RFC 7914): 16 MiB and some 50 ms a guess, dearer than the hash that every one of the PDFs holds anyway.
_COST: Final = 2**14


def freeze_secret(spec: EncryptionSpec, environment: Mapping[str, str]) -> bytes:
    """A new batch's secret, and the mark of its passwords.

    Raises:
        ManifestError: a password is missing.
    """
    secret = os.urandom(SECRET_BYTES)
    return secret + _mark(secret, spec, environment)


def refuse_other_passwords(frozen: bytes, spec: EncryptionSpec, environment: Mapping[str, str]) -> None:
    """Raises ManifestError when a Secret's password is not the one that the plan was made with."""
    if not hmac.compare_digest(frozen[SECRET_BYTES:], _mark(frozen[:SECRET_BYTES], spec, environment)):
        raise ManifestError(
            "a password is not the one that the batch was planned with",
            where=Where(key="spec.postprocessing.encryption"),
            hint="Put the old one back to go on, or start the batch over with the new one.",
        )


def _mark(secret: bytes, spec: EncryptionSpec, environment: Mapping[str, str]) -> bytes:
    passwords = from_secrets(spec, environment)
    if not passwords:
        return b""
    text = b"".join(b"%b %d:%b" % (who.encode(), len(one), one) for who, one in sorted(passwords.items()))
    salt = Derivation(secret).bytes("mark of the passwords")
    return hashlib.scrypt(text, salt=salt, n=_COST, r=8, p=1, dklen=32)
