from hypothesis import given
from hypothesis import strategies as st

from servers.filesystem import hexdump


def test_rows_show_place_bytes_and_text() -> None:
    assert hexdump.rows(b"Hi\x00\xff", 16) == "00000010  48 69 00 ff                                      Hi..\n"


@given(st.binary(max_size=100))
def test_every_byte_is_in_its_row(content: bytes) -> None:
    rows = hexdump.rows(content, 0).splitlines()
    assert b"".join(bytes.fromhex(row[10:57]) for row in rows) == content
    assert all(len(row) + 1 == hexdump.WIDTH for row in rows[:-1])
