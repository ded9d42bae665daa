"""Detached signatures beside what is handed out, where a key is named; where none is, nobody may overlook it. No key is kept here."""

from __future__ import annotations

import os

from building import run

KEY = "DOORKEEP_GPG_KEY"
"""The variable that names the key, as `gpg --local-user` takes it."""
LOUD = "!" * 100


def sign(paths: list[str]) -> list[str]:
    """Sign each file with GnuPG (`FILE.asc`). Returns the signatures; none where no key is named. Raises BuildError."""
    key = os.environ.get(KEY)
    if not key:
        print(
            f"{LOUD}\nNOT SIGNED: {KEY} names no key. Nobody can tell these files from forged ones.\n{LOUD}", flush=True
        )
        return []
    made: list[str] = []
    for path in paths:
        run(
            [
                "gpg",
                "--batch",
                "--yes",
                "--local-user",
                key,
                "--armor",
                "--detach-sign",
                "--output",
                f"{path}.asc",
                path,
            ]
        )
        made.append(f"{path}.asc")
    return made
