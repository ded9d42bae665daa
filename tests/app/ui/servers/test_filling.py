"""The form of what a server wants to know."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit

from app.core.wanted import Wanted
from app.ui.kit.buttons import Button
from app.ui.kit.theme import Theme
from app.ui.servers.filling import AnswersForm

WANTED = (
    Wanted("key", "Key", "secret", secret="it.key", get="https://example.test/keys"),
    Wanted("other", "Other key", "secret", secret="it.other", needed=False),
    Wanted("file", "The file", "file", default="~/x"),
    Wanted("dirs", "Folders", "folder", many=True, needed=False, default=["/a", "/b"]),
    Wanted("size", "Size", "number", default=10.0, needed=False),
    Wanted("loud", "Loud", "switch", default=True, needed=False),
    Wanted("word", "Word", needed=False),
)


@pytest.fixture
def picked() -> list[Any]:
    return []


@pytest.fixture
def opened() -> list[str]:
    return []


@pytest.fixture
def form(theme: Theme, qtbot, picked: list[Any], opened: list[str]) -> AnswersForm:
    def pick(_parent: object, one: Wanted, take: Any) -> None:
        picked.append(one.name)
        take("/chosen")

    made = AnswersForm(WANTED, {"it.other"}, theme, pick, opened.append)
    qtbot.addWidget(made)
    made.show()
    return made


def test_what_is_left_alone_is_the_default(form: AnswersForm) -> None:
    assert form.answers() == {
        "key": False, "other": True, "file": "~/x", "dirs": ["/a", "/b"], "size": "10", "loud": True,
    }  # fmt: skip
    assert form.secrets() == {}


def test_a_secret_is_typed_unseen_and_forgotten(form: AnswersForm) -> None:
    line = form.fields["key"].widget
    assert isinstance(line, QLineEdit)
    assert line.echoMode() == QLineEdit.EchoMode.Password
    line.setText("canary")
    assert (form.answers()["key"], form.secrets()) == (True, {"key": "canary"})
    form.forget()
    assert (line.text(), form.secrets()) == ("", {})


def test_one_that_the_keychain_has_says_so(form: AnswersForm) -> None:
    line = form.fields["other"].widget
    assert isinstance(line, QLineEdit)
    assert line.placeholderText().startswith("The keychain has it")


def test_files_and_folders_can_be_chosen(form: AnswersForm, picked: list[Any]) -> None:
    for button in form.findChildren(Button):
        if button.accessibleName().startswith("Choose "):
            button.click()
    assert picked == ["file", "dirs"]
    assert form.answers()["file"] == "/chosen"
    assert form.answers()["dirs"] == ["/a", "/b", "/chosen"]


def test_the_page_where_one_gets_it_is_opened(form: AnswersForm, opened: list[str]) -> None:
    next(one for one in form.findChildren(Button) if one.text() == "Where to get it").click()
    assert opened == ["https://example.test/keys"]


def test_enter_in_a_line_goes_on(form: AnswersForm, qtbot) -> None:
    with qtbot.waitSignal(form.finished):
        qtbot.keyClick(form.fields["word"].widget, Qt.Key.Key_Return)


def test_every_field_has_a_name_that_says_whether_it_is_needed(form: AnswersForm) -> None:
    names = [field.widget.accessibleName() for field in form.fields.values()]
    assert names == [
        "Key",
        "Other key (may be left out)",
        "The file",
        "Folders",
        "Size",
        "Loud",
        "Word (may be left out)",
    ]
