"""Encrypts an open PDF, and writes it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from pdfbatch_api.errors import DocumentError, WorkFolderError
from pdfbatch_api.values import RowData
from pdfbatch_renderer.postprocessing.encryption.derivation import SECRET_BYTES, Derivation
from pdfbatch_renderer.postprocessing.encryption.frozen import refuse_other_passwords
from pdfbatch_renderer.postprocessing.encryption.passwords import from_column, from_secrets
from pdfbatch_renderer.postprocessing.encryption.permissions import permission_bits
from pdfbatch_renderer.postprocessing.encryption.standard_handler import (
    Passwords,
    Salts,
    SecurityEntries,
    encrypt,
    security_entries,
)
from pdfbatch_renderer.postprocessing.opening import saved
from pdfbatch_renderer.postprocessing.step import StepSettings, Subject

if TYPE_CHECKING:
    import pikepdf

Seal: TypeAlias = Callable[["pikepdf.Pdf", Subject, bytes], bytes]
"""An open PDF, its row, and what the engine printed, as the bytes of an encrypted file."""

# A dictionary within a dictionary within …: a file that somebody made up.
_DEEPEST: Final = 200
_TAIL_BYTES: Final = 4096


def compile_seal(settings: StepSettings) -> Seal | None:
    """What encrypts a batch's documents; None when it does not ask for it.

    Raises:
        ManifestError: a password is missing, or not the one that the plan was made with.
    """
    spec = settings.spec.encryption
    if spec is None:
        return None
    fixed = from_secrets(spec, settings.environment)
    user_of = from_column(spec.user_password_column) if spec.user_password_column is not None else None
    owner_of = from_column(spec.owner_password_column) if spec.owner_password_column is not None else None
    permissions = permission_bits(spec.allow)
    if settings.secret is None:
        # The plan and validate look whether all is there, and print nothing.
        return _without_a_secret
    refuse_other_passwords(settings.secret, spec, settings.environment)
    batch = Derivation(settings.secret[:SECRET_BYTES])
    # A password of all the batch's documents is hashed once. One of a row has salts of its own: two customers with
    # the same birthday must not be seen to have it.
    of_batch = batch.within("salts") if user_of is None and owner_of is None else None

    def seal(document: pikepdf.Pdf, subject: Subject, printed: bytes) -> bytes:
        own = batch.within("document", b"%d" % subject.number, hashlib.sha256(printed).digest())
        passwords = _passwords(subject.row)
        if passwords.user == passwords.owner:
            raise DocumentError(
                "the user's and the owner's password are the same",
                reason="PasswordInvalid",
                hint="Give two: whoever may open the document could lift its permissions too.",
            )
        key = own.bytes("file key", passwords.user, passwords.owner)
        entries = security_entries(passwords, file_key=key, permissions=permissions, salts=_salts(of_batch or own, own))
        _encrypt_objects(document, key, own.within("vectors", key))
        return _with_entries(saved(document, encrypted=True), entries)

    def _passwords(row: RowData) -> Passwords:
        user = user_of(row) if user_of is not None else fixed.get("user", b"")
        owner = owner_of(row) if owner_of is not None else fixed.get("owner")
        if owner is None:
            # Nobody has it: without an owner's password of one's own, permissions cannot be lifted.
            owner = batch.bytes("owner's password", size=16).hex().encode()
        return Passwords(user, owner)

    return seal


def _without_a_secret(document: pikepdf.Pdf, subject: Subject, printed: bytes) -> bytes:
    raise WorkFolderError("the plan has no secret to encrypt with", hint="Start the batch over.")


def _salts(of: Derivation, own: Derivation) -> Salts:
    return Salts(
        user_validation=of.bytes("salt: user validation", size=8),
        user_key=of.bytes("salt: user key", size=8),
        owner_validation=of.bytes("salt: owner validation", size=8),
        owner_key=of.bytes("salt: owner key", size=8),
        filler=own.bytes("filler", size=4),
    )


def _encrypt_objects(document: pikepdf.Pdf, key: bytes, vectors: Derivation) -> None:
    """Every string and every stream, where it stands (7.6.2): in a file without object streams."""
    import pikepdf

    string, dictionary, array, stream = pikepdf.String, pikepdf.Dictionary, pikepdf.Array, pikepdf.Stream
    count = 0

    def encrypted(data: bytes) -> bytes:
        nonlocal count
        count += 1
        # Of what it encrypts, so that no two texts under one key share a vector.
        return encrypt(key, vectors.bytes("vector", b"%d" % count, data, size=16), data)

    def strings_of(holder: Any, depth: int) -> None:
        if depth > _DEEPEST:
            raise DocumentError("its objects are nested without end", reason="PdfBroken")
        places = enumerate(list(holder)) if isinstance(holder, array) else list(holder.items())
        for place, value in places:
            if isinstance(value, string):
                if not value.is_indirect:
                    holder[place] = string(encrypted(bytes(value)))
            elif isinstance(value, dictionary | array) and not value.is_indirect:
                strings_of(value, depth + 1)

    for item in list(document.objects):
        if isinstance(item, stream):
            if item.get("/Type") in ("/XRef", "/ObjStm"):
                continue
            strings_of(item.stream_dict, 0)
            filters: Any = item.get("/Filter")
            parameters: Any = item.get("/DecodeParms")
            item.write(encrypted(item.read_raw_bytes()), filter=filters, decode_parms=parameters)
        elif isinstance(item, dictionary | array):
            strings_of(item, 0)
        elif isinstance(item, string):
            raise DocumentError("it has a string that is an object of its own", reason="PdfBroken")


def _with_entries(written: bytes, entries: SecurityEntries) -> bytes:
    """The file with its encryption dictionary, which is never encrypted itself, in its trailer."""
    start = written.rfind(b"\ntrailer ", max(len(written) - _TAIL_BYTES, 0))
    end = written.rfind(b">>\nstartxref\n", max(start, 0))
    if start < 0 or end < 0:
        raise DocumentError("its trailer is not where it should be", reason="PdfBroken")
    dictionary = (
        b"/Encrypt <</Filter /Standard /V 5 /R 6 /Length 256 /P %d /EncryptMetadata true"
        b" /CF <</StdCF <</AuthEvent /DocOpen /CFM /AESV3 /Length 32>>>> /StmF /StdCF /StrF /StdCF"
        b" /O <%b> /U <%b> /OE <%b> /UE <%b> /Perms <%b>>> "
    ) % (
        entries.p,
        entries.o.hex().encode(),
        entries.u.hex().encode(),
        entries.oe.hex().encode(),
        entries.ue.hex().encode(),
        entries.perms.hex().encode(),
    )
    return written[:end] + dictionary + written[end:]
