from __future__ import annotations

import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.control.frames import (
    FRAMES,
    Hello,
    Refusal,
    hello_line,
    read_hello,
    read_welcome,
    refusal_line,
    welcome_line,
)


@given(st.sampled_from(["session", "control"]), st.text(), st.integers(0, 2**31))
def test_a_hello_reads_as_it_was_written(kind: str, server: str, ppid: int) -> None:
    hello = Hello(FRAMES, kind, server=server, ppid=ppid)  # type: ignore[arg-type]
    line = hello_line(hello)
    assert line.startswith(b'{"doorkeep":1,')
    assert line.find(b"\n") == len(line) - 1
    assert read_hello(line) == hello


def test_a_hello_carries_the_client_s_handshake_as_it_came() -> None:
    line = b'{"doorkeep":1,"as":"session","server":"x","initialize":{"b": 1,"a":[ ]}}'
    assert bytes(read_hello(line).initialize) == b'{"b": 1,"a":[ ]}'


@pytest.mark.parametrize("line", [b"", b"{}", b"[]", b'{"doorkeep":"1","as":"control"}', b'{"doorkeep":1}', b"\xff"])
def test_what_is_no_hello_raises(line: bytes) -> None:
    with pytest.raises(msgspec.MsgspecError):
        read_hello(line)


def test_both_welcomes_read_as_they_were_written() -> None:
    welcome = read_welcome(welcome_line("1.2.3", 42))
    assert (welcome.doorkeep, welcome.version, welcome.pid, welcome.error) == (1, "1.2.3", 42, None)
    refusal = Refusal("No.", "Because.", "Ask.")
    assert read_welcome(refusal_line(refusal)).error == refusal
    assert json.loads(refusal_line(Refusal("No."))) == {"doorkeep": 1, "error": {"title": "No."}}
