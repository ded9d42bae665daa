"""Files that stay closed, and the button that reveals one."""

from __future__ import annotations

from app.ui.folders.secret_list import SecretList
from app.ui.folders.sensitive import Found, Sensitive

FOUND = Found([Sensitive("app/.env", "settings of programs"), Sensitive("id_rsa", "private keys")], True)


def test_before_a_look_it_offers_one(qtbot, theme) -> None:
    made = SecretList(theme)
    qtbot.addWidget(made)
    with qtbot.waitSignal(made.look_wanted):
        made.opener.click()
    assert made.opener.text() == "Looking…"


def test_each_file_has_its_reveal_button(qtbot, theme) -> None:
    made = SecretList(theme)
    qtbot.addWidget(made)
    made.show_found(FOUND)
    made.opener.click()
    assert not made.isHidden()
    with qtbot.waitSignal(made.reveal_wanted) as wanted:
        made.buttons["app/.env"].click()
    assert wanted.args == ["app/.env", True]


def test_what_is_revealed_can_be_closed_again(qtbot, theme) -> None:
    made = SecretList(theme)
    qtbot.addWidget(made)
    made.show_found(FOUND)
    made.show_revealed(("id_rsa", "*.pem"))
    assert made.buttons["id_rsa"].text() == "Close again"
    with qtbot.waitSignal(made.reveal_wanted) as wanted:
        made.buttons["*.pem"].click()
    assert wanted.args == ["*.pem", False]


def test_a_name_at_the_top_says_that_it_means_every_such_file(qtbot, theme) -> None:
    made = SecretList(theme)
    qtbot.addWidget(made)
    made.show_found(FOUND)
    assert made.buttons["id_rsa"].accessibleName() == "Let servers read every file named id_rsa in this folder"
    assert made.buttons["app/.env"].accessibleName() == "Let servers read app/.env"


def test_nothing_found_is_said(qtbot, theme) -> None:
    made = SecretList(theme)
    qtbot.addWidget(made)
    made.show_found(Found([], True))
    assert made.opener.text() == "No likely secrets found"
    assert not made.opener.isEnabled()
