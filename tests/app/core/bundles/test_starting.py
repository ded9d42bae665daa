"""How an unpacked bundle is started, and that nothing it says can reach a secret that is not its own."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.bundles.manifest import Manifest, read_manifest
from app.core.bundles.starting import setting_of, wanted_of
from app.core.errors import DoorkeepError
from app.core.secret_names import named_in, uses_of
from app.core.settings import ServerSetting
from app.core.wanted import Answer
from tests.app.core.bundles.conftest import MANIFEST, manifest

OPTIONS = {
    "key": {"type": "string", "title": "Key", "sensitive": True},
    "dirs": {"type": "directory", "title": "Folders", "multiple": True},
    "size": {"type": "number", "title": "Size", "default": 10},
    "loud": {"type": "boolean", "title": "Loud", "default": True},
    "word": {"type": "string", "title": "Word"},
}


@pytest.fixture
def folder(tmp_path: Path) -> str:
    """An unpacked bundle."""
    (tmp_path / "server").mkdir()
    (tmp_path / "server" / "index.js").write_text("serve()")
    (tmp_path / "server" / "run").write_text("#!/bin/sh")
    return str(tmp_path)


def read(config: dict[str, Any] | None, **more: Any) -> Manifest:
    options = {"user_config": OPTIONS, **more}
    return read_manifest(json.dumps(manifest(**options, **({"mcp_config": config} if config else {}))).encode())


def started(folder: str, config: dict[str, Any], **answers: Answer) -> ServerSetting:
    return setting_of(read(config), "tracker", folder, answers)


def test_the_places_of_this_computer_are_filled_in(folder: str) -> None:
    words = ["${__dirname}/server/index.js", "${HOME}", "a${pathSeparator}b${/}c", "${DOCUMENTS}", "${unknown}"]
    found = started(folder, {"command": "node", "args": words})
    assert found.command == "node"
    home = os.path.expanduser("~")
    assert found.args[:3] == (f"{folder}/server/index.js", home, f"a{os.sep}b{os.sep}c")
    assert found.args[3].startswith(home)
    assert found.args[4] == "${unknown}"


def test_answers_are_filled_in_as_a_program_takes_them(folder: str) -> None:
    config = {
        "command": "node",
        "args": ["--size", "${user_config.size}", "${user_config.dirs}", "--in=${user_config.dirs}"],
        "env": {"LOUD": "${user_config.loud}", "WORD": "${user_config.word}", "EMPTY": ""},
    }
    found = started(folder, config, dirs=["/a b", "/c"])
    assert found.args == ("--size", "10", "/a b", "/c", f"--in=/a b{os.pathsep}/c")
    assert found.env == {"LOUD": "true", "EMPTY": ""}
    assert started(folder, config, loud=False, word="${HOME}").env == {"LOUD": "false", "WORD": "${HOME}", "EMPTY": ""}
    assert started(folder, config).args == ("--size", "10", "--in=")


def test_a_sensitive_value_is_named_and_never_written(folder: str) -> None:
    config = {
        "command": "node",
        "args": ["${user_config.key}"],
        "env": {"KEY": "${user_config.key}", "HEADER": "Bearer ${user_config.key}"},
    }
    found = started(folder, config, key=True)
    assert found.args == ("secret:tracker.key",)
    assert found.env == {"KEY": "secret:tracker.key", "HEADER": "Bearer {secret:tracker.key}"}
    assert [named_in(value) for value in found.env.values()] == [["tracker.key"], ["tracker.key"]]
    without = started(folder, config)
    assert (without.args, without.env) == (("",), {"HEADER": "Bearer "})


@pytest.mark.parametrize(
    ("config", "answers"),
    [
        ({"env": {"A": "secret:github"}}, {}),
        ({"args": ["{secret:github}"]}, {}),
        ({"args": ["--x={secret:github}"]}, {}),
        ({"command": "secret:github"}, {}),
        ({"env": {"A": "${user_config.word}"}}, {"word": "secret:github"}),
        ({"args": ["${user_config.dirs}"]}, {"dirs": ["/a{secret:github}"]}),
        ({"args": ["sec${user_config.word}"]}, {"word": "ret:github"}),
        ({"args": ["{sec${user_config.word}}"]}, {"word": "ret:github"}),
        ({"env": {"A": "${user_config.word}:${user_config.key}"}}, {"word": "{secret:github}", "key": True}),
        ({"platform_overrides": {sys.platform: {"env": {"A": "secret:github"}}}}, {}),
    ],
)
def test_no_word_of_a_bundle_is_taken_for_a_secret_of_the_user(
    folder: str, config: dict[str, Any], answers: dict[str, Any]
) -> None:
    with pytest.raises(DoorkeepError, match="names a secret of the keychain"):
        started(folder, {"command": "node", **config}, **answers)


def test_whatever_it_says_it_gets_its_own_secrets_and_no_others(folder: str) -> None:
    config = {"command": "node", "args": ["{sec${user_config.key}ret:github}"], "env": {}}
    found = started(folder, config, key=True)
    assert {use.secret for use in uses_of("tracker", found)} == {"tracker.key"}


PIECES = st.lists(
    st.sampled_from(
        [
            "secret:",
            "{secret:",
            "sec",
            "ret:",
            "{",
            "}",
            "github",
            "${user_config.word}",
            "${user_config.key}",
            " ",
            "x",
        ]
    ),
    max_size=6,
).map("".join)


@given(said=PIECES, typed=PIECES, key=st.booleans())
def test_no_putting_together_ever_names_a_secret_of_another(said: str, typed: str, key: bool) -> None:
    config = {"command": "node", "args": [said], "env": {"A": said}}
    try:
        found = setting_of(read(config), "tracker", "/nowhere", {"word": typed, "key": key})
    except DoorkeepError:
        return
    assert {use.secret for use in uses_of("tracker", found)} <= {"tracker.key"}
    assert not any(
        part.startswith("secret:") and part != "secret:tracker.key" for part in (*found.args, *found.env.values())
    )


def test_this_system_s_own_words_win(folder: str) -> None:
    other = {"command": "deno", "env": {"B": "2"}}
    config = {
        "command": "node",
        "args": ["x"],
        "env": {"A": "1", "B": "1"},
        "platform_overrides": {sys.platform: other, "amiga": {"command": "never"}},
    }
    found = started(folder, config)
    assert (found.command, found.args, found.env) == ("deno", ("x",), {"A": "1", "B": "2"})


def test_paths_below_the_bundle_are_made_full_ones(folder: str) -> None:
    """As the specification's own examples write them."""
    found = started(folder, {"command": "server/run", "args": ["server/index.js", "server", "../up", "--x=server/run"]})
    assert found.command == f"{folder}/server/run"
    assert found.args == (f"{folder}/server/index.js", "server", "../up", "--x=server/run")
    if os.name == "posix":
        assert os.access(found.command, os.X_OK)
    assert started(folder, {"command": "node", "args": ["${user_config.word}"]}, word="server/run").args == (
        "server/run",
    )


@pytest.mark.skipif(sys.platform == "win32", reason="there it is called python")
def test_python_is_called_by_the_name_that_is_there(folder: str) -> None:
    assert started(folder, {"command": "python"}).command == "python3"


def test_a_uv_bundle_needs_no_words_of_its_own(folder: str) -> None:
    said = {**MANIFEST, "server": {"type": "uv", "entry_point": "src/server.py"}, "manifest_version": "0.4"}
    found = setting_of(read_manifest(json.dumps(said).encode()), "tracker", folder, {})
    assert (found.command, found.args) == ("uv", ("run", "--directory", folder, "src/server.py"))


def test_defaults_name_this_computer_s_places() -> None:
    options = {
        "dirs": {"type": "directory", "title": "D", "multiple": True, "default": ["${HOME}/a", "/b"]},
        "one": {"type": "directory", "title": "O", "default": ["${HOME}/a", "/b"]},
    }
    dirs, one = wanted_of(read(None, user_config=options), "tracker")
    assert dirs.default == [os.path.expanduser("~/a"), "/b"]
    assert one.default == os.path.expanduser("~/a")


def test_what_is_needed_and_missing_is_asked_for(folder: str) -> None:
    needed = {"key": {"type": "string", "title": "API key", "sensitive": True, "required": True}}
    with pytest.raises(DoorkeepError, match="The Tracker needs one thing more: API key"):
        setting_of(read(None, user_config=needed), "tracker", folder, {})
