"""The cluster's certificates: made anew at every `up`, valid for a week, never outside its folder."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

_VALID = dt.timedelta(days=7)
_BOTH_SIDES = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]


@dataclass(frozen=True)
class KeyPair:
    """A certificate and its key, as files."""

    certificate: Path
    key: Path


def _name(common: str, organization: str | None) -> x509.Name:
    attributes = [x509.NameAttribute(NameOID.COMMON_NAME, common)]
    if organization:
        attributes.insert(0, x509.NameAttribute(NameOID.ORGANIZATION_NAME, organization))
    return x509.Name(attributes)


def _write(path: Path, content: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.write_bytes(content)
    return path


def write_private_key(path: Path, key: ec.EllipticCurvePrivateKey) -> Path:
    # PKCS #8 is read by all of the cluster's programs.
    encoding, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    return _write(path, key.private_bytes(encoding, form, serialization.NoEncryption()))


def service_account_keys(folder: Path) -> KeyPair:
    """The pair that signs and checks service accounts' tokens: a public key in the certificate's place."""
    key = ec.generate_private_key(ec.SECP256R1())
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return KeyPair(
        _write(folder / "service-account.pub", public), write_private_key(folder / "service-account.key", key)
    )


class Authority:
    """Signs certificates and writes them into its folder."""

    def __init__(self, folder: Path, name: str, now: dt.datetime) -> None:
        self._folder = folder
        self._now = now
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._subject = _name(name, None)
        usage = x509.KeyUsage(True, False, False, False, False, True, True, False, False)
        certificate = (
            self._builder(self._subject, self._key)
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .add_extension(usage, critical=True)
            .sign(self._key, hashes.SHA256())
        )
        pem = certificate.public_bytes(serialization.Encoding.PEM)
        self.files = KeyPair(_write(folder / f"{name}.crt", pem), write_private_key(folder / f"{name}.key", self._key))

    def _builder(self, subject: x509.Name, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
        # Clocks of containers may be a little behind.
        begins = self._now - dt.timedelta(hours=1)
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(begins)
            .not_valid_after(begins + _VALID)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()), critical=False)
        )

    def sign(
        self,
        file: str,
        *,
        common: str,
        organization: str | None = None,
        names: Sequence[str] = (),
        addresses: Sequence[IPv4Address] = (),
    ) -> KeyPair:
        """A certificate for a user (`common`, in the group `organization`) or for a server (`names`, `addresses`)."""
        key = ec.generate_private_key(ec.SECP256R1())
        usage = x509.KeyUsage(True, False, False, False, False, False, False, False, False)
        builder = (
            self._builder(_name(common, organization), key)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(usage, critical=True)
            .add_extension(x509.ExtendedKeyUsage(_BOTH_SIDES), critical=False)
        )
        alternatives = [*map(x509.DNSName, names), *map(x509.IPAddress, addresses)]
        if alternatives:
            builder = builder.add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
        certificate = builder.sign(self._key, hashes.SHA256())
        pem = certificate.public_bytes(serialization.Encoding.PEM)
        return KeyPair(_write(self._folder / f"{file}.crt", pem), write_private_key(self._folder / f"{file}.key", key))
