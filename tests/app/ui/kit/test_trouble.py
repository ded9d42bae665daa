"""A settings file with a mistake."""

from __future__ import annotations

from app.core.errors import SettingsError
from app.ui.kit.trouble import Trouble


def test_it_says_what_is_wrong_and_opens_the_file(qtbot, theme) -> None:
    opened: list[bool] = []
    made = Trouble(theme, lambda: opened.append(True), lambda: None)
    qtbot.addWidget(made)
    made.show_error(SettingsError("Line 3 is odd.", "The last good version counts.", "Mend it."))
    assert made.title.text() == "Line 3 is odd."
    assert made.detail.text() == "The last good version counts. Mend it."
    made.open.click()
    assert opened == [True]
    made.show_error(None)
    assert made.isHidden()


def test_it_leads_to_what_the_guide_says_of_it(qtbot, theme) -> None:
    gone: list[tuple[str, dict[str, object]]] = []
    made = Trouble(theme, lambda: None, lambda: None, lambda page, arguments: gone.append((page, arguments)))
    qtbot.addWidget(made)
    made.more.click()
    assert gone == [("help", {"article": SettingsError.article})]
