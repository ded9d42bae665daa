"""Chips above the log."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from app.core.journal.filter import parse
from app.ui.activity.filters import CHOICES, WORDS, FilterChips, chosen, parts, toggled, word_of


@pytest.fixture
def chips(theme, qtbot, live) -> FilterChips:
    rows = [
        live(3, client="claude-ai 0.1.0", server="filesystem", folder="/srv/a b"),
        live(2, client="Zed 1", server="github", folder=None),
        live(1, client="claude-ai 0.2.0", server="filesystem", folder="/srv/a b"),
    ]
    made = FilterChips(theme, lambda: rows)
    qtbot.addWidget(made)
    made.resize(900, 40)
    made.show()
    return made


def entries(chips: FilterChips, name: str) -> list[str]:
    return [action.text() for action in chips.menu(name).actions()]


def test_every_chip_is_a_filter_that_can_be_read() -> None:
    for word, _text in WORDS:
        parse(str(word))


@pytest.mark.parametrize(
    ("expression", "found"),
    [
        ("", []),
        ("a  b", ["a", "b"]),
        ('folder:"/a b" -x', ['folder:"/a b"', "-x"]),
        ('"two words" c', ['"two words"', "c"]),
        ('an "open quote', ["an", '"open quote']),
    ],
)
def test_what_stands_in_quotes_belongs_together(expression: str, found: list[str]) -> None:
    assert parts(expression) == found


def test_a_word_comes_and_goes_and_leaves_the_others() -> None:
    assert toggled('folder:"/a b" x', "since:1h", True) == 'folder:"/a b" x since:1h'
    assert toggled('folder:"/a b" since:1h x', "since:1h", False) == 'folder:"/a b" x'


def test_a_choice_takes_the_place_of_the_one_before() -> None:
    assert chosen("server:git x", "server", "server:notes") == "x server:notes"
    assert chosen("server:git x", "server", "") == "x"


def test_chips_reflect_the_words_of_the_field(chips: FilterChips, qtbot) -> None:
    chips.reflect("report decision:denied server:git")
    assert [word for word, chip in chips._chips.items() if chip.isChecked()] == ["decision:denied"]
    assert [name for name, chip in chips.menus.items() if chip.isChecked()] == ["server"]
    with qtbot.waitSignal(chips.changed) as changed:
        chips._chips["change:*"].click()
    assert changed.args == ["report decision:denied server:git change:*"]


def test_the_menus_offer_what_the_log_holds_in_a_person_s_words(chips: FilterChips) -> None:
    assert entries(chips, "client") == ["Any app", "Claude Desktop", "Zed"]
    assert entries(chips, "server") == ["Any server", "filesystem", "github"]
    assert entries(chips, "folder") == ["Any folder", "/srv/a b"]


@pytest.mark.parametrize("name", [name for name, _word, _any in CHOICES])
def test_what_is_chosen_is_a_filter_that_takes_that_row(chips: FilterChips, live, qtbot, name: str) -> None:
    record = live(3, client="claude-ai 0.1.0", server="filesystem", folder="/srv/a b")
    found = word_of(name, record)
    assert found is not None
    with qtbot.waitSignal(chips.changed) as changed:
        next(action for action in chips.menu(name).actions() if action.text() == found[0]).trigger()
    assert parse(changed.args[0]).takes(record)
    assert not parse(changed.args[0]).takes(live(2, client="Zed 1", server="github", folder=None))


def test_a_click_on_a_menu_s_chip_chooses_nothing_yet(chips: FilterChips, qtbot) -> None:
    with qtbot.assertNotEmitted(chips.changed):
        qtbot.mouseClick(chips.menus["server"], Qt.MouseButton.LeftButton)
    assert not chips.menus["server"].isChecked()


def test_what_was_offered_once_stays_while_a_filter_hides_it(theme, qtbot, live) -> None:
    rows = [live(1, server="git"), live(2, server="notes")]
    made = FilterChips(theme, lambda: rows)
    qtbot.addWidget(made)
    assert entries(made, "server") == ["Any server", "git", "notes"]
    del rows[0]
    made.reflect("server:notes")
    assert entries(made, "server") == ["Any server", "git", "notes"]


def test_they_look_right(chips: FilterChips, screens) -> None:
    chips.reflect("decision:denied server:github")
    screens("activity-chips", chips)
    menu = chips.menu("server")
    menu.resize(menu.sizeHint())
    screens("activity-menu", menu)
    assert [action.text() for action in menu.actions() if action.isChecked()] == ["github"]
