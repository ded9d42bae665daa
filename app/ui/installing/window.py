"""One small window that installs Doorkeep for its user, or removes it again. It shows one state at a time and decides nothing else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QVBoxLayout, QWidget

from app.core.errors import DoorkeepError
from app.core.folders import shown
from app.desktop.installing import Found, Progress
from app.ui.kit.background import Background
from app.ui.kit.buttons import Button, Weight
from app.ui.kit.icons import icon, pixmap
from app.ui.kit.labels import Label
from app.ui.kit.theme import XL, L, M, S, Theme
from app.version import VERSION

STEPS = 1000
Offer = tuple[str, Weight, Callable[[], object]]


class Deeds(Protocol):
    """`app.desktop.installing`, or a test's."""

    def installed(self) -> Found | None: ...
    def size(self) -> int: ...
    def install(self, progress: Progress) -> list[str]: ...
    def uninstall(self, home: str) -> list[str]: ...
    def open_installed(self) -> None: ...
    def open_here(self) -> None: ...


class InstallingWindow(QWidget):
    """Offers what fits: installing, opening what is installed, replacing or removing it."""

    _moved = Signal(int)

    def __init__(self, home: str, theme: Theme, deeds: Deeds) -> None:
        super().__init__()
        self._home = home
        self._theme = theme
        self._deeds = deeds
        self._busy = False
        self._background = Background(self._failed, self)
        self.setWindowTitle(self.tr("Doorkeep"))
        self.setAccessibleName(self.tr("Install Doorkeep"))
        self.setWindowIcon(icon("mark", theme.colours.accent))
        self.title = Label("", theme, "title")
        self.about = Label("", theme, "body", "muted", wrap=True)
        self.bar = QProgressBar()
        self.bar.setRange(0, STEPS)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(self.tr("Progress"))
        self._moved.connect(self.bar.setValue)
        self._foot = QHBoxLayout()
        self._foot.setSpacing(S)
        self.buttons: list[Button] = []
        self._build()
        self._begin()

    def finish(self) -> None:
        """Let go of the worker; the window is closed."""
        self._background.finish()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Not in the middle of copying: it would have to be taken back first, and takes seconds."""
        if self._busy:
            event.ignore()
        else:
            super().closeEvent(event)

    def _build(self) -> None:
        mark = QLabel()
        mark.setPixmap(pixmap("mark", self._theme.colours.accent, 48))
        mark.setAlignment(Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout()
        column.setSpacing(M)
        column.addWidget(self.title)
        column.addWidget(self.about)
        column.addWidget(self.bar)
        column.addStretch(1)
        column.addSpacing(S)
        column.addLayout(self._foot)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(XL, XL, XL, L)
        layout.setSpacing(L)
        layout.addWidget(mark)
        layout.addLayout(column, 1)
        self.resize(560, 260)

    def _show(self, title: str, about: str, *offers: Offer) -> None:
        """One state: what it is, what it means, and what can be done; the last offer is the one most will want."""
        self.title.setText(title)
        self.about.setText(about)
        self.bar.setVisible(self._busy)
        while self._foot.count():
            item = self._foot.takeAt(0)
            widget = item.widget() if item is not None else None
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        self._foot.addStretch(1)
        self.buttons = [Button(word, self._theme, weight, pressed=act) for word, weight, act in offers]
        for button in self.buttons:
            self._foot.addWidget(button)
        if self.buttons:
            self.buttons[-1].setDefault(True)
            self.buttons[-1].setFocus()

    def _begin(self) -> None:
        found = self._deeds.installed()
        if found is None:
            self._show(
                self.tr("Install Doorkeep for you?"),
                self.tr(
                    "It takes {size:.0f} MB below ~/.local and appears among your applications. No password is needed, and "
                    "nothing else on this computer changes."
                ).format(size=self._deeds.size() / 1e6),
                (self.tr("Only run it from here"), "quiet", self._open_here),
                (self.tr("Install for me"), "primary", self._install),
            )
            return
        same = found.version == VERSION
        again: Offer = (
            self.tr("Install again") if same else self.tr("Install {version}").format(version=VERSION),
            "plain" if same else "primary",
            self._install,
        )
        opening: Offer = (self.tr("Open Doorkeep"), "primary" if same else "plain", self._open)
        self._show(
            self.tr("Doorkeep {version} is installed").format(version=found.version),
            self.tr("It lies in {place}. AI apps that are connected keep working while you install.").format(
                place=shown(found.root)
            ),
            (self.tr("Remove…"), "quiet", self._ask_to_remove),
            *((again, opening) if same else (opening, again)),
        )

    def _install(self) -> None:
        self._work(self.tr("Installing…"), lambda: self._deeds.install(self._progress), self._is_installed)

    def _is_installed(self, notes: list[str]) -> None:
        self._busy = False
        self._show(
            self.tr("Doorkeep is installed"),
            "\n".join(
                [self.tr("You find it among your applications. The unpacked folder is no longer needed."), *notes]
            ),
            (self.tr("Close"), "quiet", self.close),
            (self.tr("Open Doorkeep"), "primary", self._open),
        )

    def _ask_to_remove(self) -> None:
        self._show(
            self.tr("Remove Doorkeep?"),
            self.tr(
                "AI apps get back the configuration they had before, and the program goes. Your settings, the log and what can "
                "be undone stay in {home}."
            ).format(home=shown(self._home)),
            (self.tr("Keep it"), "plain", self._begin),
            (self.tr("Remove"), "primary", self._remove),
        )

    def _remove(self) -> None:
        self._work(self.tr("Removing…"), lambda: self._deeds.uninstall(self._home), self._is_removed)
        self.bar.setRange(0, 0)

    def _is_removed(self, notes: list[str]) -> None:
        self._busy = False
        self._show(self.tr("Doorkeep is removed"), "\n".join(notes), (self.tr("Close"), "primary", self.close))

    def _work(self, title: str, deed: Callable[[], list[str]], then: Callable[[list[str]], None]) -> None:
        self._busy = True
        self.bar.setRange(0, STEPS)
        self.bar.setValue(0)
        self._show(title, "")
        self._background.run(deed, then, self._failed, self)

    def _progress(self, done: int, total: int) -> None:
        """From the worker."""
        self._moved.emit(done * STEPS // max(total, 1))

    def _failed(self, error: Exception) -> None:
        self._busy = False
        known = isinstance(error, DoorkeepError)
        self._show(
            error.title if known else self.tr("That did not work"),
            " ".join(part for part in (error.detail, error.fix) if part) if known else str(error),
            (self.tr("Close"), "quiet", self.close),
            (self.tr("Only run it from here"), "plain", self._open_here),
            (self.tr("Try again"), "primary", self._begin),
        )

    def _open(self) -> None:
        self._start(self._deeds.open_installed)

    def _open_here(self) -> None:
        self._start(self._deeds.open_here)

    def _start(self, opened: Callable[[], None]) -> None:
        try:
            opened()
        except OSError as error:
            self._failed(error)
        else:
            self.close()
