import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servers.filesystem import window
from servers.filesystem.offsets import Marks
from servers.filesystem.window import File, Memory, Source
from servers.runtime.errors import ToolError

CONTENT = st.lists(st.sampled_from([b"a", b"\n", b"\r", b"\xc3\xa9", b"\xff", b"\0"]), max_size=80).map(b"".join)
SEPARATORS = st.sampled_from([b"\n", b"\r"])


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(window, "BLOCK", 16)


@contextmanager
def sources(content: bytes, separator: bytes) -> Iterator[list[Source]]:
    with tempfile.TemporaryFile() as file:
        file.write(content)
        file.flush()
        yield [Memory(content, separator), File(file.fileno(), len(content), separator, Marks())]


def naive(content: bytes, separator: bytes) -> list[bytes]:
    *whole, last = content.split(separator)
    return [part + separator for part in whole] + ([last] if last else [])


@given(CONTENT, SEPARATORS, st.lists(st.tuples(st.integers(1, 30), st.integers(0, 6), st.integers(1, 100)), max_size=5))
def test_any_window_equals_a_naive_readers(
    content: bytes, separator: bytes, windows: list[tuple[int, int, int]]
) -> None:
    lines = naive(content, separator)
    with sources(content, separator) as both:
        for source in both:
            for first, count, most in windows:
                start = window.line_start(source, first)
                if first <= len(lines):
                    assert start is not None
                    assert start == len(b"".join(lines[: first - 1]))
                    found = window.forward(source, start, first, count, most)
                    wanted = b"".join(lines[first - 1 : first - 1 + count] if count else lines[first - 1 :])
                    assert found.content == wanted[:most]
                    assert (found.start, found.end) == (start, start + len(found.content))
                    rest = content[found.end :]
                    assert found.cut == (bool(rest) and not found.content.endswith(separator))
                else:
                    assert start in (None, len(content))


@given(CONTENT, SEPARATORS, st.integers(1, 10), st.integers(1, 100))
def test_the_tail_equals_a_naive_readers(content: bytes, separator: bytes, lines: int, most: int) -> None:
    wanted = b"".join(naive(content, separator)[-lines:])
    with sources(content, separator) as both:
        for source in both:
            found = window.backward(source, lines, most)
            assert found.content == wanted[-most:]
            assert found.begun == (found.start > 0 and content[found.start - 1 : found.start] != separator)
            assert window.line_from_end(source, lines) == len(content) - len(wanted)


@given(CONTENT, SEPARATORS)
def test_lines_are_counted(content: bytes, separator: bytes) -> None:
    assert window.count_lines(content, separator) == len(naive(content, separator))


def test_a_window_within_a_line_knows_that_it_begins_there() -> None:
    source = Memory(b"abc\ndef\n")
    assert window.forward(source, 1, 1, 1, 100).begun
    assert not window.forward(source, 4, 2, 1, 100).begun


def test_a_mark_of_the_encoding_is_no_text() -> None:
    source = Memory(b"\xef\xbb\xbfa\nb\n", start=3)
    assert window.line_start(source, 1) == 3
    assert window.backward(source, 5, 100).content == b"a\nb\n"


def test_holes_are_skipped() -> None:
    with tempfile.TemporaryFile() as file:
        file.truncate(1 << 40)
        file.seek((1 << 40) - 10)
        file.write(b"end\nlast\n")
        file.flush()
        size = os.fstat(file.fileno()).st_size
        source = File(file.fileno(), size, b"\n", Marks())
        window.BLOCK = 1 << 16
        assert window.line_start(source, 2) == (1 << 40) - 6
        assert window.line_start(source, 5) is None


def test_a_line_too_far_from_the_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(window, "MAX_BACK", 64)
    with pytest.raises(ToolError, match="before its end"):
        window.line_from_end(Memory(b"x" * 200 + b"\n"), 1)


def test_long_counting_can_be_cancelled() -> None:
    def stop() -> None:
        raise KeyboardInterrupt

    source = Memory(b"a\n" * 1000)
    source.check = stop
    with pytest.raises(KeyboardInterrupt):
        window.line_start(source, 900)
