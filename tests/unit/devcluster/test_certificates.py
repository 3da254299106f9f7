"""Certificates chain to their authority, say who they are for, and keep their keys to themselves."""

import datetime as dt
from ipaddress import IPv4Address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.x509.oid import NameOID
from devcluster.certificates import Authority, service_account_keys

NOW = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)


def read(path: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate(path.read_bytes())


def test_a_servers_certificate_is_its_authoritys_and_names_it(tmp_path: Path) -> None:
    authority = Authority(tmp_path, "ca", NOW)
    other = Authority(tmp_path, "front-proxy-ca", NOW)

    pair = authority.sign("api", common="api", names=["kubernetes.default"], addresses=[IPv4Address("10.96.0.1")])

    certificate = read(pair.certificate)
    certificate.verify_directly_issued_by(read(authority.files.certificate))
    with pytest.raises((InvalidSignature, ValueError)):
        certificate.verify_directly_issued_by(read(other.files.certificate))
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["kubernetes.default"]
    assert names.get_values_for_type(x509.IPAddress) == [IPv4Address("10.96.0.1")]
    assert certificate.not_valid_before_utc < NOW < certificate.not_valid_after_utc


def test_a_users_certificate_has_its_name_and_group(tmp_path: Path) -> None:
    pair = Authority(tmp_path, "ca", NOW).sign("node", common="system:node:node1", organization="system:nodes")

    subject = read(pair.certificate).subject
    assert subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value == "system:node:node1"
    assert subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)[0].value == "system:nodes"


def test_keys_are_for_their_owner_alone(tmp_path: Path) -> None:
    authority = Authority(tmp_path, "ca", NOW)
    keys = [authority.files.key, authority.sign("one", common="one").key, service_account_keys(tmp_path).key]

    assert [key.stat().st_mode & 0o777 for key in keys] == [0o600] * 3
