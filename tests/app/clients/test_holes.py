"""Texts without their secrets, and back: the same bytes, however the secret was written."""

from __future__ import annotations

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from app.clients.holes import Holed, dig, fill, marker, way_of

TOKEN = "ghp_0123456789abcdef"


def test_a_secret_is_replaced_by_a_marker_wherever_it_stands() -> None:
    holed = dig(Holed(f'{{"a": "{TOKEN}", "b": "Bearer {TOKEN}"}}'.encode()), {"github": TOKEN})
    assert holed.content == b'{"a": "{secret:github}", "b": "Bearer {secret:github}"}'
    assert holed.secrets == {"github"}
    assert fill(holed, {"github": "x"}) == b'{"a": "x", "b": "Bearer x"}'


def test_text_that_looks_like_a_marker_stays_what_it_was() -> None:
    text = f"{marker('github')} {TOKEN}".encode()
    assert fill(dig(Holed(text), {"github": TOKEN}), {"github": TOKEN}) == text


def test_a_secret_that_is_not_there_leaves_its_place_empty() -> None:
    assert fill(dig(Holed(f'"{TOKEN}"'.encode()), {"github": TOKEN}), {}) == b'""'


def test_a_short_secret_is_found_as_a_word_only() -> None:
    assert dig(Holed(b'"on": "monday on"'), {"pin": "on"}).content == b'"{secret:pin}": "monday {secret:pin}"'


def test_the_longer_of_two_secrets_that_share_a_text_is_found() -> None:
    holed = dig(
        Holed(b"postgres://u:longpassword@h"), {"url": "postgres://u:longpassword@h", "password": "longpassword"}
    )
    assert holed.content == b"{secret:url}"


def test_the_way_in_which_a_value_is_written_is_told() -> None:
    ways = [
        way_of(*pair)
        for pair in (("a", "a"), ('a"', 'a\\"'), ("é", "\\u00e9"), ("a/é", "a\\/\\u00e9"), ("a", "\\u0061"))
    ]
    assert ways == ["plain", "json", "ascii", "ascii-slashes", ""]


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.text(min_size=1, max_size=12), min_size=1, max_size=3, unique=True),
    st.text(max_size=20),
    st.booleans(),
)
def test_digging_twice_and_filling_gives_the_same_bytes(values: list[str], around: str, ascii_only: bool) -> None:
    secrets = {f"s{number}": value for number, value in enumerate(values)}
    text = json.dumps([around, *values, around.join(values)], ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")
    once = dig(Holed(text), {"s0": secrets["s0"]})
    assert fill(dig(once, secrets), secrets) == text
