"""Targets are told as they are meant, and where they are written."""

from __future__ import annotations

import pytest

from servers.notes.parsing.targets import decoded, markdown_link, split, text_of, wiki_link


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (b"a%20b.md", "a b.md"),
        (b"a\\(b\\).md", "a(b).md"),
        (b"caf\xc3\xa9%C3%A9", "caféé"),
        (b"100%", "100%"),
        (b"a\\b", "a\\b"),
        (b"bad%FF", "bad\ufffd"),
    ],
)
def test_destinations_are_decoded(written: bytes, meant: str) -> None:
    assert decoded(written) == meant


def test_a_target_is_split_at_its_first_hash() -> None:
    assert split(b"a#b#c") == (b"a", b"b#c")
    assert split(b"a") == (b"a", b"")


def test_an_escaped_exclamation_mark_embeds_nothing() -> None:
    content = b"\\![[a]]"
    link = wiki_link(content, 2, len(content), "wiki")
    assert link is not None
    assert not link.embed
    assert link.start == 2


def test_a_drive_is_no_scheme() -> None:
    content = b"[a](C:/b.md) [a](cc:b)"
    assert markdown_link(content, "markdown", (0, 12), (4, 11), (1, 2)) is not None
    assert markdown_link(content, "markdown", (13, 22), (17, 21), (14, 15)) is None


def test_bytes_that_are_no_text_are_shown_replaced() -> None:
    assert text_of(b"a\xffb", 0, 3) == "a\ufffdb"
