from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.bridge.framing import (
    EDGE,
    LONG_LINE,
    WORDS,
    LineBuffer,
    Overlong,
    Request,
    answered,
    hello,
    open_ends,
    open_request,
    without_words,
)
from app.version import VERSION

IDS = st.one_of(st.integers(), st.text(), st.floats(allow_nan=False, allow_infinity=False))


@given(
    lines=st.lists(st.binary(min_size=1, max_size=40).filter(lambda raw: b"\n" not in raw and not raw.isspace())),
    cuts=st.data(),
)
def test_however_the_stream_is_cut_the_same_lines_come_out(lines: list[bytes], cuts: Any):
    stream = b"".join(line + b"\n" for line in lines)
    buffer = LineBuffer()
    found: list[Any] = []
    while stream:
        size = cuts.draw(st.integers(1, len(stream)))
        found += buffer.feed(stream[:size])
        stream = stream[size:]
    assert found == [line + b"\n" for line in lines]


@pytest.mark.parametrize("step", [1, 3, 10, 1000])
def test_an_overlong_line_is_dropped_with_its_ends_and_the_next_one_passes(step: int):
    buffer = LineBuffer(limit=20)
    stream = b"a" * 21 + b"b\n" + b"ok\n"
    found = [line for at in range(0, len(stream), step) for line in buffer.feed(stream[at : at + step])]
    assert isinstance(found[0], Overlong)
    assert found[0].head.startswith(b"aaa")
    assert found[0].tail.endswith(b"b\n")
    assert found[1:] == [b"ok\n"]


def test_a_line_of_exactly_the_limit_passes():
    assert LineBuffer(limit=5).feed(b"1234\n") == [b"1234\n"]


def test_blank_lines_are_left_out():
    assert LineBuffer().feed(b"\n \r\n{}\n") == [b"{}\n"]


@given(id_=IDS)
def test_the_id_of_an_answer_is_read_from_its_beginning(id_: Any):
    line = json.dumps({"jsonrpc": "2.0", "id": id_, "result": {"id": "other"}}, separators=(",", ":")).encode()
    assert answered(line + b"\n") == id_


@given(id_=IDS)
def test_a_question_of_the_server_answers_nothing(id_: Any):
    line = json.dumps({"jsonrpc": "2.0", "id": id_, "method": "ping"}, separators=(",", ":")).encode()
    assert answered(line) is None


@pytest.mark.parametrize("line", [b"", b"{}", b'{"jsonrpc":"2.0","id":', b'{"jsonrpc":"2.0","id":"a,', b"\xff\n"])
def test_a_strange_line_answers_nothing(line: bytes):
    assert answered(line) is None


@pytest.mark.parametrize(
    "order",
    [
        ("jsonrpc", "id", "method", "params"),
        ("method", "params", "jsonrpc", "id"),
        ("method", "jsonrpc", "id", "params"),
    ],
)
def test_a_request_too_long_to_parse_is_known_by_its_ends(order: tuple[str, ...]):
    text = 'x","jsonrpc":"2.0","id":9}' * 20_000
    message = {"jsonrpc": "2.0", "id": "a,b", "method": "tools/call", "params": {"arguments": {"content": text}}}
    line = json.dumps({key: message[key] for key in order}).encode() + b"\n"
    assert len(line) > LONG_LINE
    assert open_request(line) == {**{key: message[key] for key in ("id", "method")}, "jsonrpc": "2.0"}
    assert open_ends(line[:EDGE], line[-EDGE:]) is not None


def test_a_long_request_in_another_order_is_parsed_after_all():
    line = json.dumps(
        {"params": {"content": "y" * LONG_LINE}, "id": 3, "jsonrpc": "2.0", "method": "tools/call"}
    ).encode()
    found = open_request(line)
    assert found is not None
    assert (found["id"], found["method"]) == (3, "tools/call")


@pytest.mark.parametrize("line", [b"[1]", b"nonsense", b'{"id":NaN}', b"\xff", b'"\\ud800', b"[" * 100_000, b"{}x"])
def test_what_is_no_object_is_none(line: bytes):
    assert open_request(line) is None


def test_only_requests_that_change_nothing_are_kept_to_be_sent_again():
    assert Request(1, "tools/list", "", b"line").line == b"line"
    assert Request(1, "tools/call", "", b"line").line == b""
    assert Request(1, "tools/list", "", b"x" * (EDGE + 1)).line == b""


def test_what_a_gateway_gave_to_keep_stands_in_the_hello_as_it_was():
    assert json.loads(hello("git", 4, {"a": 1}, b'{"uris":["x"]}')) == {
        **json.loads(hello("git", 4, {"a": 1})),
        "kept": {"uris": ["x"]},
    }


def test_words_between_bridge_and_gateway_are_told_from_the_lines_of_others():
    lines = b'{"jsonrpc":"2.0","id":1}\n{"doorkeep":1,"held":true}\n{"jsonrpc":"2.0","x":"{\\"doorkeep\\":"}\n'
    assert without_words(lines) == lines.replace(b'{"doorkeep":1,"held":true}\n', b"")
    assert without_words(b"") == b""


def test_the_hello_carries_a_handshake_only_when_there_was_one():
    assert json.loads(hello("git", 4)) == {
        "doorkeep": 1,
        "as": "session",
        "server": "git",
        "ppid": 4,
        "version": VERSION,
        "words": WORDS,
    }
    assert json.loads(hello("git", 4, {"protocolVersion": "é"}))["initialize"] == {"protocolVersion": "é"}
