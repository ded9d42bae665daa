from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.gateway.lines import Lines, sniffed_id
from servers.runtime import wire


def read(chunks: list[bytes], limit: int = wire.MAX_LINE) -> tuple[list[bytes], list[object]]:
    lines: list[bytes] = []
    long: list[object] = []
    reader = Lines(lines.append, long.append, limit)
    for chunk in chunks:
        reader.feed(chunk)
    return lines, long


@given(st.lists(st.binary(max_size=20).map(lambda b: b.replace(b"\n", b"")), max_size=8), st.data())
def test_lines_are_the_same_however_the_bytes_were_cut(expected: list[bytes], data: st.DataObject) -> None:
    stream = b"".join(line + b"\n" for line in expected)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=6)))
    edges = [0, *cuts, len(stream)]
    chunks = [stream[a:b] for a, b in itertools.pairwise(edges) if a < b]
    assert read(chunks)[0] == [line for line in expected if line]


@given(st.lists(st.integers(0, 40), max_size=8), st.integers(1, 30))
def test_every_line_beyond_the_limit_is_reported_and_no_other(sizes: list[int], step: int) -> None:
    stream = b"".join(b"a" * size + b"\n" for size in sizes)
    chunks = [stream[i : i + step] for i in range(0, len(stream), step)]
    lines, long = read(chunks, limit=20)
    assert [len(line) for line in lines] == [size for size in sizes if 0 < size <= 20]
    assert len(long) == sum(size > 20 for size in sizes)


def test_a_line_of_200_mb_is_refused_without_being_kept() -> None:
    import tracemalloc

    lines: list[bytes] = []
    long: list[object] = []
    reader = Lines(lines.append, long.append, 1_000_000)
    head = b'{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"x":"'
    chunk = b"x" * 100_000
    tracemalloc.start()
    reader.feed(head)
    for _ in range(2_000):
        reader.feed(chunk)
    reader.feed(b'"}}\n{"next":1}\n')
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (lines, long) == ([b'{"next":1}'], [7])
    assert peak < 5_000_000


@pytest.mark.parametrize(
    ("head", "tail", "expected"),
    [
        (b'{"jsonrpc":"2.0","id":5,"result":{', b'"}}', 5),
        (b'{"jsonrpc": "2.0", "id": "a-1", "result": {', b"}}", "a-1"),
        (b'{"id":-3,"jsonrpc":"2.0","params":{', b"}}", -3),
        (b'{"method":"tools/call","params":{"id":9,', b'"},"jsonrpc":"2.0","id":12}', 12),
        (b'{"method":"tools/call","params":{"a":"', b'","jsonrpc":"2.0","id":"x"} \r', "x"),
        (b'{"params":{"id":9,"b":"', b'","id":3}}', None),
        (b'{"params":"', b',\\"id\\":4}"}', None),
        (b'{"params":{"jsonrpc":"2.0","id":5,"b":"', b'"}}', None),
        (b"xxxx", b"yyyy", None),
        (b'{"jsonrpc":"2.0","id":1.5,"params":"', b'"}', None),
        (b'{"jsonrpc":"2.0","id":99999999999999999999999,"params":"', b'"}', None),
    ],
)
def test_the_id_of_an_overlong_line_is_told_only_from_the_top_level(head: bytes, tail: bytes, expected: object) -> None:
    assert sniffed_id(head, tail) == expected


def test_a_line_of_exactly_the_limit_passes_and_one_byte_more_does_not() -> None:
    assert read([b"a" * 20 + b"\n"], 20) == ([b"a" * 20], [])
    assert read([b"a" * 21 + b"\n"], 20) == ([], [None])
