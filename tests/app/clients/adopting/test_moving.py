"""One entry as a server of ours: names without collision, the setting, the text to go back to."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import msgspec
import pytest

from app.clients import documents
from app.clients.adopting.foreign import taken_apart
from app.clients.adopting.moving import Moving, Names, moving
from app.clients.holes import Holed, fill
from app.clients.known import CLIENTS
from app.clients.ownership import Adopted
from app.core.errors import ClientConfigError
from app.core.settings import ServerSetting, Settings

CLAUDE = CLIENTS["claude-desktop"]


def names(servers: Mapping[str, ServerSetting] | None = None, secrets: tuple[str, ...] = (), **known: str) -> Names:
    return Names(("filesystem",), Settings(servers=dict(servers or {})), secrets, known)


def moved(entry: Any, key: str = "a", free: Names | None = None, before: Adopted | None = None) -> Moving:
    text = json.dumps({"mcpServers": {key: entry}})
    span = documents.span(text, "mcpServers", key, "json")
    return moving(taken_apart(CLAUDE, text, key), text, span, free or names(), before)


@pytest.mark.parametrize(
    ("key", "server"),
    [
        ("GitHub MCP", "github-mcp"),
        ("filesystem", "filesystem-2"),
        ("known", "known-2"),
        ("日本", "server"),
        ("x" * 40, "x" * 26),
    ],
)
def test_a_server_gets_a_free_name_near_its_own(key: str, server: str) -> None:
    assert moved({"command": "x"}, key, names({"known": ServerSetting(command="y")})).server == server


def test_the_only_secret_is_called_like_the_server_and_several_by_their_places() -> None:
    assert moved({"command": "x", "env": {"TOKEN": "t"}}).secrets == {"a": "t"}
    assert moved({"command": "x", "env": {"TOKEN": "t"}, "args": ["--api-key", "k"]}).secrets == {
        "a-token": "t",
        "a-api-key": "k",
    }
    assert moved({"command": "x", "env": {"TOKEN": "t"}}, free=names(secrets=("a",))).secrets == {"a-2": "t"}


def test_the_same_value_in_two_places_is_one_secret() -> None:
    found = moved({"command": "x", "env": {"A_TOKEN": "t", "B_TOKEN": "t"}})
    assert found.secrets == {"a": "t"}
    assert found.setting.env == {"A_TOKEN": "secret:a", "B_TOKEN": "secret:a"}


def test_a_part_of_a_text_is_named_within_it() -> None:
    setting = moved({"command": "x", "args": ["postgres://u:pw@h/d", "--token=t"]}).setting
    assert setting.args == ("postgres://u:{secret:a-password}@h/d", "--token={secret:a-token}")


def test_the_client_keeps_what_is_its_own() -> None:
    found = moved(
        {"command": "x", "disabled": True, "autoApprove": ["read"], "timeout": 9, "unknown": {"a": 1}, "cwd": ""}
    )
    assert found.kept == {"disabled": True, "autoApprove": ["read"], "timeout": 9}


def test_the_original_is_kept_with_markers_and_filled_to_the_very_bytes() -> None:
    entry = {"command": "é", "env": {"TOKEN": 't"é', "U": "https://u:pw@h/"}, "args": ["--key=a/b", "é"]}
    found = moved(entry)
    assert "{secret:" in found.adopted.original.content.decode()
    assert fill(found.adopted.original, found.secrets).decode() == json.dumps(entry)


def test_an_earlier_adoption_gives_its_names_where_they_hold_the_same() -> None:
    before = Adopted("mine", Holed(b""), {"env TOKEN": "old"})
    again = {"command": "x", "env": {"TOKEN": "t"}}
    known = names({"mine": ServerSetting(command="x")}, ("old",), old="t")
    assert (moved(again, free=known, before=before).server, moved(again, free=known, before=before).secrets) == (
        "mine",
        {"old": "t"},
    )
    other = moved(again, free=names({"mine": ServerSetting(command="z")}, ("old",), old="another"), before=before)
    assert (other.server, other.secrets) == ("a", {"a": "t"})


def test_a_header_that_the_settings_cannot_say_is_refused() -> None:
    with pytest.raises(ClientConfigError, match="cannot be written into Doorkeep's settings"):
        moved({"url": "https://h/", "headers": {"X Key": "v"}})


def test_a_secret_on_a_command_line_is_warned_of() -> None:
    assert "--token on its command line" in moved({"command": "x", "args": ["--token", "t"]}).notes[0]
    assert moved({"command": "x", "env": {"TOKEN": "t"}}).notes == ()


def test_the_folder_in_which_it_runs_goes_along() -> None:
    assert moved({"command": "x", "cwd": "/srv/data"}).setting.cwd == "/srv/data"


TWIN = ServerSetting(
    command="x", args=("--api-key={secret:k}",), env={"TOKEN": "secret:t", "A": "b"}, tools={"drop": "off"}
)
HERE = {"command": "x", "args": ["--api-key=kk"], "env": {"TOKEN": "tt", "A": "b"}}


@pytest.mark.parametrize(
    ("setting", "entry", "server"),
    [
        (TWIN, HERE, "twin"),
        (TWIN, {**HERE, "env": {"TOKEN": "another", "A": "b"}}, "a"),
        (TWIN, {**HERE, "command": "y"}, "a"),
        (msgspec.structs.replace(TWIN, enabled=False), HERE, "a"),
        (msgspec.structs.replace(TWIN, env={"TOKEN": "tt", "A": "b"}), HERE, "a"),
        (msgspec.structs.replace(TWIN, env={"TOKEN": "secret:unknown", "A": "b"}), HERE, "a"),
        (ServerSetting(command="x"), {"command": "x"}, "twin"),
    ],
)
def test_the_very_same_server_of_another_clients_file_is_not_set_up_twice(
    setting: ServerSetting, entry: dict[str, Any], server: str
) -> None:
    found = moved(entry, free=names({"twin": setting}, ("t", "k"), t="tt", k="kk"))
    assert found.server == server
    if server == "twin":
        assert found.setting == setting
        assert set(found.secrets) <= {"t", "k"}
