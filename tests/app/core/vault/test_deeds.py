"""What passes between the gateway and the keychain's process."""

from __future__ import annotations

import subprocess
import sys

import msgspec

from app.core.vault.deeds import Answer, Request


def test_an_answer_says_no_more_than_there_is_to_say() -> None:
    assert msgspec.json.encode(Answer(1)) == b'{"id":1}'
    assert msgspec.json.decode(b'{"id":1,"error":["a","b","c"]}', type=Answer).error == ("a", "b", "c")


def test_a_request_names_a_known_deed() -> None:
    assert msgspec.json.decode(b'{"id":1,"do":"get","name":"a"}', type=Request).value == ""


def test_the_gateways_side_loads_neither_the_keychain_nor_openssl() -> None:
    code = "import sys, app.gateway.vault; print(sorted({'keyring', 'secretstorage', 'hashlib', '_hashlib'} & set(sys.modules)))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert found.stdout.strip() == "[]"
