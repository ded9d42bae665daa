"""Which secrets the settings name, and where they are filled in."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.core.secret_names import Noted, Use, filled, listed, named, named_in, names_of, uses, write_names
from app.core.settings import parse

SETTINGS = """
[servers.github]
command = "npx"
args = ["-y", "server", "secret:inline"]
env = { TOKEN = "secret:github", PLAIN = "1" }
[servers.tracker]
url = "https://example.com/mcp"
auth = "secret:tracker"
headers = { X-Key = "Key {secret:key}", X-Plain = "1" }
[servers.open]
url = "https://example.com/mcp"
auth = "oauth"
[servers.git]
tokens = { "github.com" = "secret:hub" }
"""


def test_every_place_is_found() -> None:
    assert uses(parse(SETTINGS)) == [
        Use("github", "github", "env TOKEN"),
        Use("inline", "github", "args"),
        Use("key", "tracker", "header X-Key"),
        Use("tracker", "tracker", "auth"),
        Use("oauth-open", "open", "sign-in"),
        Use("hub", "git", "token github.com"),
    ]


def test_only_arguments_are_shown_by_the_system() -> None:
    assert [use.place for use in uses(parse(SETTINGS)) if use.shown_by_the_system] == ["args"]


@pytest.mark.parametrize(
    ("text", "name"), [("secret:a", "a"), ("a", ""), ("", ""), ("secret:", ""), ("x secret:a", "")]
)
def test_only_a_whole_value_names_a_secret(text: str, name: str) -> None:
    assert named(text) == name


@pytest.mark.parametrize(
    ("text", "names", "whole"),
    [
        ("secret:a", ["a"], "A"),
        ("Bearer {secret:a}", ["a"], "Bearer A"),
        ("postgres://{secret:a}:{secret:b}@host", ["a", "b"], "postgres://A:{secret:a}@host"),
        ("{secret:A} {secret:} secret:a {other}", [], "{secret:A} {secret:} secret:a {other}"),
    ],
)
def test_secrets_within_a_value_are_found_and_put_in(text: str, names: list[str], whole: str) -> None:
    assert named_in(text) == names
    assert filled(text, {"a": "A", "b": "{secret:a}"}) == whole


def test_the_list_is_private_and_comes_back(tmp_path: Path) -> None:
    write_names(str(tmp_path), {"github": Noted(1, 2)})
    assert names_of(str(tmp_path)) == {"github": Noted(1, 2)}
    assert (tmp_path / "secrets.json").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("text", ["", "{", '{"names": 3}', "null"])
def test_a_list_that_cannot_be_read_has_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "secrets.json").write_text(text)
    assert names_of(str(tmp_path)) == {}


def test_what_is_needed_and_not_kept_is_listed_too() -> None:
    found = listed({"github": Noted(1_700_000_000), "old": Noted(5, 6)}, uses(parse(SETTINGS)))
    assert [(each["name"], each["kept"], len(each["uses"])) for each in found] == [
        ("github", True, 1),
        ("hub", False, 1),
        ("inline", False, 1),
        ("key", False, 1),
        ("old", True, 0),
        ("tracker", False, 1),
    ]
    assert (found[0]["set_at"], found[0]["used_at"]) == ("2023-11-14T22:13:20Z", None)
