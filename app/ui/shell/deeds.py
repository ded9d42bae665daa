"""What the command palette offers: everything one can do from anywhere, as it is possible now."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from app.core import guide
from app.ui.shell import pages
from app.ui.shell.palette import Action

if TYPE_CHECKING:
    from app.ui.kit.theme import Choice
    from app.ui.shell.desk import Desk


def tr(text: str) -> str:
    """Through Qt's translation, in this room's context."""
    return QCoreApplication.translate("deeds", text)


def deeds(desk: Desk) -> list[Action]:
    """In the order in which they are shown."""
    facts = desk.watch.facts
    made = [
        Action(tr("Go to {page}").format(page=one.text), one.drawing, partial(desk.open, one.name))
        for one in pages.entries()
    ]
    if facts.fix == "start":
        made.append(Action(tr("Start the gateway"), "play", desk.starting.start))
    elif facts.paused:
        made.append(Action(tr("Let calls through again"), "play", partial(desk.pause, False)))
    else:
        made.append(Action(tr("Pause: refuse every call"), "pause", partial(desk.pause, True)))
    if desk.watch.questions:
        made.append(Action(tr("Show what waits for an answer"), "ask", desk.card.show_all))
    made.append(Action(tr("Add a server…"), "plus", partial(desk.go, "servers", {"add": []}), "catalog bundle mcpb"))
    for words, filter_ in (
        (tr("Show denied calls"), "decision:denied"),
        (tr("Show calls that failed"), "outcome:error"),
    ):
        made.append(Action(words, "search", partial(desk.go, "activity", {"filter": filter_}), "log activity"))
    looks: tuple[tuple[Choice, str], ...] = (
        ("light", tr("Light look")),
        ("dark", tr("Dark look")),
        ("system", tr("Look of the system")),
    )
    for choice, words in looks:
        made.append(Action(words, "eye", partial(desk.choose_look, choice), "theme"))
    for name in guide.TOPICS[1:]:
        words = tr("Help: {topic}").format(topic=guide.article(name).title)
        made.append(Action(words, "help", partial(desk.open, "help", {"article": name}), "guide manual how"))
    made.append(Action(tr("Set up again…"), "check", desk.set_up, "wizard first run"))
    made.append(Action(tr("Quit and close the door"), "cross", desk.ask_to_quit, "exit stop"))
    return made
