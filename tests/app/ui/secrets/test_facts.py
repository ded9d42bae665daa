"""What the Secrets page knows: names, uses and moments."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.core.secret_names import Noted, Use, write_names
from app.ui.secrets.facts import Secret, look, when, where_used

SETTINGS = """
[servers.github]
command = "npx"
env = { GITHUB_TOKEN = "secret:github" }
[servers.tracker]
url = "https://example.com/mcp"
auth = "secret:tracker"
"""


def test_what_is_missing_comes_first(home: str) -> None:
    Path(home, "doorkeep.toml").write_text(SETTINGS)
    write_names(home, {"github": Noted(1, 2), "old": Noted(3)})
    looked = look(home)
    assert [secret.name for secret in looked.secrets] == ["tracker", "github", "old"]
    assert looked.error is None


def test_broken_settings_still_show_what_is_kept(home: str) -> None:
    Path(home, "doorkeep.toml").write_text("[servers")
    write_names(home, {"github": Noted(1, 2)})
    looked = look(home)
    assert [secret.name for secret in looked.secrets] == ["github"]
    assert looked.error is not None


@pytest.mark.parametrize(
    ("uses", "words"),
    [
        ((), "No server uses it."),
        ((Use("a", "github", "env TOKEN"),), "github: in TOKEN"),
        ((Use("a", "x", "args"), Use("a", "y", "auth")), "x: in its arguments · y: to log in"),
    ],
)
def test_where_it_is_used(uses: tuple[Use, ...], words: str) -> None:
    assert where_used(Secret("a", None, uses)) == words


@pytest.mark.parametrize(
    ("noted", "words"),
    [
        (None, "Not set: the server cannot be started."),
        (Noted(1000), "Set 10 min ago, never used"),
        (Noted(1000, 1570), "Set 10 min ago, last used 30 s ago"),
        (Noted(0, 1570), "Set, last used 30 s ago"),
    ],
)
def test_when_it_was_set_and_used(noted: Noted | None, words: str) -> None:
    assert when(Secret("a", noted, ()), 1600.0) == words
