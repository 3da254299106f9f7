"""The standard security handler, revision 6: AES-256 (ISO 32000-2, 7.6.4).

Everything that the standard wants at random comes in as an argument.
"""

import hashlib
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

_NO_IV: Final = bytes(16)
_HASHES: Final = (hashlib.sha256, hashlib.sha384, hashlib.sha512)


@dataclass(frozen=True, slots=True)
class Salts:
    """Four salts, eight bytes each, and four bytes that fill the permissions' block."""

    user_validation: bytes
    user_key: bytes
    owner_validation: bytes
    owner_key: bytes
    filler: bytes


@dataclass(frozen=True, slots=True)
class SecurityEntries:
    """The entries of the encryption dictionary (table 21)."""

    o: bytes
    u: bytes
    oe: bytes
    ue: bytes
    perms: bytes
    p: int


@dataclass(frozen=True, slots=True)
class Passwords:
    """The bytes of both passwords: SASLprep'd UTF-8, at most 127 of them (7.6.4.3.3)."""

    user: bytes = field(repr=False)
    owner: bytes = field(repr=False)


def security_entries(passwords: Passwords, *, file_key: bytes, permissions: int, salts: Salts) -> SecurityEntries:
    """Algorithms 8, 9 and 10.

    Args:
        file_key: 32 bytes, which encrypt the file.
        permissions: the 32 bits of /P, as a signed number.
    """
    u = _hash(passwords.user, salts.user_validation, b"") + salts.user_validation + salts.user_key
    ue = _cbc(_hash(passwords.user, salts.user_key, b""), _NO_IV, file_key)
    o = _hash(passwords.owner, salts.owner_validation, u) + salts.owner_validation + salts.owner_key
    oe = _cbc(_hash(passwords.owner, salts.owner_key, u), _NO_IV, file_key)
    block = permissions.to_bytes(4, "little", signed=True) + b"\xff\xff\xff\xffTadb" + salts.filler
    return SecurityEntries(o, u, oe, ue, _cbc(file_key, _NO_IV, block), permissions)


def encrypt(file_key: bytes, iv: bytes, data: bytes) -> bytes:
    """A string or a stream: the initialization vector, and the padded data (7.6.3, algorithm 1.A)."""
    padding = 16 - len(data) % 16
    return iv + _cbc(file_key, iv, data + bytes([padding]) * padding)


def _cbc(key: bytes, iv: bytes, data: bytes) -> bytes:
    """AES in CBC mode of whole blocks. With one block and no vector it is AES alone."""
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    encryptor = Cipher(algorithms.AES(key), modes.CBC(iv)).encryptor()
    return encryptor.update(data) + encryptor.finalize()


# A Secret's password has the same salts in a whole batch, and the hash is slow on purpose.
@lru_cache(maxsize=8)
def _hash(password: bytes, salt: bytes, user: bytes) -> bytes:
    """Algorithm 2.B.

    Args:
        user: the 48 bytes of U for the owner's password, else nothing.
    """
    key = hashlib.sha256(password + salt + user).digest()
    done = 0
    while True:
        block = (password + key + user) * 64
        encrypted = _cbc(key[:16], key[16:32], block)
        # A number of 16 bytes modulo 3 is the sum of its bytes modulo 3: 256 leaves 1.
        key = _HASHES[sum(encrypted[:16]) % 3](encrypted).digest()
        done += 1
        if done >= 64 and encrypted[-1] <= done - 32:
            return key[:32]
