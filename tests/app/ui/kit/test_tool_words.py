"""What each tool of our own servers does, in a person's words."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.ui.kit.tool_words import WORDS, ToolWords

BUILTIN = Path(__file__).parents[4] / "resources" / "builtin"


@pytest.mark.parametrize("path", sorted(BUILTIN.glob("*.json")), ids=lambda path: path.stem)
def test_every_tool_that_ships_has_its_words(path: Path) -> None:
    tools = {tool["name"] for tool in json.loads(path.read_text())["tools"]}
    assert tools <= set(WORDS[path.stem])


@pytest.mark.parametrize("words", [words for tools in WORDS.values() for words in tools.values()], ids=str)
def test_words_name_nothing_but_the_object(words: ToolWords) -> None:
    for text in words:
        assert text.format(object="notes.md")
        assert "_" not in text.format(object="")
