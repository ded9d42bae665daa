from __future__ import annotations

import pytest

from servers.runtime import batches, wire
from servers.runtime.errors import ProtocolError


def test_the_messages_of_an_array_come_out_one_by_one() -> None:
    assert batches.split(b' [{"a":1}, {"b":[2]}]', "2025-03-26") == [b'{"a":1}', b'{"b":[2]}']


@pytest.mark.parametrize(
    ("line", "revision", "code"),
    [
        (b"[]", "2025-03-26", wire.INVALID_REQUEST),
        (b"[" + b"1," * 1000 + b"1]", "2025-03-26", wire.INVALID_REQUEST),
        (b"[1,", "2025-03-26", wire.PARSE_ERROR),
        (b"[{}]", "2025-06-18", wire.INVALID_REQUEST),
        (b"[{}]", "", wire.INVALID_REQUEST),
    ],
)
def test_other_arrays_are_refused(line: bytes, revision: str, code: int) -> None:
    with pytest.raises(ProtocolError) as error:
        batches.split(line, revision)
    assert error.value.code == code


def test_answers_are_joined_and_silence_stays_silence() -> None:
    assert batches.join([b"1\n", b"", b"2\n"]) == b"[1,2]\n"
    assert batches.join([b"", b""]) == b""
