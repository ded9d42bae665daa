"""The prompts name the repository and the tools that are there."""

from __future__ import annotations

import re

from servers.git import prompts
from servers.git.server import server
from servers.runtime.call import Call


def test_they_name_the_repository_and_the_range(call: Call) -> None:
    assert "the repository /r." in prompts.review_change(call, "/r", "main..x")
    assert "main..x" in prompts.review_change(call, "/r", "main..x")
    assert "the repository." in prompts.commit_message(call) or "the repository," in prompts.commit_message(call)


def test_every_tool_that_they_name_is_there(call: Call) -> None:
    words = prompts.review_change(call) + prompts.commit_message(call)
    assert set(re.findall(r"git_[a-z]+", words)) <= set(server.tools)
