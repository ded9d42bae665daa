"""Four ways to a server, and how each is started."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from app.core.catalog import catalog
from app.core.errors import DoorkeepError
from app.ui.servers.recipes import CommandRecipe, KnownRecipe, UrlRecipe, bundle_recipe, free_name, looking


def test_a_known_server_needs_its_secret_and_its_answers(home: str) -> None:
    recipe = KnownRecipe(catalog()["slack-bot"], "slack-bot")
    with pytest.raises(DoorkeepError, match="Bot user OAuth token"):
        recipe.begin(home, "slack-bot", {"team": "T1"})
    begun = recipe.begin(home, "slack-bot", {"team": "T1", "slack-bot": True})
    assert begun.setting.env == {"SLACK_BOT_TOKEN": "secret:slack-bot", "SLACK_TEAM_ID": "T1"}
    assert looking("slack-bot", begun.setting)["command"] == "npx"


def test_a_command_line_is_taken_apart(home: str) -> None:
    begun = CommandRecipe().begin(home, "mine", {"command": "run 'a b' c", "env": ["A=1=2"]})
    assert (begun.setting.command, begun.setting.args, begun.setting.env) == ("run", ("a b", "c"), {"A": "1=2"})
    for answers, says in (
        ({"command": "'"}, "quotation mark"),
        ({"command": "x", "env": ["A"]}, "no variable"),
        ({"command": "x", "env": ["A B=1"]}, "no variable"),
    ):
        with pytest.raises(DoorkeepError, match=says):
            CommandRecipe().begin(home, "mine", answers)


@pytest.mark.parametrize(
    ("answers", "auth"),
    [({}, ""), ({"token": True}, "secret:far"), ({"oauth": True}, "oauth"), ({"oauth": True, "token": True}, "oauth")],
)
def test_an_address_is_entered_with_a_token_in_the_browser_or_neither(home: str, answers: dict, auth: str) -> None:
    begun = UrlRecipe().begin(home, "far", {"url": "https://example.test/mcp", "oauth": False, **answers})
    assert (begun.setting.url, begun.setting.auth) == ("https://example.test/mcp", auth)
    with pytest.raises(DoorkeepError, match="has to begin with"):
        UrlRecipe().begin(home, "far", {"url": "ftp://x", "oauth": False})


@pytest.fixture
def bundle(tmp_path: Path) -> str:
    said = {
        "manifest_version": "0.3",
        "name": "Book",
        "version": "1",
        "author": {"name": "Ann"},
        "server": {
            "type": "node",
            "entry_point": "m.js",
            "mcp_config": {"command": "node", "args": ["${user_config.d}"]},
        },
        "user_config": {"d": {"type": "string", "title": "D", "required": True}},
    }
    path = tmp_path / "b.mcpb"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("manifest.json", json.dumps(said))
    return str(path)


def test_a_bundle_is_unpacked_when_it_is_begun_and_not_before(home: str, bundle: str) -> None:
    recipe = bundle_recipe(bundle, {"book"})
    assert (recipe.name, recipe.title, recipe.author) == ("book-2", "Book", "Ann")
    assert not Path(home, "bundles").exists()
    begun = recipe.begin(home, recipe.name, {"d": "x"})
    assert Path(begun.folder, "manifest.json").exists()
    assert begun.setting.args == ("x",)


def test_a_bundle_that_cannot_be_begun_leaves_nothing(home: str, bundle: str) -> None:
    recipe = bundle_recipe(bundle, set())
    for answers in ({}, {"d": "secret:github"}):
        with pytest.raises(DoorkeepError):
            recipe.begin(home, "book", answers)
    assert not Path(home, "bundles").exists() or list(Path(home, "bundles").iterdir()) == []


def test_a_name_that_is_taken_gets_a_number() -> None:
    assert free_name("github", set()) == "github"
    assert free_name("github", {"github", "github-2"}) == "github-3"
    assert len(free_name("x" * 30, {"x" * 30})) <= 30
