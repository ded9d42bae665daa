"""Which path an argument means, and what the table allows there: words for every refusal."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servers.runtime.errors import ToolError
from servers.runtime.safe.access import Folders, Need
from servers.runtime.safe.words import RefusedError
from servers.runtime.wire import Access, Folder

TABLE = (
    Folder("/w", "write"),
    Folder("/w/off", "off"),
    Folder("/w/off/open", "read"),
    Folder("/w/ask", "ask"),
    Folder("/r", "read"),
    Folder("/w/home", "off", protected=True),
    Folder("/w/start", "read", protected=True),
    Folder("/nowhere/start", "read", protected=True),
)
asked = Folders(7, TABLE, asked=True)
alone = Folders(7, TABLE, asked=False)
one = Folders(1, (Folder("/w", "write"), Folder("/w/sub", "read")))


@pytest.mark.parametrize(
    ("argument", "path"),
    [
        ("/w/a", "/w/a"),
        ("/w//a/./b/", "/w/a/b"),
        ("//w/a", "/w/a"),
        ("a/b", "/w/a/b"),
        (".", "/w"),
        ("./a", "/w/a"),
        ("~x", "/w/~x"),
        ("/", "/"),
        (" lead ", "/w/ lead "),
        ("-rf", "/w/-rf"),
        ("a\\xff\\x0ab", "/w/a\udcff\nb"),
        ("...", "/w/..."),
        ("\\xc3\\xa4", "/w/\u00e4"),
    ],
)
def test_an_argument_means_one_absolute_path(argument: str, path: str) -> None:
    assert one.resolve(argument) == path


def test_a_tilde_means_the_account(guard: Path) -> None:
    assert (one.resolve("~"), one.resolve("~/a")) == (str(guard), f"{guard}/a")


@pytest.mark.parametrize("argument", ["/w/../r", "..", "../w", "/w/a/..", "~/../x", "/w/nope/../../r"])
def test_dot_dot_is_refused_and_the_plain_path_offered(argument: str) -> None:
    with pytest.raises(ToolError, match=r"contains '\.\.'"):
        one.resolve(argument)


@pytest.mark.parametrize(
    ("argument", "words"),
    [
        ("", "empty"),
        ("/w/a\0b", "NUL"),
        ("/w/" + "n" * 256, "256 bytes"),
        ("/w/" + "\u00e4" * 128, "256 bytes"),
        ("/w" + "/abcdefg" * 600, "too long"),
        ("/w/\ud800", "half of a character"),
    ],
)
def test_what_cannot_be_a_path_is_said_so(argument: str, words: str) -> None:
    with pytest.raises(ToolError, match=words):
        one.resolve(argument)


def test_a_name_of_255_bytes_is_possible() -> None:
    assert one.resolve("n" * 255) == "/w/" + "n" * 255


def test_a_relative_path_needs_exactly_one_granted_folder() -> None:
    with pytest.raises(ToolError, match="several folders are granted"):
        asked.resolve("a")
    with pytest.raises(RefusedError, match="No folder is granted"):
        Folders().resolve("a")


DECISIONS: list[tuple[str, Need, Folders, str]] = [
    ("/w/a", "read", alone, ""),
    ("/w/a", "change", alone, ""),
    ("/r/a", "read", alone, ""),
    ("/r/a", "change", asked, "read-only"),
    ("/w/off", "read", asked, "switched off"),
    ("/w/off/a", "change", asked, "switched off"),
    ("/w/offside", "change", asked, ""),
    ("/w/off/open/a", "read", asked, ""),
    ("/w/off/open/a", "change", asked, "read-only"),
    ("/w/ask/a", "read", alone, ""),
    ("/w/ask/a", "change", asked, ""),
    ("/w/ask/a", "change", alone, "nobody can be"),
    ("/w/home", "read", asked, "protects"),
    ("/w/home/doorkeep.toml", "read", asked, "protects"),
    ("/w/home/doorkeep.toml", "change", asked, "protects"),
    ("/w/start", "read", asked, ""),
    ("/w/start", "change", asked, "protects"),
    ("/nowhere/start", "read", asked, "no folder that the user granted"),
    ("/elsewhere/a", "read", asked, "no folder that the user granted"),
    ("/w_evil/a", "read", asked, "no folder that the user granted"),
    ("/", "read", asked, "no folder that the user granted"),
    ("/w/.env", "read", asked, "often hold secrets"),
    ("/w/.env", "change", asked, "often hold secrets"),
    ("/w/.git/config", "read", asked, ""),
    ("/w/.git/config", "change", asked, "other programs execute"),
    ("/proc/self/environ", "read", Folders(1, (Folder("/", "write"),)), "kernel"),
    ("/dev/zero", "read", Folders(1, (Folder("/", "write"),)), "kernel"),
    ("/process", "read", Folders(1, (Folder("/", "write"),)), ""),
]


@pytest.mark.parametrize(("path", "need", "folders", "words"), DECISIONS)
def test_the_table_decides(path: str, need: Need, folders: Folders, words: str) -> None:
    for _ in range(2):  # the second answer may come from memory
        if words:
            with pytest.raises(RefusedError, match=words):
                folders.require(path, need, "touch")
        else:
            assert folders.require(path, need).path in path


def test_a_refusal_names_what_why_and_whom_to_ask() -> None:
    with pytest.raises(RefusedError) as caught:
        asked.require("/elsewhere/deep/a.txt", "read", "read")
    assert caught.value.text == (
        "Cannot read /elsewhere/deep/a.txt: it lies in no folder that the user granted. Granted: /w, /w/off/open, /r. "
        "To reach this path, ask the user to add /elsewhere/deep in Doorkeep."
    ).replace("/w/off/open, ", "")


def test_rows_below_a_path_are_known() -> None:
    assert [row.path for row in asked.rows_below("/w/off")] == ["/w/off/open"]
    assert asked.rows_below("/r") == []


accesses: st.SearchStrategy[Access] = st.sampled_from(["off", "read", "ask", "write"])
paths = st.lists(st.sampled_from(["a", "b", "ab", "a b", "\u00e4"]), max_size=4).map(
    lambda parts: "/" + "/".join(parts)
)


@given(rows=st.dictionaries(paths, accesses, max_size=5), path=paths)
def test_only_the_longest_row_above_a_path_decides(rows: dict[str, Access], path: str) -> None:
    folders = Folders(1, tuple(Folder(row, access) for row, access in rows.items()), asked=True)
    above = [row for row in rows if path == row or row == "/" or path.startswith(row + "/")]
    expected = rows[max(above, key=len)] if above else "off"
    allowances: list[tuple[Need, bool]] = [("read", expected != "off"), ("change", expected in ("ask", "write"))]
    for need, allowed in allowances:
        try:
            folders.require(path, need)
        except RefusedError:
            assert not allowed
        else:
            assert allowed


@given(st.text(max_size=60))
def test_whatever_is_asked_the_answer_is_a_clean_path_or_words(argument: str) -> None:
    try:
        path = one.resolve(argument)
    except ToolError:
        return
    else:
        assert path == os.path.normpath(path) or path.startswith("//")
        assert ".." not in path.split("/")
        assert "\0" not in path
