"""The payment QR code of European banks ("Girocode", EPC069-12): scanned, a transfer is filled in."""

from decimal import Decimal
from typing import Any, Final

from markupsafe import Markup

from pdfbatch_renderer.templates.codes.qr import payment_code
from pdfbatch_renderer.templates.formats.amounts import amount_of
from pdfbatch_renderer.templates.refusals import RefusedError, shown

_LEAST: Final = Decimal("0.01")
_MOST: Final = Decimal("999999999.99")
_MOST_BYTES: Final = 331


def epc_qr(
    *,
    name: str,
    iban: str,
    amount: Any,
    text: str | None = None,
    reference: str | None = None,
    bic: str | None = None,
    purpose: str | None = None,
    scale: float | None = None,
) -> Markup:
    """The code as inline SVG.

    Args:
        name: the payee, at most 70 characters.
        iban: the payee's account; spaces do not matter; its check digits are checked (ISO 13616).
        amount: euros, 0.01 to 999,999,999.99, in whole cents.
        text: what it is for, at most 140 characters; or
        reference: a creditor reference (ISO 11649), at most 25 characters. One of the two.
        bic: the payee's bank, where it is outside the EEA.
        purpose: a SEPA purpose code, at most 4 characters.
        scale: CSS pixels a module, as in qr.

    Raises:
        RefusedError: a value is not what the standard takes.
    """
    euros = amount_of(amount, "epc_qr")
    if euros is None or not _LEAST <= euros <= _MOST:
        raise RefusedError(f"epc_qr takes 0.01 to 999,999,999.99 euros, and not {shown(amount)}")
    if euros != euros.quantize(_LEAST):
        raise RefusedError(f"epc_qr takes whole cents, and not {shown(amount)}", hint="Say amount=total | round(2).")
    account = "".join(str(iban).split()).upper()
    if not _is_iban(account):
        raise RefusedError(f"{shown(iban)} is not an IBAN: its check digits do not fit")
    if bool(text) == bool(reference):
        raise RefusedError("epc_qr takes either text or reference")
    payee, bank, remittance = str(name).strip(), str(bic or "").strip(), str(text or "").strip()
    bounded = {"name": (payee, 70), "text": (remittance, 140), "reference": (reference, 25), "purpose": (purpose, 4)}
    for what, (given, most) in bounded.items():
        value = str(given or "")
        if len(value) > most or "\n" in value or "\r" in value:
            raise RefusedError(f"epc_qr takes a {what} of one line and at most {most} characters, not {shown(value)}")
    if not payee:
        raise RefusedError("epc_qr needs the payee's name")
    if len(bank) not in (0, 8, 11):
        raise RefusedError(f"{shown(bank)} is not a BIC: it has 8 or 11 characters")
    lines = (
        "BCD",
        "002",
        "1",
        "SCT",
        bank,
        payee,
        account,
        f"EUR{euros:.2f}",
        purpose or "",
        reference or "",
        remittance,
    )
    data = "\n".join(map(str, lines)).rstrip("\n").encode()
    if len(data) > _MOST_BYTES:
        raise RefusedError(f"the payment's data are {len(data)} bytes, and {_MOST_BYTES} is the most")
    return payment_code(data, scale)


def _is_iban(account: str) -> bool:
    """ISO 13616: two letters, two check digits, up to 30 more; modulo 97 it is 1 (ISO/IEC 7064, MOD 97-10)."""
    if not (15 <= len(account) <= 34 and account.isascii() and account.isalnum()):
        return False
    if not (account[:2].isalpha() and account[2:4].isdigit()):
        return False
    turned = account[4:] + account[:4]
    return int("".join(str(int(character, 36)) for character in turned)) % 97 == 1
