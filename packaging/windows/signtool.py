"""Authenticode, where a certificate is named; where none is, nobody may overlook it. The key stays in Windows' own store."""

from __future__ import annotations

import os

from building import run

CERTIFICATE = "DOORKEEP_WINDOWS_CERTIFICATE"
"""SHA-1 thumbprint of a certificate in the user's store."""
TIMESTAMP = "DOORKEEP_TIMESTAMP_URL"
"""An RFC 3161 server: without its word a signature ends with the certificate."""
TOOL = "DOORKEEP_SIGNTOOL"
"""signtool.exe, where it is not on the PATH."""
LOUD = "!" * 100


def command() -> list[str]:
    """The command that signs the file named after it; empty where no certificate is named."""
    certificate = os.environ.get(CERTIFICATE, "").replace(" ", "")
    if not certificate:
        return []
    stamp = os.environ.get(TIMESTAMP)
    stamped = ["/tr", stamp, "/td", "sha256"] if stamp else []
    return [os.environ.get(TOOL) or "signtool", "sign", "/sha1", certificate, "/fd", "sha256", *stamped]


def sign(paths: list[str]) -> bool:
    """Sign programs and libraries of ours. False, loudly, where no certificate is named. Raises BuildError."""
    words = command()
    if not words:
        print(
            f"{LOUD}\nNOT SIGNED: {CERTIFICATE} names no certificate. Windows will warn of this installer.\n{LOUD}",
            flush=True,
        )
        return False
    if not os.environ.get(TIMESTAMP):
        print(
            f"{LOUD}\nNOT STAMPED: {TIMESTAMP} is not set. The signatures end with the certificate.\n{LOUD}", flush=True
        )
    run([*words, *paths])
    return True
