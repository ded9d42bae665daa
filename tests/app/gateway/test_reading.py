"""What cannot be read is refused in words, whatever it is."""

from __future__ import annotations

import msgspec
import pytest

from app.gateway.reading import RefusalError, read
from servers.runtime import wire


class Shape(msgspec.Struct):
    uri: str = ""


DECODE = msgspec.json.Decoder(Shape).decode
DEEP = 100_000


def test_parameters_are_read_and_may_be_left_out() -> None:
    assert read(DECODE, msgspec.Raw(b'{"uri":"a","other":1}')).uri == "a"
    assert read(DECODE, wire.NO_RAW) == Shape()


@pytest.mark.parametrize("raw", [b"7", b'{"uri":1}', b'{"uri":"\xff"}', b'{"uri":' + b"[" * DEEP + b"]" * DEEP + b"}"])
def test_what_makes_no_sense_is_a_refusal(raw: bytes) -> None:
    with pytest.raises(RefusalError) as refused:
        read(DECODE, msgspec.Raw(raw))
    assert refused.value.code == wire.INVALID_PARAMS
    assert "parameters" in refused.value.message
