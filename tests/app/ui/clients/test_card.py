"""One client's card: which buttons it offers in which state."""

from __future__ import annotations

import pytest

from app.clients.check import Report, State
from app.clients.overview import Standing
from app.clients.targets import Target, find_client
from app.ui.clients.card import ClientCard


def standing(state: State, **more) -> Standing:
    client = find_client("claude-desktop")
    target = Target(client, "/x/config.json", "/x", usual=True)
    return Standing(target, Report(client.id, client.title, target.path, state, "", "", **more))


@pytest.mark.parametrize(
    ("state", "more", "connect", "repair", "leave"),
    [
        ("not connected", {}, True, False, False),
        ("not connected", {"blocked": "by policy"}, False, False, False),
        ("connected", {"entries": {"filesystem": "filesystem"}}, False, False, True),
        ("wiped", {"lost": ("filesystem",)}, False, True, True),
        ("stale", {"entries": {"filesystem": "filesystem"}}, False, True, True),
        ("waiting", {"waiting": "connect waits"}, False, False, False),
        ("unreadable", {}, False, False, False),
    ],
)
def test_a_card_offers_what_helps(
    services, ground, qtbot, state: State, more: dict, connect: bool, repair: bool, leave: bool
) -> None:
    card = ClientCard(services, ground, standing(state, **more))
    qtbot.addWidget(card)
    card.show()
    buttons = (card.connect_button, card.repair_button, card.leave_button)
    assert [button.isVisible() for button in buttons] == [connect, repair, leave]


def test_every_button_says_which_client_it_is_for(services, ground, qtbot) -> None:
    card = ClientCard(services, ground, standing("not connected"))
    qtbot.addWidget(card)
    assert card.connect_button.accessibleName() == "Connect… Claude Desktop"
