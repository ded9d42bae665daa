"""Adopting and giving back, from the wish to the file and back: every byte, every secret, every name."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.clients import backups, connect, ownership
from app.clients.changes import Wish
from app.clients.connect import carry_out, preview
from app.clients.targets import Installation, Target, find_client, find_target
from app.core import settings
from app.core.errors import ClientConfigError
from tests.app.clients.conftest import StillDesktop
from tests.fakes.open_secrets import ARGUMENT, CANARY, HEADER, SECRETS, SERVERS, open_secrets_below
from tests.fakes.vault_door import VaultDoor

ALL = Wish("adopt")
BACK = Wish("return")


@pytest.fixture
def config(config: Path) -> Path:
    config.write_text(json.dumps({"globalShortcut": "Ctrl+Space", "mcpServers": SERVERS}, indent=4) + "\n")
    return config


@pytest.fixture
def before(config: Path) -> bytes:
    return config.read_bytes()


def entries(config: Path) -> dict[str, dict[str, object]]:
    return json.loads(config.read_text())["mcpServers"]


def test_adopted_servers_stand_in_the_settings_with_their_secrets_by_name(
    config: Path, target: Target, installation: Installation, desktop: StillDesktop, door: VaultDoor
) -> None:
    done = carry_out(target, installation, ALL, desktop)
    assert done.adopted == {
        "GitHub MCP": "github-mcp",
        "postgres": "postgres",
        "tracker": "tracker",
        "memory": "memory",
    }
    servers = settings.load(installation.home).servers
    assert servers["github-mcp"].env == {"GITHUB_TOKEN": "secret:github-mcp", "LEVEL": "info"}
    assert servers["postgres"].args == ("server-postgres", "--api-key={secret:postgres}")
    assert servers["tracker"].headers == {"Authorization": "Bearer {secret:tracker}", "Accept": "text/plain"}
    assert servers["memory"].command == "npx"
    assert door.values == {"github-mcp": CANARY, "postgres": ARGUMENT, "tracker": HEADER}
    assert door.trusted == ["github-mcp", "postgres", "tracker", "memory"]
    assert any("--api-key on its command line" in note for note in done.notes)


def test_our_entries_stand_in_the_places_of_the_adopted_ones_and_nothing_else_changes(
    config: Path, target: Target, installation: Installation, desktop: StillDesktop, door: VaultDoor
) -> None:
    carry_out(target, installation, ALL, desktop)
    assert list(entries(config)) == list(SERVERS)
    for key, server in {"GitHub MCP": "github-mcp", "memory": "memory"}.items():
        assert entries(config)[key] == installation.entry(server)
    assert entries(config)["postgres"] == {**installation.entry("postgres"), "disabled": False}
    assert json.loads(config.read_text())["globalShortcut"] == "Ctrl+Space"


def test_no_secret_lies_anywhere_on_the_disk_afterwards_not_in_older_copies_either(
    config: Path, target: Target, installation: Installation, desktop: StillDesktop, door: VaultDoor
) -> None:
    carry_out(target, installation, Wish("connect", ("filesystem",)), desktop)
    assert open_secrets_below(Path(installation.home))
    carry_out(target, installation, ALL, desktop)
    assert open_secrets_below(Path(installation.home)) == []
    assert open_secrets_below(config.parent) == []
    assert all(write.before == "" for write in ownership.load(installation.home, "claude-desktop").writes)


@pytest.mark.parametrize("connected", [True, False])
def test_giving_back_is_byte_for_byte(
    before: bytes, connected: bool, config: Path, target: Target, installation: Installation,
    desktop: StillDesktop, door: VaultDoor,
) -> None:  # fmt: skip
    if connected:
        carry_out(target, installation, Wish("connect", ("filesystem",)), desktop)
    after_connect = config.read_bytes()
    carry_out(target, installation, ALL, desktop)
    done = carry_out(target, installation, BACK, desktop)
    assert config.read_bytes() == after_connect
    assert set(done.returned) == set(SERVERS)
    assert any("keeps its own setting of github-mcp" in note for note in done.notes)
    carry_out(target, installation, Wish("disconnect"), desktop)
    assert config.read_bytes() == before


def test_one_entry_comes_back_while_the_others_stay_behind_the_door(
    config: Path, target: Target, installation: Installation, desktop: StillDesktop, door: VaultDoor
) -> None:
    carry_out(target, installation, ALL, desktop)
    carry_out(target, installation, Wish("return", ("tracker",)), desktop)
    assert entries(config)["tracker"] == SERVERS["tracker"]
    assert entries(config)["memory"] == installation.entry("memory")
    assert settings.load(installation.home).servers["tracker"].url


def test_disconnecting_gives_every_adopted_entry_back(
    before: bytes, config: Path, target: Target, installation: Installation, desktop: StillDesktop, door: VaultDoor
) -> None:
    carry_out(target, installation, Wish("connect", ("filesystem",)), desktop)
    carry_out(target, installation, ALL, desktop)
    done = carry_out(target, installation, Wish("disconnect"), desktop)
    assert (done.gone, set(done.returned), done.left) == (("filesystem",), set(SERVERS), ())
    assert config.read_bytes() == before


def test_disconnecting_gives_them_back_in_a_file_that_changed_since(
    config: Path, target: Target, installation: Installation, desktop: StillDesktop, door: VaultDoor
) -> None:
    carry_out(target, installation, ALL, desktop)
    carry_out(target, installation, Wish("connect", ("notes",)), desktop)
    config.write_text(config.read_text().replace("Ctrl+Space", "Ctrl+K"))
    carry_out(target, installation, Wish("disconnect"), desktop)
    assert json.loads(config.read_text()) == {"globalShortcut": "Ctrl+K", "mcpServers": SERVERS}


def test_without_the_keychain_disconnecting_does_what_it_can_and_says_what_is_left(
    config: Path, target: Target, installation: Installation, desktop: StillDesktop, door: VaultDoor
) -> None:
    carry_out(target, installation, Wish("connect", ("filesystem",)), desktop)
    carry_out(target, installation, ALL, desktop)
    door.locked = True
    done = carry_out(target, installation, Wish("disconnect"), desktop)
    assert set(done.left) == {"GitHub MCP", "postgres", "tracker"}
    assert done.returned == ("memory",)
    assert any("The keychain is locked" in note for note in done.notes)
    assert "filesystem" not in entries(config)
    door.locked = False
    assert carry_out(target, installation, Wish("disconnect"), desktop).left == ()
    assert entries(config) == SERVERS


def test_giving_back_without_the_keychain_writes_nothing(
    config: Path, target: Target, installation: Installation, desktop: StillDesktop, door: VaultDoor
) -> None:
    carry_out(target, installation, ALL, desktop)
    adopted = config.read_bytes()
    door.locked = True
    with pytest.raises(ClientConfigError, match="locked"):
        carry_out(target, installation, BACK, desktop)
    assert config.read_bytes() == adopted


def test_a_copy_from_before_is_put_back_with_its_secrets(
    before: bytes, config: Path, target: Target, installation: Installation, desktop: StillDesktop, door: VaultDoor
) -> None:
    backup = carry_out(target, installation, ALL, desktop).backup
    assert CANARY.encode() not in backups.load(installation.home, "claude-desktop", backup)[1]
    done = carry_out(target, installation, Wish("restore", backup=backup), desktop)
    assert config.read_bytes() == before
    assert set(done.returned) == set(SERVERS)


def test_a_secret_that_was_removed_leaves_its_place_empty_and_says_so(
    config: Path, target: Target, installation: Installation, desktop: StillDesktop, door: VaultDoor
) -> None:
    carry_out(target, installation, ALL, desktop)
    door.put({name: value for name, value in door.values.items() if name != "github-mcp"})
    done = carry_out(target, installation, BACK, desktop)
    assert entries(config)["GitHub MCP"]["env"] == {"GITHUB_TOKEN": "", "LEVEL": "info"}
    assert any("github-mcp is not in the keychain any more" in note for note in done.notes)


def test_a_secret_that_was_replaced_goes_into_the_file_as_it_is_now(
    config: Path, target: Target, installation: Installation, desktop: StillDesktop, door: VaultDoor
) -> None:
    carry_out(target, installation, ALL, desktop)
    door.put({**door.values, "github-mcp": "a new one"})
    carry_out(target, installation, BACK, desktop)
    assert entries(config)["GitHub MCP"]["env"] == {"GITHUB_TOKEN": "a new one", "LEVEL": "info"}


def test_a_dry_run_asks_no_keychain_and_shows_no_secret(
    before: bytes, config: Path, target: Target, installation: Installation, desktop: StillDesktop, door: VaultDoor
) -> None:
    door.locked = True
    shown = [preview(target, installation, ALL).diff]
    assert config.read_bytes() == before
    door.locked = False
    carry_out(target, installation, ALL, desktop)
    door.locked = True
    shown += [preview(target, installation, wish).diff for wish in (BACK, Wish("disconnect"))]
    assert all(diff.startswith("---") and not any(secret in diff for secret in SECRETS) for diff in shown)


def test_adopting_again_after_giving_back_uses_the_same_names(
    config: Path, target: Target, installation: Installation, desktop: StillDesktop, door: VaultDoor
) -> None:
    first = carry_out(target, installation, ALL, desktop)
    carry_out(target, installation, BACK, desktop)
    again = carry_out(target, installation, ALL, desktop)
    assert (again.adopted, again.secrets) == (first.adopted, first.secrets)
    assert len(door.values) == 3


def test_a_token_that_changed_meanwhile_gets_a_name_of_its_own(
    config: Path, target: Target, installation: Installation, desktop: StillDesktop, door: VaultDoor
) -> None:
    carry_out(target, installation, ALL, desktop)
    carry_out(target, installation, BACK, desktop)
    config.write_text(config.read_text().replace(CANARY, CANARY + "x"))
    again = carry_out(target, installation, ALL, desktop)
    assert again.secrets["GitHub MCP"] == {"env GITHUB_TOKEN": "github-mcp-2"}
    assert door.values["github-mcp"] == CANARY


def test_a_server_that_does_not_start_is_adopted_and_said(
    config: Path, target: Target, installation: Installation, desktop: StillDesktop, door: VaultDoor
) -> None:
    door.broken.add("memory")
    done = carry_out(target, installation, Wish("adopt", ("memory",)), desktop)
    assert any("servers review memory" in note for note in done.notes)
    assert entries(config)["memory"] == installation.entry("memory")


def test_an_entry_that_is_not_what_was_shown_is_not_adopted(
    config: Path, target: Target, installation: Installation, desktop: StillDesktop, door: VaultDoor
) -> None:
    with pytest.raises(ClientConfigError, match="is not what you were shown"):
        carry_out(target, installation, Wish("adopt", ("memory",), seen={"memory": "another"}), desktop)
    assert not settings.load(installation.home).servers


def test_a_foreign_filesystem_keeps_its_key_and_ours_stands_beside_it(
    config: Path, target: Target, installation: Installation, desktop: StillDesktop, door: VaultDoor
) -> None:
    config.write_text(json.dumps({"mcpServers": {"filesystem": {"command": "npx", "args": ["server-filesystem"]}}}))
    carry_out(target, installation, Wish("connect", ("filesystem",)), desktop)
    carry_out(target, installation, ALL, desktop)
    carry_out(target, installation, Wish("connect"), desktop)
    here = entries(config)
    assert here["filesystem"] == installation.entry("filesystem-2")
    assert here["doorkeep-filesystem"] == installation.entry("filesystem")
    assert sum(entry == installation.entry("filesystem-2") for entry in here.values()) == 1


def test_connecting_again_leaves_adopted_entries_as_they_are(
    config: Path, target: Target, installation: Installation, desktop: StillDesktop, door: VaultDoor
) -> None:
    carry_out(target, installation, ALL, desktop)
    carry_out(target, installation, Wish("connect"), desktop)
    assert set(entries(config)) == {*SERVERS, "filesystem", "git", "notes"}


def test_with_the_gateway_of_nobody_nothing_is_moved(
    before: bytes, config: Path, target: Target, installation: Installation, desktop: StillDesktop, door: VaultDoor
) -> None:
    door.locked = True
    with pytest.raises(ClientConfigError, match="is as it was"):
        carry_out(target, installation, ALL, desktop)
    assert config.read_bytes() == before
    assert not settings.load(installation.home).servers
    assert connect.plan(target, installation, ALL).moving


def test_a_wiped_entry_comes_back_under_its_key_and_can_still_be_given_back(
    config: Path, target: Target, installation: Installation, desktop: StillDesktop, door: VaultDoor
) -> None:
    carry_out(target, installation, ALL, desktop)
    config.write_text('{"mcpServers": {}}')
    carry_out(target, installation, Wish("connect", ("github-mcp",)), desktop)
    assert list(entries(config)) == ["GitHub MCP"]
    carry_out(target, installation, Wish("disconnect"), desktop)
    assert entries(config) == {"GitHub MCP": SERVERS["GitHub MCP"]}


def test_the_same_servers_in_two_clients_are_set_up_once_and_given_back_to_each(
    before: bytes, config: Path, target: Target, installation: Installation, desktop: StillDesktop, door: VaultDoor
) -> None:
    other = find_target(find_client("cursor"), str(config.with_name("mcp.json")))
    Path(other.path).write_bytes(before)
    first = carry_out(target, installation, ALL, desktop)
    second = carry_out(other, installation, ALL, desktop)
    assert (second.adopted, second.secrets) == (first.adopted, first.secrets)
    assert len(door.values) == 3
    assert open_secrets_below(Path(installation.home)) == []
    for each in (target, other):
        carry_out(each, installation, Wish("disconnect"), desktop)
        assert Path(each.path).read_bytes() == before
