"""The short-lived process that speaks to the keychain: one JSON request a line on stdin, one JSON answer a line on stdout.

Only the gateway starts it, and ends it when it hangs. Values go over these pipes and nowhere else: no argument, no file, no log.
"""

from __future__ import annotations

import sys
from typing import Any

import msgspec

from app.core.errors import VaultError
from app.core.vault import keeping, keychain
from app.core.vault.deeds import Answer, Request


def main(argv: list[str]) -> int:
    """`python -m app.core.vault.child SERVICE`: serve until stdin ends. `service` is what the entries are filed under."""
    (service,) = argv
    decode = msgspec.json.Decoder(Request).decode
    keychain_: Any = None
    for line in sys.stdin.buffer:
        request = decode(line)
        try:
            if keychain_ is None:
                keychain_ = keychain.choose()
            keychain.note_when_asked(keychain_, lambda asked=request.id: _say(Answer(asked, asking=True)))
            _say(_done(keychain_, service, request))
        except Exception as error:  # each keychain fails in its own library's way; the words are for a person
            told = keychain.said(error)
            _say(Answer(request.id, error=(told.title, told.detail, told.fix)))
    return 0


def _done(entries: keeping.Entries, service: str, request: Request) -> Answer:
    if request.do == "get":
        value = keeping.get(entries, service, request.name)
        return Answer(request.id, value or "", found=value is not None)
    if request.do == "remove":
        return Answer(request.id, found=keeping.drop(entries, service, request.name))
    keeping.put(entries, service, request.name, request.value)
    if keeping.get(entries, service, request.name) != request.value:
        raise VaultError(
            "The keychain gave back another value than it was given.", "Nothing relies on it.", "Try again."
        )
    return Answer(request.id, found=True)


def _say(answer: Answer) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(answer) + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
