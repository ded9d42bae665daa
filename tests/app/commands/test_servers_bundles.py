"""A bundle is set up by a yes to what its server showed, and leaves nothing behind without one."""

from __future__ import annotations

import json
import os
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.fakes import keychain as fake
from tests.fakes.house import House

Doorkeep = Callable[..., Any]
FICKLE = Path(__file__).parents[2] / "fakes" / "fickle_server.py"
LOOK = {"name": "look_up", "description": "Look a word up.", "inputSchema": {"type": "object"}}
CANARY = "tok_0123456789abcdefghijklmnopqrstuvwxyz"
KEY = {"type": "string", "title": "Key", "sensitive": True, "required": True}
OPTIONS: dict[str, Any] = {
    "words": {"type": "directory", "title": "Folders of words", "multiple": True, "required": True},
    "loud": {"type": "boolean", "title": "Loud", "default": False},
}


@pytest.fixture
def bundle(tmp_path: Path) -> Callable[..., str]:
    """A Python bundle that says of itself what a file in it says."""

    def make(options: dict[str, Any] = OPTIONS, env: dict[str, str] | None = None, **more: Any) -> str:
        config = {
            "command": sys.executable,
            "args": ["${__dirname}/main.py", "${__dirname}/said.json", "${user_config.words}"],
            "env": {"LOUD": "${user_config.loud}"} if env is None else env,
        }
        said = {
            "dxt_version": "0.1",
            "name": "Word Book",
            "version": "1.0",
            "description": "Looks words up.",
            "author": {"name": "Ann"},
            "server": {"type": "python", "entry_point": "main.py", "mcp_config": config},
            "user_config": options,
            **more,
        }
        path = tmp_path / "book.mcpb"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("manifest.json", json.dumps(said))
            archive.write(FICKLE, "main.py")
            archive.writestr("said.json", json.dumps({"tools": [LOOK]}))
        return str(path)

    return make


def left(home: str) -> list[str]:
    room = Path(home, "bundles")
    return sorted(os.listdir(room)) if room.exists() else []


def test_an_accepted_bundle_serves_and_its_removal_takes_its_folder(
    doorkeep: Doorkeep, house: House, bundle: Callable[..., str]
) -> None:
    path = bundle()
    found = doorkeep("servers", "add", path, "--answer", "words=/a b", "--answer", "words=/c", "--accept")
    assert (found.status, found.err) == (0, "")
    assert "word-book is set up with 1 tools" in found.out
    folder = Path(house.home, "bundles", "word-book-1.0")
    settings = Path(house.home, "doorkeep.toml").read_text()
    assert '"/a b", "/c"' in settings
    assert 'LOUD = "false"' in settings
    with house.session("word-book") as session:
        assert [tool["name"] for tool in session.list_tools()] == ["look_up"]
    assert (folder / "said.json").exists()
    assert doorkeep("servers", "remove", "word-book").status == 0
    assert (left(house.home), "word-book" in Path(house.home, "doorkeep.toml").read_text()) == ([], False)


def test_it_may_be_called_otherwise(doorkeep: Doorkeep, house: House, bundle: Callable[..., str]) -> None:
    found = doorkeep("servers", "add", bundle({}), "--as", "book", "--accept", "--json")
    assert (found.status, json.loads(found.out)["name"]) == (0, "book")
    assert left(house.home) == ["book-1.0"]


def test_without_a_yes_it_is_shown_and_nothing_is_left(
    doorkeep: Doorkeep, house: House, bundle: Callable[..., str]
) -> None:
    before = Path(house.home, "doorkeep.toml").read_text()
    found = doorkeep("servers", "add", bundle({}))
    assert (found.status, len(found.err.splitlines())) == (1, 1)
    assert "look_up (may change something)" in found.out
    assert (left(house.home), Path(house.home, "doorkeep.toml").read_text()) == ([], before)


@pytest.mark.parametrize(
    ("options", "more", "words", "says"),
    [
        (OPTIONS, {}, (), "needs one thing more: Folders of words"),
        (OPTIONS, {}, ("--answer", "words=relative"), "no full path"),
        (OPTIONS, {}, ("--answer", "words=/a", "--answer", "loud=perhaps"), "neither yes nor no"),
        (OPTIONS, {}, ("--answer", "words=/a", "--answer", "other=1"), "does not ask for 'other'"),
        ({"key": KEY}, {}, (), "needs a secret: Key"),
        ({"key": KEY}, {}, ("--answer", "key=x"), "is a secret: on the command line"),
        ({}, {"version": ""}, (), "no manifest of a bundle"),
        (
            {},
            {"server": {"type": "binary", "entry_point": "x", "mcp_config": {"command": "./x"}}},
            (),
            "not be started",
        ),
        ({}, {"name": "plain"}, (), "a server named plain already"),
        ({}, {"env": {"TOKEN": "secret:github"}}, (), "names a secret of the keychain"),
    ],
)
def test_what_cannot_be_done_is_one_line_and_leaves_nothing(
    doorkeep: Doorkeep,
    house: House,
    bundle: Callable[..., str],
    options: dict[str, Any],
    more: dict[str, Any],
    words: tuple[str, ...],
    says: str,
) -> None:
    before = Path(house.home, "doorkeep.toml").read_text()
    found = doorkeep("servers", "add", bundle(options, **more), "--accept", *words)
    assert (found.status, len(found.err.splitlines())) == (1, 1)
    assert says in found.err
    assert (left(house.home), Path(house.home, "doorkeep.toml").read_text()) == ([], before)


@pytest.fixture
def kept(tmp_path: Path, home: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    """A gateway with a keychain."""
    if fake.missing():
        pytest.skip(f"needs {fake.missing()} (Debian: dbus-daemon gnome-keyring)")
    with fake.running(tmp_path) as keychain:
        for name, value in keychain.env.items():
            monkeypatch.setenv(name, value)
        house = House(home)
        house.start()
        yield house
        house.end()


def test_a_sensitive_answer_is_typed_into_the_keychain_and_comes_out_again_without_a_yes(
    doorkeep: Doorkeep, kept: House, bundle: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.commands.servers_bundles._at_terminal", lambda _args: True)
    monkeypatch.setattr("getpass.getpass", lambda _prompt: CANARY)
    path = bundle({"key": KEY}, {"KEY": "Bearer ${user_config.key}"})
    assert doorkeep("servers", "add", path).status == 1
    assert json.loads(doorkeep("secrets", "list", "--json").out) == []
    assert doorkeep("servers", "add", path, "--accept").status == 0
    (fact,) = json.loads(doorkeep("secrets", "list", "--json").out)
    assert (fact["name"], fact["kept"]) == ("word-book.key", True)
    assert "Bearer {secret:word-book.key}" in Path(kept.home, "doorkeep.toml").read_text()
    assert doorkeep("servers", "remove", "word-book").status == 0
    again = doorkeep("servers", "add", path, "--accept")
    assert (again.status, "is given the secret word-book.key" in again.err) == (0, True)
    files = [found for found in Path(kept.home).rglob("*") if found.is_file()]
    assert not [found for found in files if CANARY.encode() in found.read_bytes()]
