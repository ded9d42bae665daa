"""Prompts name the note and the tools that the server has."""

from __future__ import annotations

import re

import pytest

from servers.notes import prompts
from servers.notes.server import server
from servers.runtime.call import Call
from servers.runtime.errors import ToolError

LATER = {"create_note", "edit_note", "move_note", "trash_notes", "undo_note"}


def test_each_names_only_tools_that_exist(call: Call) -> None:
    texts = [prompts.summarize(call, note="A"), prompts.daily_review(call), prompts.find_related(call, note="A")]
    named = {word for text in texts for word in re.findall(r"[a-z]+_notes?\b|note_links", text)}
    assert named <= {*server.tools, *LATER}


def test_a_note_or_a_tag_is_summed_up(call: Call) -> None:
    assert "'Plan'" in prompts.summarize(call, note="Plan")
    assert "#work" in prompts.summarize(call, tag="#work")
    for wrong in ({}, {"note": "a", "tag": "b"}):
        with pytest.raises(ToolError):
            prompts.summarize(call, **wrong)


def test_a_day_can_be_named(call: Call) -> None:
    assert "2026-11-20" in prompts.daily_review(call, "2026-11-20")
    assert "today" in prompts.daily_review(call)
