"""The one truth, shown where it is always in view: the tray, the window's title, the side list. Nothing is decided here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

if TYPE_CHECKING:
    from app.ui.kit.watch import Watch
    from app.ui.shell.tray import Tray
    from app.ui.shell.window import Window


def show(watch: Watch, tray: Tray, window: Window | None, lost: int) -> None:
    """`lost`: how many clients have lost their connection; `window` is None while there is none."""
    facts = watch.facts
    tray.show_state(facts.state, facts.sentence, paused=facts.paused)
    said = [(question.id, question.sentence) for question in watch.questions]
    tray.show_waiting([(id_, f"{one.who}: {one.what}") for id_, one in said])
    tray.show_reviews(watch.reviews)
    if window is None:
        return
    titles = {"asks": _tr("needs you"), "paused": _tr("paused"), "problem": _tr("problem")}
    title = titles.get(facts.state)
    window.setWindowTitle(f"Doorkeep · {title}" if title else "Doorkeep")
    for page, count in (("home", len(watch.questions)), ("servers", len(watch.reviews)), ("clients", lost)):
        window.sidebar.set_badge(page, count)


def _tr(text: str) -> str:
    return QCoreApplication.translate("showing", text)
