"""One server's card."""

from __future__ import annotations

from app.ui.servers.card import ServerCard
from app.ui.servers.facts import ServerFact, ToolFact
from app.ui.servers.telling import Live

FILES = ServerFact("filesystem", "Files", "builtin", True, {}, [ToolFact("read", "Read", "", True, {})])


def card(services, qtbot) -> ServerCard:
    made = ServerCard(services, FILES)
    qtbot.addWidget(made)
    made.show()
    return made


def test_on_and_off_are_wishes(services, qtbot) -> None:
    made = card(services, qtbot)
    with qtbot.waitSignal(made.enabled_wanted) as wanted:
        made.enabled._pick("off")
    assert wanted.args == [False]


def test_restart_is_offered_only_where_a_gateway_can_do_it(services, qtbot) -> None:
    made = card(services, qtbot)
    assert not made.restart.isVisible()
    made.show_live(Live("stopped"))
    assert made.restart.isVisible()
    made.show_server(FILES._replace(enabled=False))
    assert not made.restart.isVisible()


def test_sections_open_and_close(services, qtbot) -> None:
    made = card(services, qtbot)
    for button in (made.show_tools, made.show_trying):
        button.click()
    assert made.tools is not None
    assert made.trying is not None
    assert (made.show_tools.isChecked(), made.show_trying.isChecked(), made.show_log.isChecked()) == (True, True, False)
    made.show_tools.click()
    assert not made.tools.isVisible()
    assert not made.show_tools.isChecked()


def test_other_tools_close_what_showed_the_old_ones(services, qtbot) -> None:
    made = card(services, qtbot)
    made.show_tools.click()
    made.show_server(FILES._replace(tools=[]))
    assert made.tools is None
    assert not made.show_tools.isChecked()
    assert not made.show_trying.isVisible()


def test_a_reader_of_the_log_is_not_moved(services, qtbot) -> None:
    made = card(services, qtbot)
    made.show_log.click()
    made.show_messages("line\n" * 300)
    bar = made.log.verticalScrollBar()
    assert bar.value() == bar.maximum()
    bar.setValue(3)
    made.show_messages("line\n" * 301)
    assert bar.value() == 3
