"""One message at a time."""

from __future__ import annotations

import pytest

from app.ui.kit.messages import Message, Messages
from app.ui.shell.banner import Banner


@pytest.fixture
def banner(theme, qtbot) -> Banner:
    made = Banner(Messages(), theme)
    qtbot.addWidget(made)
    return made


def test_messages_wait_their_turn_and_the_same_one_is_not_said_twice(banner: Banner) -> None:
    banner.say(Message("notice", "one"))
    banner.say(Message("error", "two"))
    banner.say(Message("error", "two"))
    assert banner._title.text() == "one"
    banner.dismiss()
    assert banner._title.text() == "two"
    banner.dismiss()
    assert banner.isHidden()


def test_its_button_does_something_about_it(banner: Banner) -> None:
    done: list[int] = []
    banner.say(Message("error", "Wiped.", "Claude lost its entry.", "Put it back", lambda: done.append(1)))
    banner._action.click()
    assert done == [1]
    assert banner.isHidden()


def test_it_looks_right(banner: Banner, screens) -> None:
    banner.say(
        Message("error", "Claude Desktop lost its entry.", "It rewrote its file at 10:02.", "Put it back", lambda: None)
    )
    banner.resize(700, 60)
    screens("banner-error", banner)
    assert not banner.isHidden()
