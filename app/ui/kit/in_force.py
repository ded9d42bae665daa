"""What a row tells of its own change: nothing at first, "Changing…" if it takes long, "In force" when the gateway itself says so.

The word is never said of something that was not just checked, and never left standing beside the next change.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any, Protocol

from PySide6.QtCore import QObject, QTimer

from app.ui.kit.deeds import Deed, Deeds
from app.ui.kit.services import Services
from app.ui.kit.theme import Tone

SPINNER_MS = 150
IN_FORCE_MS = 5000
"""How long the word stands."""


class Row(Protocol):
    """What is told by it."""

    def show_state(self, text: str, tone: Tone = "muted", drawing: str = "clock") -> None:
        """How far the last change has come; empty hides it."""

    def show_problem(self, text: str) -> None:
        """Why the last change was not made; empty hides it."""

    def show_settings(self) -> None:
        """What the settings say, in place of a choice that could not be carried out."""


class InForce(QObject):
    """`row` gives the row of a key, or None where it went meanwhile; `look` reads the settings anew; `reason` puts an error in words."""

    def __init__(
        self,
        services: Services,
        row: Callable[[str], Row | None],
        look: Callable[[], object],
        reason: Callable[[Exception], str],
        parent: QObject,
    ) -> None:
        """`deeds` also takes what is no change of a row, so that everything is carried out in the order asked for."""
        super().__init__(parent)
        self._link = services.link
        self._row = row
        self._look = look
        self._reason = reason
        self.deeds = Deeds(services.home, services.background, self)
        self._pending: Counter[str] = Counter()
        self._turn: Counter[str] = Counter()

    def busy(self, key: str) -> bool:
        """Whether a change of that row is under way: what the settings say is then not shown over it."""
        return self._pending[key] > 0

    def carry_out(self, key: str, deed: Deed) -> None:
        """Carry out a change of one row, after those that were asked for before."""
        self._pending[key] += 1
        self._say(key, "")
        row = self._row(key)
        if row is not None:
            row.show_problem("")
        self._later(key, SPINNER_MS, lambda: self._say(key, self.tr("Changing…")) if self.busy(key) else None)
        self.deeds.do(deed, lambda _result: self._done(key), lambda error: self._failed(key, error))

    def _done(self, key: str) -> None:
        self._pending[key] -= 1
        self._look()
        self._link.call("settings", lambda answer: self._accepted(key, answer), lambda _error: self._alone(key))

    def _failed(self, key: str, error: Exception) -> None:
        self._pending[key] -= 1
        self._look()
        row = self._row(key)
        if row is not None:
            row.show_state("")
            row.show_settings()
            row.show_problem(self._reason(error))

    def _accepted(self, key: str, answer: dict[str, Any]) -> None:
        if not answer.get("error") and not self.busy(key):
            self._say(key, self.tr("In force"), "allowed", "check")
            self._later(key, IN_FORCE_MS, lambda: self._say(key, ""))

    def _alone(self, key: str) -> None:
        """No gateway: what was written counts from its start on."""
        if not self.busy(key):
            self._say(key, self.tr("In force when Doorkeep's gateway starts"))
            self._later(key, IN_FORCE_MS, lambda: self._say(key, ""))

    def _say(self, key: str, text: str, tone: Tone = "muted", drawing: str = "clock") -> None:
        self._turn[key] += 1
        row = self._row(key)
        if row is not None:
            row.show_state(text, tone, drawing)

    def _later(self, key: str, milliseconds: int, act: Callable[[], object]) -> None:
        """Unless something else was said of the row meanwhile."""
        turn = self._turn[key]
        QTimer.singleShot(milliseconds, self, lambda: act() if self._turn[key] == turn else None)
