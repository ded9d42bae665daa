"""A unified diff to read."""

from __future__ import annotations

from PySide6.QtGui import QTextDocument

from app.ui.kit.diff import DiffView

DIFF = "--- a\n+++ b\n@@ -1 +1 @@\n-old\n+new\n same"


def inks(document: QTextDocument) -> list[str]:
    found = []
    block = document.begin()
    while block.isValid():
        formats = block.layout().formats()
        found.append(formats[0].format.foreground().color().name() if formats else "")
        block = block.next()
    return found


def test_added_and_removed_lines_have_their_colours_in_both_themes(theme, qtbot) -> None:
    view = DiffView("change", theme)
    qtbot.addWidget(view)
    view.show_text(DIFF)
    for choice in ("light", "dark"):
        theme.choose(choice)
        colours = theme.colours
        assert inks(view.document()) == [*[colours.muted] * 3, colours.denied, colours.allowed, ""]


def test_it_grows_when_asked_to(theme, qtbot) -> None:
    view = DiffView("change", theme, lines=3)
    qtbot.addWidget(view)
    view.resize(400, 100)
    view.show()
    view.show_text("x\n" * 50)
    before = view.height()
    assert view.needs > view.lines
    view.set_lines(30)
    assert view.height() > before
