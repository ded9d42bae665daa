"""Which secrets the settings name, and where they are filled in."""

from __future__ import annotations

import pytest

from app.core.secret_names import Use, named, uses
from app.core.settings import parse

SETTINGS = """
[servers.github]
command = "npx"
args = ["-y", "server", "secret:inline"]
env = { TOKEN = "secret:github", PLAIN = "1" }
[servers.tracker]
url = "https://example.com/mcp"
auth = "secret:tracker"
[servers.open]
url = "https://example.com/mcp"
auth = "oauth"
[servers.filesystem]
enabled = true
"""


def test_every_place_is_found() -> None:
    assert uses(parse(SETTINGS)) == [
        Use("github", "github", "env TOKEN"),
        Use("inline", "github", "args"),
        Use("tracker", "tracker", "auth"),
    ]


def test_only_arguments_are_shown_by_the_system() -> None:
    assert [use.shown_by_the_system for use in uses(parse(SETTINGS))] == [False, True, False]


@pytest.mark.parametrize(
    ("text", "name"), [("secret:a", "a"), ("a", ""), ("", ""), ("secret:", ""), ("x secret:a", "")]
)
def test_only_a_whole_value_names_a_secret(text: str, name: str) -> None:
    assert named(text) == name
