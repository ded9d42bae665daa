"""What of a note the index keeps."""

from __future__ import annotations

import pytest

from servers.notes.index.contents import contents_of, decoded, link_key, plain, spaced

NOTE = b"""---
title: The long name
aliases: [First, "Two words"]
tags: [Work/Deep, idea]
rating: 5
done: true
due: 2026-11-21
---
# Heading
Text with #inline and [[Other Note#Part|shown]] and [md](../a/Fourth%20one.md) and ![[pic.png]].
`[[not a link]]` [web](https://example.org)
"""


def test_columns_hold_title_tags_folder_and_text() -> None:
    got = contents_of("in here/Name.md", NOTE)
    assert got.words[0].split() == ["Name", "First", "Two", "words", "The", "long", "name"]
    assert got.words[1].split() == ["Work/Deep", "idea", "inline"]
    assert got.words[2] == "in here"
    assert "Text with" in got.words[3]


def test_aliases_and_tags_are_folded_and_kept_as_written() -> None:
    got = contents_of("Name.md", NOTE)
    assert got.aliases == [("first", "First"), ("two words", "Two words")]
    assert got.tags == [("work/deep", "Work/Deep"), ("idea", "idea"), ("inline", "inline")]


def test_properties_have_a_row_for_each_value() -> None:
    rows = contents_of("Name.md", NOTE).properties
    assert ("rating", 5) in rows
    assert ("done", "true") in rows
    assert ("due", "2026-11-21") in rows
    assert [value for name, value in rows if name == "aliases"] == ["first", "two words"]


def test_links_go_by_the_last_part_of_their_target() -> None:
    got = contents_of("Name.md", NOTE).links
    assert got == [("other note", "Other Note"), ("fourth one", "../a/Fourth one.md"), ("pic.png", "pic.png")]


@pytest.mark.parametrize(
    ("target", "expected"), [("A/B.md", "b"), ("B", "b"), ("B#C", "b"), ("x.PNG", "x.png"), ("#here", "")]
)
def test_the_key_of_a_link(target: str, expected: str) -> None:
    assert link_key(target) == expected


@pytest.mark.parametrize(
    ("text", "words"), [("plain text", 2), ("日本語", 3), ("a 中文 b", 4), ("한국어", 3), ("ไทย", 3), ("día über", 2)]
)
def test_scripts_without_spaces_are_split_into_characters(text: str, words: int) -> None:
    assert len(spaced(text).split()) == words


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (5, 5),
        (1.5, 1.5),
        (True, "true"),
        (None, ""),
        ("Caf\u00c9", "caf\u00e9"),
        (2**70, str(2**70)),
        ("x" * 999, "x" * 200),
    ],
)
def test_values_are_compared_as_numbers_or_as_folded_text(value: object, expected: object) -> None:
    assert plain(value) == expected


def test_bytes_that_are_no_text_do_not_matter() -> None:
    got = contents_of("a.md", b"---\nx: [\n---\nwell \xff\xfe here [[b]]")
    assert "well" in got.words[3]
    assert got.links == [("b", "b")]


def test_utf_16_is_read() -> None:
    assert decoded("hé".encode("utf-16")) == "hé"
