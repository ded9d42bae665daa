"""What git may do in a folder: a line where there is a repository, and a switch for each behind it."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.ui.folders.git_list import GitList


@pytest.fixture
def row(qtbot) -> QWidget:
    """What the list and its opener lie in."""
    found = QWidget()
    qtbot.addWidget(found)
    return found


@pytest.fixture
def made(row: QWidget, theme) -> GitList:
    found = GitList("~/Projects", theme)
    lines = QVBoxLayout(row)
    lines.addWidget(found.opener)
    lines.addWidget(found)
    return found


def test_without_a_repository_nothing_is_said(made: GitList) -> None:
    assert made.opener.isHidden()
    made.show_repository(True)
    assert not made.opener.isHidden()
    assert made.opener.text() == "Git…"


def test_what_is_on_is_said_without_one_too(made: GitList) -> None:
    made.show_switches(("hooks", "remote"), closed=False)
    assert not made.opener.isHidden()
    assert made.opener.text() == "Git: other computers, hooks"


def test_each_switch_tells_the_wish_and_shows_what_is_so(made: GitList, qtbot) -> None:
    made.show_repository(True)
    made.show_switches(("create",), closed=False)
    made.opener.click()
    assert not made.isHidden()
    assert {name: switch.isChecked() for name, switch in made.switches.items()} == {
        "remote": False,
        "create": True,
        "hooks": False,
    }
    assert made.switches["remote"].accessibleName() == "Speak to other computers in ~/Projects"
    with qtbot.waitSignal(made.wanted) as wanted:
        made.switches["remote"].click()
    assert wanted.args == ["remote", True]
    made.show_switches((), closed=False)
    assert not any(switch.isChecked() for switch in made.switches.values())
    made.opener.click()
    assert made.isHidden()


def test_in_a_folder_that_is_off_it_is_put_away(made: GitList) -> None:
    made.show_repository(True)
    made.opener.click()
    made.show_switches(("remote",), closed=True)
    assert made.isHidden()
    assert made.opener.isHidden()
