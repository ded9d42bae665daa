"""Servers of others on a card: shown with what lies open, chosen, moved behind the door, put back."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from app.clients import connect
from app.clients.adopting.foreign import Foreign, Shown
from app.clients.changes import Wish
from app.desktop.apps import Running
from app.ui.clients.card import ClientCard
from app.ui.clients.foreign import ForeignPart
from app.ui.clients.page import ClientsPage
from tests.fakes.clients import StillDesktop, write_config
from tests.fakes.open_secrets import SECRETS, SERVERS
from tests.fakes.vault_door import VaultDoor

LONG = 60_000
GITHUB = Foreign(
    "github", "command", "npx", ("server-github",), secrets=(Shown("env TOKEN", "ghp_•••• (40 characters)"),)
)
MEMORY = Foreign("memory", "command", "npx", ("server-memory",))
INPUTS = Foreign("inputs", "command", "x", problem="args 0 is filled in by the client itself")


@pytest.fixture
def part(services, qtbot) -> ForeignPart:
    made = ForeignPart(services.theme, "Claude Desktop")
    qtbot.addWidget(made)
    return made


@pytest.fixture
def config(guard: Path) -> Path:
    inputs = {"command": "uvx", "args": ["mcp-server-jira", "--site", "${input:site}"]}
    return write_config(guard, {"globalShortcut": "Ctrl+Space", "mcpServers": {**SERVERS, "jira": inputs}})


@pytest.fixture
def door(home: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> VaultDoor:
    made = VaultDoor(home, tmp_path / "the-keychain.json")
    monkeypatch.setattr(connect, "door_to", lambda _home: made)
    return made


def card_of(page: ClientsPage) -> ClientCard:
    return next(iter(page.cards.values()))


def test_what_can_be_moved_is_chosen_at_first_and_what_cannot_says_why(part: ForeignPart) -> None:
    part.show_servers((GITHUB, MEMORY, INPUTS), {}, looking=False)
    assert {key: box.isChecked() for key, box in part.boxes.items()} == {"github": True, "memory": True}
    assert part.adopt_button.text() == "Move 2 behind the door…"
    assert part.title.text() == "3 servers here do not pass Doorkeep"
    assert part.means.text().startswith("One secret lies open in the file.")


def test_the_wish_names_what_is_chosen_and_what_was_shown(part: ForeignPart, qtbot) -> None:
    part.show_servers((GITHUB, MEMORY), {}, looking=False)
    part.boxes["memory"].click()
    with qtbot.waitSignal(part.wished) as caught:
        part.adopt_button.click()
    wish = caught.args[0]
    assert (wish.what, wish.servers, set(wish.seen)) == ("adopt", ("github",), {"github"})
    part.boxes["github"].click()
    assert not part.adopt_button.isEnabled()


def test_a_choice_outlives_the_next_look(part: ForeignPart) -> None:
    part.show_servers((GITHUB, MEMORY), {}, looking=False)
    part.boxes["memory"].click()
    part.show_servers((GITHUB, MEMORY, INPUTS), {}, looking=False)
    assert [box.isChecked() for box in part.boxes.values()] == [True, False]


def test_while_a_change_is_looked_at_nothing_else_can_be_asked_for(part: ForeignPart) -> None:
    part.show()
    part.show_servers((GITHUB,), {"a": "a"}, looking=True)
    assert not part.adopt_button.isVisible()
    assert not part.boxes["github"].isEnabled()
    assert not part.backs["a"].isEnabled()


def test_an_adopted_entry_can_be_put_back(part: ForeignPart, qtbot) -> None:
    part.show_servers((), {"GitHub MCP": "github-mcp"}, looking=False)
    with qtbot.waitSignal(part.wished) as caught:
        part.backs["GitHub MCP"].click()
    assert caught.args[0] == Wish("return", ("GitHub MCP",))


def test_without_servers_of_others_nothing_is_said(part: ForeignPart) -> None:
    part.show_servers((), {}, looking=False)
    assert not part.isVisible()


def test_servers_are_moved_and_put_back_from_the_page(
    make_page: Callable[[], ClientsPage], config: Path, door: VaultDoor, qtbot, screens
) -> None:
    before = config.read_bytes()
    page = make_page()
    card = card_of(page)
    screens("clients-foreign", page)
    card.foreign.adopt_button.click()
    qtbot.waitUntil(card.panel.now.isVisible, timeout=LONG)
    assert not any(secret in card.panel.diff.toPlainText() for secret in SECRETS)
    screens("clients-adopt-preview", page)
    card.panel.now.click()
    qtbot.waitUntil(lambda: set(card.standing.adopted) == set(SERVERS), timeout=LONG)
    assert [each.key for each in card.standing.foreign] == ["jira"]
    assert len(door.values) == 3
    screens("clients-adopted", page)
    for key in SERVERS:
        card.foreign.backs[key].click()
        qtbot.waitUntil(card.panel.now.isVisible, timeout=LONG)
        card.panel.now.click()
        qtbot.waitUntil(lambda gone=key: gone not in card.standing.adopted, timeout=LONG)
    assert config.read_bytes() == before


def test_while_the_app_runs_it_is_asked_to_quit_or_waited_for(
    make_page: Callable[[], ClientsPage], config: Path, door: VaultDoor, desktop: StillDesktop, qtbot
) -> None:
    desktop.runs = Running(4711)
    card = card_of(make_page())
    card.foreign.adopt_button.click()
    qtbot.waitUntil(card.panel.later.isVisible, timeout=LONG)
    assert card.panel.now.text() == "Quit Claude Desktop and move them behind the door"
    card.panel.later.click()
    qtbot.waitUntil(lambda: bool(card.standing.report.waiting), timeout=LONG)
    assert door.values == {}
    desktop.runs = None
    qtbot.waitUntil(lambda: set(card.standing.adopted) == set(SERVERS), timeout=LONG)
    assert json.loads(config.read_text())["mcpServers"]["memory"]["args"][-1] == "memory"
