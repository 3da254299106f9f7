"""Passwords: from a row's column or from the environment, and as the bytes that the format takes.

No error here has a password in it, nor how long it is.
"""

import datetime as dt
import stringprep
import unicodedata
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Final, Literal, TypeAlias

from pdfbatch_api.errors import DocumentError, ManifestError, Where
from pdfbatch_api.pods import OWNER_PASSWORD_VARIABLE, USER_PASSWORD_VARIABLE
from pdfbatch_api.resource.postprocessing import EncryptionSpec
from pdfbatch_api.values import RowData

_MOST_BYTES: Final = 127
_KEY: Final = "spec.postprocessing.encryption"
_PROHIBITED: Final = (
    stringprep.in_table_c12,
    stringprep.in_table_c21_c22,
    stringprep.in_table_c3,
    stringprep.in_table_c4,
    stringprep.in_table_c5,
    stringprep.in_table_c6,
    stringprep.in_table_c7,
    stringprep.in_table_c8,
    stringprep.in_table_c9,
)

Who: TypeAlias = Literal["user", "owner"]
PasswordOf: TypeAlias = Callable[[RowData], bytes]


def from_secrets(spec: EncryptionSpec, environment: Mapping[str, str]) -> dict[Who, bytes]:
    """The passwords that come from a Secret.

    Raises:
        ManifestError: the environment has none, or it is empty, too long, or no text for a password.
    """
    found: dict[Who, bytes] = {}
    if spec.user_password_secret_ref is not None:
        found["user"] = _from_environment("user", USER_PASSWORD_VARIABLE, environment)
    if spec.owner_password_secret_ref is not None:
        found["owner"] = _from_environment("owner", OWNER_PASSWORD_VARIABLE, environment)
    return found


def _from_environment(who: Who, variable: str, environment: Mapping[str, str]) -> bytes:
    where = Where(key=f"{_KEY}.{who}PasswordSecretRef")
    # A file that became a Secret ends with a line end that nobody types.
    value = environment.get(variable, "").rstrip("\r\n")
    if not value.strip():
        raise ManifestError(
            f"the {who}'s password is not there: {variable} is not set, or empty",
            where=where,
            hint=f"In a cluster the Secret's key gives it; elsewhere set {variable} in the environment.",
        )
    prepared = prepare(value)
    if prepared is None:
        raise ManifestError(f"the {who}'s password in {variable} {_NOT_ONE}", where=where, hint=_HINT)
    return prepared


def from_column(column: str) -> PasswordOf:
    """The function that takes a row's password out of a column.

    It raises DocumentError (PasswordEmpty, PasswordInvalid).
    """
    where = Where(column=column)

    def password(row: RowData) -> bytes:
        text = _text(row.get(column))
        if text is None:
            raise DocumentError(
                "the column of the document's password has a value of a kind that is none",
                reason="PasswordInvalid",
                where=where,
                hint="A password is a text, a whole number, a decimal or a date.",
            )
        if not text.strip():
            raise DocumentError(
                "the column of the document's password is empty",
                reason="PasswordEmpty",
                where=where,
                hint="Give the row a password: without one anybody could open the document.",
            )
        prepared = prepare(text)
        if prepared is None:
            raise DocumentError(
                f"the document's password {_NOT_ONE}", reason="PasswordInvalid", where=where, hint=_HINT
            )
        return prepared

    return password


_NOT_ONE: Final = "cannot be one"
_HINT: Final = f"It has at most {_MOST_BYTES} bytes of UTF-8, and no control character."


def _text(value: Any) -> str | None:
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or not isinstance(value, int | Decimal | dt.date):
        return None
    if isinstance(value, dt.datetime):
        return None
    return value.isoformat() if isinstance(value, dt.date) else str(value)


def prepare(text: str) -> bytes | None:
    """The password's bytes: SASLprep (RFC 4013), UTF-8. None: it cannot be one."""
    mapped = "".join(
        " " if stringprep.in_table_c12(character) else character
        for character in text
        if not stringprep.in_table_b1(character)
    )
    prepared = unicodedata.normalize("NFKC", mapped)
    if not prepared or any(table(character) for character in prepared for table in _PROHIBITED):
        return None
    if any(map(stringprep.in_table_d1, prepared)) and (
        any(map(stringprep.in_table_d2, prepared))
        or not (stringprep.in_table_d1(prepared[0]) and stringprep.in_table_d1(prepared[-1]))
    ):
        return None
    encoded = prepared.encode()
    return encoded if len(encoded) <= _MOST_BYTES else None
