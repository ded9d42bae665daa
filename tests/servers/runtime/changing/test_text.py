import pytest
from hypothesis import given
from hypothesis import strategies as st

from servers.runtime.changing import text
from servers.runtime.changing.text import Encoding, Eol, Plain
from servers.runtime.errors import ToolError

EOLS = st.lists(st.sampled_from(["a", "é", "\n", "\r\n", "\r"]), max_size=20).map("".join)


@given(st.binary(max_size=60) | EOLS.map(str.encode) | EOLS.map(lambda one: one.encode("utf-16")))
def test_any_bytes_come_back_as_they_were(content: bytes) -> None:
    assert text.encode(*text.decode(content)) == content


@pytest.mark.parametrize(
    ("content", "expected", "encoding"),
    [
        (b"plain", "plain", "utf-8"),
        ("é".encode(), "é", "utf-8"),
        (b"\xef\xbb\xbfbom", "bom", "utf-8-bom"),
        ("wide".encode("utf-16-le").join([b"\xff\xfe", b""]), "wide", "utf-16-le"),
        ("wide".encode("utf-16-be").join([b"\xfe\xff", b""]), "wide", "utf-16-be"),
        (b"caf\xe9", "café", "latin-1"),
        (b"\xff\xfea", "ÿþa", "latin-1"),
        (b"", "", "utf-8"),
    ],
)
def test_the_encoding_is_found_out(content: bytes, expected: str, encoding: Encoding) -> None:
    assert text.decode(content) == (expected, encoding)


def test_a_character_that_the_encoding_lacks_is_named() -> None:
    with pytest.raises(ToolError, match=r"latin-1, which has no '€' \(U\+20AC\)"):
        text.encode("5 €", "latin-1")
    with pytest.raises(ToolError, match="half of a character"):
        text.encode("\ud800", "utf-8")


@pytest.mark.parametrize(
    ("own", "eol"),
    [
        ("", "none"),
        ("a", "none"),
        ("a\n", "lf"),
        ("a\r\nb\r\n", "crlf"),
        ("a\rb\r", "cr"),
        ("a\r\nb\n", "mixed"),
        ("a\rb\n", "lf"),
    ],
)
def test_line_ends_are_told_apart(own: str, eol: Eol) -> None:
    assert text.eol_of(own) == eol


@pytest.mark.parametrize(
    ("head", "expected"),
    [(b"text", False), (b"a\0b", True), (b"\xff\xfea\0", False), (b"a" * 9000 + b"\0", False), (b"", False)],
)
def test_binary_files_are_known_by_their_beginning(head: bytes, expected: bool) -> None:
    assert text.is_binary(head) is expected


def test_line_ends_are_put_in_place() -> None:
    assert text.with_eol("a\nb\r\n", "crlf") == "a\r\nb\r\n"
    assert text.with_eol("a\nb\r\n", "lf") == "a\nb\n"
    assert text.with_eol("a\nb\r\n", "mixed") == "a\nb\r\n"


@given(EOLS)
def test_positions_in_the_plain_text_are_found_again_in_the_files_own(own: str) -> None:
    plain = Plain(own)
    for at, char in enumerate(plain.text):
        place = plain.position(at)
        assert own[place] == char or (char == "\n" and own[place] == "\r")
    assert plain.position(len(plain.text)) == len(own)


def test_new_text_in_a_mixed_file_ends_its_lines_as_those_around_it() -> None:
    plain = Plain("a\r\nb\nc\r\n")
    assert [plain.eol_at(at, at + 1) for at in (0, 1, 2, 3, 4)] == ["crlf", "crlf", "crlf", "lf", "lf"]
