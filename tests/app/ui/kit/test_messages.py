"""One door for what a person is told."""

from __future__ import annotations

from app.core.errors import DoorkeepError, VaultError
from app.ui.kit.messages import MOST, Messages


def test_messages_wait_for_a_window_and_then_come_at_once(qapp, qtbot) -> None:
    door = Messages()
    door.notice("early")
    assert [message.title for message in door.show_from_now_on()] == ["early"]
    with qtbot.waitSignal(door.said) as said:
        door.notice("late")
    assert said.args[0].title == "late"


def test_no_more_than_a_few_are_held(qapp) -> None:
    door = Messages()
    for number in range(MOST + 5):
        door.notice(str(number))
    assert len(door.show_from_now_on()) == MOST


def test_an_error_of_ours_speaks_for_itself_and_any_other_keeps_its_insides(qapp) -> None:
    door = Messages()
    door.error(DoorkeepError("A.", "B.", "C."))
    door.error(ValueError("token=abc"))
    ours, other = door.show_from_now_on()
    assert (ours.title, ours.detail) == ("A.", "B. C.")
    assert "abc" not in other.title + other.detail
    assert "ValueError" in other.detail


def test_an_error_that_the_guide_tells_more_of_leads_there_and_is_the_same_each_time(qapp, qtbot) -> None:
    door = Messages()
    door.error(VaultError("Locked."))
    door.error(VaultError("Locked."))
    door.error(DoorkeepError("A."))
    first, second, plain = door.show_from_now_on()
    assert first == second
    assert first.act is not None
    with qtbot.waitSignal(door.learn) as asked:
        first.act()
    assert asked.args == [VaultError.article]
    assert (plain.action, plain.act) == ("", None)
