import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from servers.filesystem import reading
from servers.filesystem.reading import Lines, Page, Readable, look
from servers.runtime.call import Call
from servers.runtime.errors import ToolError
from servers.runtime.safe.etag import MAX_HASHED, of_content
from servers.runtime.safe.opening import Opened, open_file

Look = Callable[[bytes], Readable]


@pytest.fixture
def look_at(call: Call, top: Path) -> Iterator[Look]:
    """Writes a file and opens it as the tools do."""
    opened: list[Opened] = []

    def make(content: bytes) -> Readable:
        path = top / "file"
        path.write_bytes(content)
        opened.append(open_file(call.folders, str(path)))
        return look(opened[-1])

    yield make
    for one in opened:
        one.close()


def page(file: Readable, start: int = 1, lines: int = 0, max_chars: int = 40_000) -> Page:
    return Lines(file).page(start, lines, max_chars)


def test_a_small_file_is_read_once_and_whole(look_at: Look) -> None:
    file = look_at(b"a\nb\n")
    assert (file.content, file.etag) == (b"a\nb\n", of_content(b"a\nb\n"))


def test_a_large_file_is_not_loaded(look_at: Look) -> None:
    file = look_at(b"line\n" * MAX_HASHED)
    assert file.content is None
    assert file.etag.startswith("s-")
    found = page(file, 500_000, 2)
    assert (found.text, found.first, found.last, found.total) == ("line\nline\n", 500_000, 500_001, None)


@pytest.mark.parametrize(
    ("start", "lines", "text", "first", "last"),
    [
        (1, 0, "1\n2\n3\n4\n5\n", 1, 5),
        (2, 2, "2\n3\n", 2, 3),
        (5, 10, "5\n", 5, 5),
        (-2, 0, "4\n5\n", 4, 5),
        (-4, 2, "2\n3\n", 2, 3),
        (-50, 0, "1\n2\n3\n4\n5\n", 1, 5),
    ],
)
def test_lines_are_named_from_either_end(
    look_at: Look, start: int, lines: int, text: str, first: int, last: int
) -> None:
    found = page(look_at(b"1\n2\n3\n4\n5\n"), start, lines)
    assert (found.text, found.first, found.last, found.total) == (text, first, last, 5)


def test_a_line_behind_the_end_is_an_error_with_the_last_lines_number(look_at: Look) -> None:
    with pytest.raises(ToolError, match=r"fewer than 9 lines\. The last one is line 2"):
        page(look_at(b"1\n2\n"), 9)


def test_an_empty_file_is_an_empty_page(look_at: Look) -> None:
    found = page(look_at(b""))
    assert (found.text, found.total, found.next) == ("", 0, None)


def test_a_page_ends_behind_a_whole_line_where_it_can(look_at: Look) -> None:
    found = page(look_at(b"12345\n67890\nabcde\n"), max_chars=14)
    assert (found.text, found.next, found.cut) == ("12345\n67890\n", (12, 3), False)


def test_a_line_longer_than_a_page_goes_on_in_the_next(look_at: Look) -> None:
    lines = Lines(look_at("é".encode() * 10 + b"\nend\n"))
    first = lines.page(1, 0, 4)
    assert (first.text, first.cut, first.next) == ("éééé", True, (8, 1))
    second = lines.go_on(8, 1, 0, 100)
    assert (second.text, second.begun, second.first) == ("éééééé\nend\n", True, 1)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.sampled_from(["a", "é", "€", "😀", "\n", "\r\n", "\xff"]), max_size=60).map("".join),
    st.integers(1, 30),
    st.sampled_from(["utf-8", "latin-1", "utf-16"]),
)
def test_pages_put_together_are_the_whole_file(look_at: Look, text: str, max_chars: int, codec: str) -> None:
    try:
        content = text.encode(codec)
    except UnicodeEncodeError:
        content = text.encode()
    lines = Lines(look_at(content))
    found = lines.page(1, 0, max_chars)
    parts = [found.text]
    while found.next is not None:
        assert len(found.text) <= max_chars
        found = lines.go_on(*found.next, 0, max_chars)
        parts.append(found.text)
    whole = Lines(look_at(content)).page(1, 0, 1_000_000).text
    joined = "".join(parts)
    # A page may end between the two characters of a line end; only then do they stay apart.
    assert joined.replace("\r\n", "\n").replace("\r", "") == whole.replace("\r", "")


@pytest.mark.parametrize(
    ("content", "text", "encoding", "eol"),
    [
        (b"\xef\xbb\xbfa\r\nb\r\n", "a\nb\n", "utf-8-bom", "crlf"),
        ("é\n".encode("utf-16"), "é\n", "utf-16-le", "lf"),
        (b"caf\xe9\n", "café\n", "latin-1", "lf"),
        (b"a\rb\r", "a\nb\n", "utf-8", "cr"),
        (b"a\r\nb\n", "a\nb\n", "utf-8", "mixed"),
    ],
)
def test_the_kind_of_text_is_told(look_at: Look, content: bytes, text: str, encoding: str, eol: str) -> None:
    found = page(look_at(content))
    assert (found.text, found.encoding, found.eol) == (text, encoding, eol)


def test_the_encoding_of_a_small_file_is_the_same_on_every_page(look_at: Look) -> None:
    lines = Lines(look_at("é\n".encode() * 3 + b"\xff\n"))
    assert lines.page(1, 1, 100).text == "Ã©\n"  # as an edit of the whole file would see it


def test_a_large_utf16_file_is_refused_with_the_way_out(look_at: Look, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MAX_DECODED", 1000)
    with pytest.raises(ToolError, match='as="hex"'):
        page(look_at(b"\xff\xfe" + b"a\0" * MAX_HASHED))


def test_a_tail_of_one_endless_line_begins_within_it(look_at: Look) -> None:
    found = page(look_at("é".encode() * MAX_HASHED), -5, max_chars=10)
    assert (found.text, found.begun, found.from_end) == ("é" * 10, True, 1)


def test_how_many_lines_a_large_file_has_is_estimated(look_at: Look) -> None:
    assert page(look_at(b"0123456\n" * 200_000)).about == 200_000


def test_a_file_that_grows_meanwhile_is_seen_as_it_was(look_at: Look, top: Path) -> None:
    file = look_at(b"a\n")
    with open(top / "file", "ab") as more:
        more.write(b"b\n")
    assert page(file).text == "a\n"
    assert os.path.getsize(top / "file") == 4
