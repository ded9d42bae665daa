"""The question before a server goes."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel

from app.ui.kit.theme import Theme
from app.ui.servers.removing import RemoveQuestion


def asked(theme: Theme, qtbot, secrets: list[str], *, bundle: bool = False, oauth: bool = False) -> RemoveQuestion:
    made = RemoveQuestion("Tracker", secrets, theme, bundle=bundle, oauth=oauth)
    qtbot.addWidget(made)
    made.show()
    return made


def words(question: RemoveQuestion) -> str:
    return " ".join(label.text() for label in question.findChildren(QLabel) if label.isVisible())


def test_it_says_what_goes_and_what_stays(theme: Theme, qtbot) -> None:
    assert "Remove Tracker? Apps lose its tools" in words(asked(theme, qtbot, []))
    assert "keychain" not in words(asked(theme, qtbot, []))
    assert "unpacked to are deleted" in words(asked(theme, qtbot, [], bundle=True))
    assert "signed out of it" in words(asked(theme, qtbot, [], oauth=True))
    assert "from the keychain too: a, b" in words(asked(theme, qtbot, ["a", "b"]))


def test_secrets_stay_unless_they_are_meant_too(theme: Theme, qtbot) -> None:
    question = asked(theme, qtbot, ["a"])
    for checked in (False, True):
        question.secrets.setChecked(checked)
        with qtbot.waitSignal(question.meant) as meant:
            question.yes.click()
        assert meant.args == [checked]
    with qtbot.waitSignal(question.kept):
        question.no.click()


def test_nothing_is_pressed_twice(theme: Theme, qtbot) -> None:
    question = asked(theme, qtbot, [])
    question.busy(True)
    assert not question.yes.isEnabled()
