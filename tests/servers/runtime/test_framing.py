from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servers.runtime.framing import Lines, TooLong, stated_id

BOUND = 40
any_line = st.binary(max_size=2 * BOUND).map(lambda raw: raw.replace(b"\n", b""))


def in_chunks(stream: bytes, cuts: list[int]) -> list[bytes]:
    places = sorted({cut % (len(stream) + 1) for cut in cuts})
    return [stream[a:b] for a, b in zip([0, *places], [*places, len(stream)], strict=True)]


@given(st.lists(any_line), st.lists(st.integers(min_value=0)))
def test_lines_come_out_as_they_went_in_however_the_stream_is_cut(lines: list[bytes], cuts: list[int]) -> None:
    framing = Lines(BOUND)
    found = [
        line for chunk in in_chunks(b"".join(line + b"\n" for line in lines), cuts) for line in framing.feed(chunk)
    ]
    assert [line.size if isinstance(line, TooLong) else line for line in found] == [
        line if len(line) <= BOUND else len(line) for line in lines
    ]


@given(st.binary(), st.lists(st.integers(min_value=0)))
def test_any_bytes_are_taken_and_no_line_is_longer_than_the_bound(raw: bytes, cuts: list[int]) -> None:
    framing = Lines(BOUND)
    found = [line for chunk in in_chunks(raw, cuts) for line in framing.feed(chunk)]
    assert len(found) == raw.count(b"\n")
    assert all(isinstance(line, TooLong) or len(line) <= BOUND for line in found)


def test_an_unfinished_line_waits_for_its_end() -> None:
    framing = Lines()
    assert framing.feed(b'{"a":') == []
    assert framing.feed(b"1}\n{") == [b'{"a":1}']
    assert framing.feed(b"}\n") == [b"{}"]


def test_a_line_that_is_too_long_keeps_its_ends_alone() -> None:
    framing = Lines(1000)
    for _ in range(100):
        assert framing.feed(b"x" * 999) == []
    (found,) = framing.feed(b"end\n")
    assert isinstance(found, TooLong)
    assert (found.size, len(found.head), found.tail[-3:]) == (99_903, 256, b"end")
    assert framing.feed(b"{}\n") == [b"{}"]


@pytest.mark.parametrize(
    ("line", "id_"),
    [
        ('{"jsonrpc":"2.0","id":7,"method":"x", broken', 7),
        ('{ "id" : -3 , "method":', -3),
        ('{"jsonrpc": "2.0", "id": "seven", ', "seven"),
        ('{"method":"x","params":{"a":NaN},"jsonrpc":"2.0","id":9}', 9),
        ('{"method":"x","params":NaN,"id":"z"}  ', "z"),
        ('{"method":"x","params":{"id":5}}', None),
        ('{"method":"x","params":{"b":1,"id":5', None),
        ('{"method":"x","params":{"text":",\\"id\\":5}"}}', None),
        ('{"id":1.5,"method"', None),
        ('{"id":null,"method"', None),
        ('{"id":"with \\" in it","method"', None),
        ("", None),
    ],
)
def test_an_id_is_read_only_where_it_must_be_the_messages_own(line: str, id_: object) -> None:
    assert stated_id(line.encode()[:256], line.encode()[-256:]) == id_


@given(
    st.dictionaries(st.text(max_size=20) | st.just("id"), st.text(max_size=20) | st.integers(), max_size=4),
    st.integers(min_value=-(10**9), max_value=10**9),
)
def test_no_nested_id_is_taken_for_the_messages_own(params: dict[str, object], id_: int) -> None:
    middle = {"method": "x", "params": {**params, "id": id_}, "jsonrpc": "2.0"}
    line = json.dumps(middle).encode()
    assert stated_id(line[:256], line[-256:]) is None
    last = json.dumps({**middle, "id": id_}).encode()
    assert stated_id(last[:256], last[-256:]) == id_
