from pathlib import Path
from typing import Any

import pytest

from tests.servers.filesystem.conftest import Files, Serve, body


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({}, "`query` is missing"),
        ({"query": ""}, "`query`"),
        ({"query": "a\nb"}, "within one line"),
        ({"query": "a", "path": "nope"}, "there is no such file or folder"),
        ({"query": "a", "path": "/etc"}, "no folder that the user granted"),
        ({"query": "a", "case": "maybe"}, "`case`"),
        ({"query": "a", "context": 11}, "`context`"),
        ({"query": "a", "cursor": "x"}, "The cursor is not one"),
        ({"query": "(", "regex": True}, "unclosed group"),
        ({"query": r"(?=x)", "regex": True}, "look-around"),
        ({"query": "x" * 5000}, "`query`"),
    ],
)
def test_what_makes_no_sense_is_said(files: Files, top: Path, arguments: dict[str, Any], words: str) -> None:
    (top / "a").write_text("a(b)\n")
    assert words in files.error("search_files", **arguments)


def test_without_any_grant_the_way_out_is_said(serve: Serve) -> None:
    assert "Ask the user to add one" in serve().error("search_files", query="a")


def test_a_query_that_looks_like_an_option_is_a_query(files: Files, top: Path) -> None:
    (top / "a").write_text("--pre=/bin/sh -e x\n")
    for query in ("--pre=/bin/sh", "-e", "--", "-"):
        assert "1: --pre=/bin/sh -e x" in body(files.text("search_files", query=query))


def test_a_glob_that_looks_like_an_option_is_a_glob(files: Files, top: Path) -> None:
    (top / "a").write_text("x\n")
    assert body(files.text("search_files", query="x", glob=["--files", "-a"])) == ""
