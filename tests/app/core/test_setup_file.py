"""The setup as a file: it comes back as it went, never with a secret, and nothing it brings acts by itself."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.core import setup_file
from app.core.errors import SettingsError
from app.core.settings import load, parse

CANARY = "zq7canary"
SECRETS = f"""
[servers.tracker]
command = "/usr/bin/tracker"
args = ["--token", "{CANARY}-1", "--api-key={CANARY}-2", "--verbose", "https://ann:{CANARY}-3@example.org/?k={CANARY}-4",
        "postgres://db:{CANARY}-8@host/name"]
env = {{ TRACKER_TOKEN = "{CANARY}-5", PLAIN = "{CANARY}-6", NAMED = "secret:tracker" }}
tools = {{ close = "ask" }}

[servers.remote]
url = "https://ann:{CANARY}-7@example.org/mcp?key={CANARY}-9#{CANARY}-10"
auth = "{CANARY}-11"
headers = {{ X-Key = "{CANARY}-12", X-Kind = "Key {CANARY}-13", X-Both = "{CANARY}-14 {{secret:named}}" }}

[servers.named]
url = "https://example.org/mcp"
auth = "secret:named"
headers = {{ X-Key = "secret:key", X-Kind = "Key {{secret:key}}" }}

[servers.signed]
url = "https://example.org/mcp"
auth = "oauth"
oauth = {{ client_id = "me", client_secret = "secret:me" }}
"""


def write(home: str, text: str) -> None:
    Path(home, "doorkeep.toml").write_text(text)


def carried(home: str, content: bytes) -> setup_file.Import:
    planned = setup_file.plan_import(home, setup_file.read(content, "setup.json"))
    setup_file.carry_out(home, planned)
    return planned


def test_no_planted_secret_is_exported() -> None:
    content = setup_file.export(parse(SECRETS))
    assert CANARY.encode() not in content
    found = json.loads(content)["servers"]
    assert found["tracker"]["env"] == {"TRACKER_TOKEN": "", "PLAIN": "", "NAMED": "secret:tracker"}
    assert found["tracker"]["args"][2:4] == ["--api-key=[redacted]", "--verbose"]
    assert found["named"]["auth"] == "secret:named"
    assert found["remote"]["url"] == "https://example.org/mcp"
    assert set(found["remote"]["headers"].values()) == {"[redacted]"}
    assert found["named"]["headers"] == {"X-Key": "secret:key", "X-Kind": "Key {secret:key}"}
    assert found["signed"]["oauth"] == {"client_id": "me", "client_secret": "secret:me"}


def test_a_setup_comes_back_as_it_went(home: str, folder: Path) -> None:
    text = (
        f'[[folders]]\npath = "{folder}"\naccess = "ask"\nservers = ["filesystem"]\nreveal = ["*.key"]\n'
        '[servers.filesystem]\nenabled = false\n[servers.filesystem.tools]\ntrash = "off"\n[limits]\njournal_days = 7\n'
    )
    wanted = parse(text)
    planned = carried(home, setup_file.export(wanted))
    assert load(home) == wanted
    assert len(planned.changes) == 4
    again = setup_file.plan_import(home, setup_file.read(setup_file.export(wanted), "x"))
    assert again.changes == ()


def test_comments_and_what_the_file_does_not_name_stay(home: str, folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "Other"
    other.mkdir()
    write(home, f'# mine\n[[folders]]\npath = "{other}"\naccess = "read"\n')
    carried(home, setup_file.export(parse(f'[[folders]]\npath = "{folder}"\naccess = "ask"\n')))
    assert Path(home, "doorkeep.toml").read_text().startswith("# mine")
    assert {each.path: each.access for each in load(home).folders} == {str(other): "read", str(folder): "ask"}


def test_a_changed_folder_is_said_before_and_after(home: str, folder: Path) -> None:
    write(home, f'[[folders]]\npath = "{folder}"\naccess = "read"\nreveal = ["*.key"]\n')
    content = setup_file.export(parse(f'[[folders]]\npath = "{folder}"\naccess = "write"\n'))
    assert carried(home, content).changes == (f"Folder {folder}: read becomes write",)
    assert load(home).folders[0].reveal == ()


def test_what_git_may_do_is_said_and_can_be_taken_away(home: str, folder: Path) -> None:
    table = f'[[folders]]\npath = "{folder}"\naccess = "read"\n'
    write(home, table)
    said = carried(home, setup_file.export(parse(table + 'git = ["remote"]\n'))).changes
    assert said == (f"Folder {folder}: read, git may use: remote",)
    assert load(home).folders[0].git == ("remote",)
    carried(home, setup_file.export(parse(table)))
    assert load(home).folders[0].git == ()


def test_a_server_from_a_file_arrives_switched_off(home: str) -> None:
    planned = carried(home, setup_file.export(parse(SECRETS)))
    assert not any(server.enabled for server in load(home).servers.values())
    said = next(line for line in planned.changes if "tracker" in line)
    assert "/usr/bin/tracker" in said
    assert "TRACKER_TOKEN" in said
    assert "to be filled in: X-Key, X-Kind, X-Both" in next(line for line in planned.changes if "remote" in line)


def test_the_secrets_of_a_server_that_is_here_stay(home: str) -> None:
    write(home, SECRETS)
    content = setup_file.export(parse(SECRETS.replace('close = "ask"', 'close = "off"')))
    carried(home, content)
    found = load(home).servers["tracker"]
    assert found.env["TRACKER_TOKEN"] == f"{CANARY}-5"
    assert found.args[1] == f"{CANARY}-1"
    assert (found.tools, found.enabled) == ({"close": "off"}, True)


def test_a_name_that_runs_something_else_here_is_left_alone(home: str) -> None:
    write(home, '[servers.tracker]\ncommand = "/opt/mine"\n')
    planned = carried(home, setup_file.export(parse(SECRETS)))
    assert any("tracker" in line for line in planned.left_out)
    assert load(home).servers["tracker"].command == "/opt/mine"


def test_a_file_cannot_turn_a_built_in_server_into_a_command(home: str) -> None:
    write(home, "[servers.filesystem]\nenabled = true\n")
    content = setup_file.export(parse('[servers.filesystem]\ncommand = "/tmp/evil"\n'))
    assert any("filesystem" in line for line in carried(home, content).left_out)
    assert load(home).servers["filesystem"].command == ""


def test_folders_that_are_not_here_and_doorkeeps_own_are_left_out(home: str) -> None:
    text = f'[[folders]]\npath = "/nowhere/at/all"\naccess = "read"\n[[folders]]\npath = "{home}"\naccess = "write"\n'
    planned = carried(home, setup_file.export(parse(text)))
    assert planned.changes == ()
    assert len(planned.left_out) == 2
    assert load(home).folders == ()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"no json", "is not a setup"),
        (b"[]", "is not a setup"),
        (b"\xff\xfe", "is not a setup"),
        (b"[" * 100_000, "is not a setup"),
        (b'{"doorkeep_setup": 2}', "another version"),
        (b'{"doorkeep_setup": 1, "surprise": true}', "does not know"),
        (b'{"doorkeep_setup": 1, "limits": {"in_flight": 0}}', "does not know"),
        (b" " * (5 * 1024 * 1024), "larger than"),
    ],
)
def test_what_is_no_setup_is_refused(content: bytes, words: str) -> None:
    with pytest.raises(SettingsError, match=words):
        setup_file.read(content, "x.json")


def test_a_folder_named_twice_counts_once(home: str, folder: Path) -> None:
    one = {"path": str(folder), "access": "read"}
    content = json.dumps({"doorkeep_setup": 1, "folders": [one, {**one, "access": "write"}]}).encode()
    carried(home, content)
    assert [each.access for each in load(home).folders] == ["read"]
