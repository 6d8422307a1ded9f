"""Makes an authority and two certificates that it vouches for, in the folder that is the first argument.

ca.pem: the authority. server.pem and server.key: of everything that listens on this machine. broker.pem: of a broker among
brokers, with its key. The authority's own key is kept nowhere, so that nobody can make a further certificate.
"""

import datetime
import ipaddress
import pathlib
import sys

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

folder = pathlib.Path(sys.argv[1])
begin = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(days=1)
end = begin + datetime.timedelta(days=3650)


def name_of(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def pem_of(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def pem_of_key(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def write(name: str, content: bytes, mode: int) -> None:
    file = folder / name
    file.touch(mode=mode)
    file.write_bytes(content)


def begin_certificate(subject: str, issuer: str, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(name_of(subject))
        .issuer_name(name_of(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(end)
    )


authority = "Millrace local stack"
authority_key = ec.generate_private_key(ec.SECP256R1())
authority_id = x509.SubjectKeyIdentifier.from_public_key(authority_key.public_key())
certificate = (
    begin_certificate(authority, authority, authority_key)
    .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    .add_extension(authority_id, critical=False)
    .add_extension(
        x509.KeyUsage(
            key_cert_sign=True,
            crl_sign=True,
            digital_signature=False,
            content_commitment=False,
            key_encipherment=False,
            data_encipherment=False,
            key_agreement=False,
            encipher_only=False,
            decipher_only=False,
        ),
        critical=True,
    )
    .sign(authority_key, hashes.SHA256())
)
write("ca.pem", pem_of(certificate), 0o644)

addresses = [x509.IPAddress(ipaddress.ip_address("127.0.0.1")), x509.DNSName("localhost")]
for common_name in ["millrace-server", "millrace-broker"]:
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = (
        begin_certificate(common_name, authority, key)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName(addresses), critical=False)
        .add_extension(
            x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]),
            critical=False,
        )
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(authority_id), critical=False
        )
        .sign(authority_key, hashes.SHA256())
    )
    if common_name == "millrace-server":
        write("server.pem", pem_of(certificate), 0o644)
        write("server.key", pem_of_key(key), 0o600)
    else:
        write("broker.pem", pem_of_key(key) + pem_of(certificate), 0o600)
