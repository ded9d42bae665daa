"""The one door for errors and notices to the person. It holds them until a window exists, and never more than a few."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from functools import partial
from typing import Literal, NamedTuple

from PySide6.QtCore import QObject, Signal

from app.core.errors import DoorkeepError
from app.ui.kit.reasons import for_window

Level = Literal["notice", "error"]
MOST = 20


class Message(NamedTuple):
    """What is said: `title` what happened, `detail` what it means and what to do; `action` a button's word and deed."""

    level: Level
    title: str
    detail: str = ""
    action: str = ""
    act: Callable[[], None] | None = None


class Messages(QObject):
    """Shown by the window's banner; kept here while there is no window."""

    said = Signal(object)
    learn = Signal(str)
    """The person wants to know more of an error: where the guide tells it, as `NAME#anchor`."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._held: deque[Message] = deque(maxlen=MOST)
        self._shown = False
        self._learning: dict[str, Callable[[], None]] = {}

    def show_from_now_on(self) -> list[Message]:
        """A window listens: what was held, oldest first; later ones come by `said`."""
        self._shown = True
        held = list(self._held)
        self._held.clear()
        return held

    def say(self, message: Message) -> None:
        """Say it now, or as soon as there is a window."""
        if self._shown:
            self.said.emit(message)
        else:
            self._held.append(message)

    def notice(self, title: str, detail: str = "") -> None:
        """Good or neutral news."""
        self.say(Message("notice", title, detail))

    def error(self, error: Exception) -> None:
        """An error of ours in its own words; any other one without its insides."""
        if isinstance(error, DoorkeepError):
            detail = " ".join(part for part in (error.detail, for_window(error.fix)) if part)
            self.say(Message("error", error.title, detail, *self._more_of(error)))
        else:
            detail = self.tr(
                "{kind}. Nothing was lost; try again. If it comes back, save a diagnostics file in Settings."
            )
            self.say(
                Message("error", self.tr("Something in Doorkeep went wrong."), detail.format(kind=type(error).__name__))
            )

    def _more_of(self, error: DoorkeepError) -> tuple[str, Callable[[], None] | None]:
        """The button that leads to the guide; the same one each time, so that one error is not shown twice."""
        if not error.article:
            return "", None
        return self.tr("Learn more"), self._learning.setdefault(error.article, partial(self.learn.emit, error.article))
