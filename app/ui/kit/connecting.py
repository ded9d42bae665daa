"""A change to a client's configuration, looked at before it is made: the exact diff, what it needs, and the buttons that do it.

Every deed runs in the background. Nothing is written before a button says so.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.clients import connect
from app.clients.changes import Wish
from app.clients.connect import Outcome
from app.clients.restarting import carry_out_restarting
from app.clients.targets import Installation, Target, bridge_path, this_installation
from app.core.folders import shown
from app.desktop.apps import Desktop, this_desktop
from app.ui.kit.buttons import Button
from app.ui.kit.diff import DiffView
from app.ui.kit.labels import Label
from app.ui.kit.reasons import in_words
from app.ui.kit.services import Services
from app.ui.kit.theme import S
from app.ui.kit.wrap import Wrap

DIFF_LINES = 20


class Ground(NamedTuple):
    """Where clients are looked for and changed. `bridge`: another one than the running installation's."""

    home: str
    desktop: Desktop
    bridge: str | None = None

    def looking(self) -> Installation:
        """For looking and for leaving: the bridge need not be there."""
        return Installation(self.home, self.bridge or bridge_path())

    def writing(self) -> Installation:
        """For connecting. Raises ClientConfigError where the bridge is not there."""
        return this_installation(self.home, self.bridge)


def ground_of(services: Services) -> Ground:
    """This computer."""
    return Ground(services.home, this_desktop())


class Planned(NamedTuple):
    """A change as it would be now."""

    outcome: Outcome
    running: bool


class ChangePanel(QWidget):
    """`show_change` asks what would be done; `done` carries what was. `cancelled`: the person thought better of it."""

    done = Signal(object)
    cancelled = Signal()

    def __init__(self, services: Services, ground: Ground, *, can_cancel: bool = True) -> None:
        super().__init__()
        self._services = services
        self._ground = ground
        self._target: Target | None = None
        self._wish = Wish("connect")
        self._running = False
        theme = services.theme
        self.words = Label("", theme, "body", wrap=True)
        self.diff = DiffView(self.tr("What would change in the file"), theme, DIFF_LINES)
        self.notes = Label("", theme, "secondary", "muted", wrap=True)
        self.problem = Label("", theme, "body", "error", wrap=True)
        self.now = Button("", theme, "primary", pressed=self._now)
        self.later = Button(self.tr("When it next closes"), theme, pressed=self._later)
        self.cancel = Button(self.tr("Cancel"), theme, "quiet", pressed=self._cancel)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(S)
        for part in (self.words, self.diff, self.notes, self.problem):
            layout.addWidget(part)
        layout.addLayout(Wrap(self.now, self.later, self.cancel))
        self.cancel.setVisible(can_cancel)
        self._clear()

    def show_change(self, target: Target, wish: Wish) -> None:
        """Find out what would be done, and show it."""
        self._target, self._wish = target, wish
        self._clear()
        self._look()

    def _clear(self) -> None:
        for part in (self.diff, self.notes, self.problem, self.now, self.later):
            part.setVisible(False)
        self.words.setText("")

    def _look(self) -> None:
        target, wish, ground = self._target, self._wish, self._ground
        if target is None:
            return

        def plan() -> Planned:
            outcome = connect.preview(target, _installation(ground, wish), wish)
            return Planned(outcome, connect.app_running(target, ground.desktop) is not None)

        self._services.background.run(
            plan,
            lambda planned: self._show(planned) if self._target is target and self._wish is wish else None,
            self._failed,
            self,
        )

    def _show(self, planned: Planned) -> None:
        outcome, running = planned
        title, path = self._title(), shown(outcome.path)
        self._clear()
        self.diff.setVisible(bool(outcome.diff))
        self.diff.show_text(outcome.diff.rstrip("\n"))
        self.notes.setText("\n".join(outcome.notes))
        self.notes.setVisible(bool(outcome.notes))
        if not outcome.diff:
            self.words.setText(self.tr("There is nothing to change in {path}.").format(path=path))
            return
        words = [self.tr("This is all that changes in {path}. A copy is kept first.").format(path=path)]
        if outcome.secrets and any(outcome.secrets.values()):
            words.append(self.tr("The secrets go into the keychain first, and stand as markers in the copy."))
        if running:
            words.append(
                self.tr(
                    "{app} is open and keeps its settings in memory, so it has to be closed while the file is written."
                ).format(app=title)
            )
        elif outcome.what in ("connect", "adopt"):
            words.append(self.tr("{app} reads it the next time it starts.").format(app=title))
        self.words.setText(" ".join(words))
        self.now.setText(self._deed(running))
        self.now.setAccessibleName(self.now.text())
        self._running = running
        self.now.setVisible(True)
        self.later.setVisible(running)
        self._enable(True)

    def _deed(self, running: bool) -> str:
        table = {
            ("connect", False): self.tr("Connect"),
            ("connect", True): self.tr("Quit {app} and connect"),
            ("disconnect", False): self.tr("Disconnect"),
            ("disconnect", True): self.tr("Quit {app} and disconnect"),
            ("restore", False): self.tr("Put this copy back"),
            ("restore", True): self.tr("Quit {app} and put this copy back"),
            ("adopt", False): self.tr("Move behind the door"),
            ("adopt", True): self.tr("Quit {app} and move them behind the door"),
            ("return", False): self.tr("Put its own entry back"),
            ("return", True): self.tr("Quit {app} and put its own entry back"),
        }
        return table[self._wish.what, running].format(app=self._title())

    def _title(self) -> str:
        return self._target.client.title if self._target is not None else ""

    def _now(self) -> None:
        if self._running:
            self._do(carry_out_restarting, self.tr("Asking {app} to quit, then starting it again…"))
        else:
            self._do(connect.carry_out, self.tr("Writing…"))

    def _later(self) -> None:
        self._do(connect.carry_out_when_closed, self.tr("Writing…"))

    def _do(self, deed: Callable[[Target, Installation, Wish, Desktop], Outcome], words: str) -> None:
        target, wish, ground = self._target, self._wish, self._ground
        if target is None:
            return
        self._enable(False)
        self.problem.setVisible(False)
        self.words.setText(words.format(app=target.client.title))
        self._services.background.run(
            lambda: deed(target, _installation(ground, wish), wish, ground.desktop),
            self.done.emit,
            self._not_done,
            self,
        )

    def _not_done(self, error: Exception) -> None:
        """The world may have changed since the look: the reason, and a fresh look."""
        if isinstance(error, connect.AppRunningError):
            self._look()
            return
        self._failed(error)
        self._enable(True)

    def _failed(self, error: Exception) -> None:
        self.words.setText("")
        self.problem.setText(in_words(error, self.tr("That did not work, and nothing was written.")))
        self.problem.setVisible(True)

    def _enable(self, on: bool) -> None:
        for button in (self.now, self.later, self.cancel):
            button.setEnabled(on)

    def _cancel(self) -> None:
        self._target = None
        self.cancelled.emit()


def _installation(ground: Ground, wish: Wish) -> Installation:
    """Leaving must always be possible, also where the bridge is gone."""
    return ground.writing() if wish.what in ("connect", "adopt") else ground.looking()
