"""A note's parts are exact spans of its bytes, found in linear time, whatever the bytes are."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servers.notes.parsing.note import Note, outline, parse

LINES = st.sampled_from(
    [
        b"# One", b"## Two #", b"### Three", b"text", b"", b"  ", b"    indented", b"\tindented", b"```", b"~~~~", b"```py",
        b"> ```", b"> quoted", b"- item", b"  - deeper", b"1. first", b"===", b"---", b"%%", b"%% note %%", b"$$", b"$x$ and $5",
        b"[[Link#Part|words]] #tag", b"![[image.png]]", b"[a](b.md#c) `code [[no]]`", b"[r]: <some where.md> 'title'", b"<!--",
        b"-->", b"| a | [[b\\|c]] |", b"block ^id", b"^alone", b"\\[[no]] \\#no", b"a ](b [c](", b"#1984 #a/b #\xc3\xa9t\xc3\xa9",
        b"\xff broken", b"[[[[", b"]]](x)", b"`", b"``", b"<pre>", b"</pre>", b"[x]: y", b"[^1]: foot", b"key: value",
    ]
)  # fmt: skip
TEXTS = st.builds(
    lambda mark, lines, eol: mark + eol.join(lines),
    st.sampled_from([b"", b"\xef\xbb\xbf", b"---\na: 1\n---\n", b"---\r\ntags: [x]\r\n---\r\n"]),
    st.lists(LINES, max_size=25),
    st.sampled_from([b"\n", b"\r\n"]),
)


def stretches(note: Note) -> list[tuple[int, int]]:
    return [(note.body, note.lead_end), *((heading.start, heading.own_end) for heading in note.headings)]


@given(st.one_of(TEXTS, st.binary(max_size=300)))
def test_lead_and_headings_cover_the_text_without_gap_or_overlap(content: bytes) -> None:
    note = parse(content)
    at = note.body
    for start, end in stretches(note):
        assert start == at
        assert end >= start
        at = end
    assert at == note.size == len(content)


@given(TEXTS)
def test_sections_hold_what_is_deeper_and_end_where_the_next_of_their_level_begins(content: bytes) -> None:
    note = parse(content)
    for number, heading in enumerate(note.headings):
        following = [other.start for other in note.headings[number + 1 :] if other.level <= heading.level]
        assert heading.end == (following[0] if following else note.size)
        assert heading.start < heading.body <= heading.own_end <= heading.end


@given(st.one_of(TEXTS, st.binary(max_size=300)))
def test_every_span_is_what_it_says(content: bytes) -> None:
    note = parse(content)
    for link in note.links:
        written = content[link.start : link.end]
        assert written.startswith((b"[", b"![")) or link.kind == "property"
        assert link.start <= link.target_start <= link.target_end <= link.end
        assert link.embed == written.startswith(b"!")
    for tag in note.tags:
        assert content[tag.start : tag.end].decode() == "#" + tag.name
    for block in note.blocks:
        assert content[block.start : block.end] == b"^" + block.id.encode()


@given(TEXTS)
def test_nothing_counts_where_it_is_hidden(content: bytes) -> None:
    note = parse(content)
    ends = [note.body]
    for start, end in note.hidden:
        assert ends[-1] <= start < end
        ends.append(end)
        starts = [one.start for one in (*note.links, *note.tags, *note.blocks)]
        assert not [at for at in starts if start <= at < end]
        # An underlined heading may begin with code.
        assert not [one.text for one in note.headings if start < one.start < end]


@given(TEXTS)
def test_line_ends_of_windows_change_no_part(content: bytes) -> None:
    plain = parse(content.replace(b"\r\n", b"\n"))
    windows = parse(content.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))
    assert [(one.level, one.text) for one in windows.headings] == [(one.level, one.text) for one in plain.headings]
    assert [(one.target, one.part) for one in windows.links] == [(one.target, one.part) for one in plain.links]
    assert windows.all_tags == plain.all_tags
    assert windows.properties == plain.properties


@given(TEXTS)
def test_an_outline_has_the_same_headings_and_properties(content: bytes) -> None:
    whole, quick = parse(content), outline(content)
    assert quick.headings == whole.headings
    assert quick.frontmatter == whole.frontmatter
    assert (quick.body, quick.eol, quick.encoding) == (whole.body, whole.eol, whole.encoding)


HARD = {
    "brackets": b"[" * 400_000,
    "closing brackets": b"[a" * 200_000 + b"](" * 200_000,
    "wikilinks left open": b"[[a" * 300_000,
    "runs of backticks": b" ".join(b"`" * length for length in range(1, 1500)),
    "dollars": b"$a " * 300_000,
    "comments left open": b"a <!-- " * 150_000,
    "html left open": b"<a " * 300_000,
    "quoted fences left open": b"\n\n".join(b"> " + b"`" * length for length in range(3, 1200)),
    "rules below a list": b"- x\n" + b"y\n=\n" * 150_000,
    "indented after blanks": b"- a\n\n    b\n\n" * 60_000,
    "blank lines": b"\n" * 1_000_000,
    "spaces": b"\n" + b" " * 1_000_000,
    "marks of lists": b"- " * 500_000,
    "properties of spaces": b"---\na" + b" " * 500_000 + b"\nb: '" + b" " * 400_000 + b"\n c'\n---\n",
    "a list left open": b"---\na: [" + b"x, " * 300_000 + b"\n---\n",
    "percent signs": b"a%% " * 250_000,
    "destinations": b"[a](b(" * 150_000,
}


@pytest.mark.parametrize("content", HARD.values(), ids=HARD)
def test_time_stays_linear(content: bytes) -> None:
    assert parse(content).size == len(content)  # what is quadratic does not come back before pytest's own bound


def test_a_million_headings_are_cut_and_said_to_be() -> None:
    note = parse(b"# h\n" * 1_000_000)
    assert note.cut
    assert len(note.headings) == 100_000
    assert note.headings[-1].end == note.size


def test_a_note_in_utf_16_has_no_parts_and_says_so() -> None:
    note = parse("# Heading [[x]]".encode("utf-16"))
    assert note.encoding == "utf-16"
    assert not note.headings


@pytest.mark.parametrize(
    ("content", "encoding", "eol"),
    [
        (b"a\n", "utf-8", "\n"),
        (b"\xef\xbb\xbfa\r\n", "utf-8-bom", "\r\n"),
        (b"\xff caf\xe9\n", "other", "\n"),
        (b"", "utf-8", "\n"),
    ],
)
def test_encoding_and_line_end_are_told(content: bytes, encoding: str, eol: str) -> None:
    note = parse(content)
    assert (note.encoding, note.eol) == (encoding, eol)


def test_tags_of_properties_and_text_are_told_once() -> None:
    note = parse(b"---\ntags: [Work, '#home']\n---\n#work #away\n")
    assert note.all_tags == ["Work", "home", "away"]
