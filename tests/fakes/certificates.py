"""A certificate authority for tests, and a certificate of it for this computer's loopback address."""

from __future__ import annotations

import datetime
import ipaddress
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


def made(folder: Path) -> tuple[Path, Path]:
    """The authority's certificate, and the server's with its key; both PEM files."""
    authority_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    authority_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Doorkeep's tests")])
    now = datetime.datetime.now(datetime.UTC)
    lasts = (now - datetime.timedelta(days=1), now + datetime.timedelta(days=1))

    def certificate(name: x509.Name, public: ec.EllipticCurvePublicKey, extension: x509.ExtensionType) -> bytes:
        builder = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(authority_name)
            .public_key(public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(lasts[0])
            .not_valid_after(lasts[1])
            .add_extension(extension, critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key()), critical=False
            )
        )
        return builder.sign(authority_key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)

    own_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    address = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    own_key = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    authority, server = folder / "authority.pem", folder / "server.pem"
    authority.write_bytes(
        certificate(authority_name, authority_key.public_key(), x509.BasicConstraints(ca=True, path_length=0))
    )
    server.write_bytes(own_key + certificate(own_name, key.public_key(), address))
    return authority, server


def for_loopback(folder: Path) -> Path:
    """One file for both sides: key and certificate of the server, and the authority that clients are to trust."""
    authority, server = made(folder)
    path = folder / "loopback.pem"
    path.write_bytes(server.read_bytes() + authority.read_bytes())
    return path
