"""How the app behaves for this person: its look, whether it starts at login, what may notify."""

from __future__ import annotations

import msgspec
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.desktop import autostart, preferences
from app.desktop.preferences import Preferences
from app.ui.kit.labels import Label
from app.ui.kit.reasons import in_words
from app.ui.kit.segmented import Choice, Segmented
from app.ui.kit.services import Services
from app.ui.kit.theme import M
from app.ui.kit.toggle import Toggle
from app.ui.settings.rows import section


class MannersPanel(QWidget):
    """`kept` is the app's own copy of the preferences: it is changed here and written in the background."""

    def __init__(self, services: Services, kept: Preferences) -> None:
        super().__init__()
        self._services = services
        self._kept = kept
        theme = services.theme
        choices = [
            Choice("system", self.tr("System"), "accent"),
            Choice("light", self.tr("Light"), "accent"),
            Choice("dark", self.tr("Dark"), "accent"),
        ]
        self.theme = Segmented(self.tr("Theme"), choices, theme)
        self.theme.set_value(theme.choice)
        self.theme.chosen.connect(self._choose)
        self.login = Toggle(self.tr("Start at login"), theme)
        self.login.setEnabled(False)
        self.login.clicked.connect(self._switch_login)
        words = {
            "question": (self.tr("A question waits"), self.tr("A call needs your yes.")),
            "denied": (self.tr("Something was refused"), self.tr("The first time an app is denied something.")),
            "changed": (
                self.tr("A server's tools have changed"),
                self.tr("What is new in them stays hidden until you have looked."),
            ),
            "wiped": (self.tr("An app lost its entry"), self.tr("Its settings were rewritten without Doorkeep.")),
            "crashing": (self.tr("A server keeps crashing"), self.tr("It ended three times within a minute.")),
        }
        named = self.tr("Notify: {what}")
        self.notices = {kind: Toggle(named.format(what=words[kind][0]), theme) for kind in preferences.NOTICES}
        for kind, box in self.notices.items():
            box.setChecked(kind not in kept.quiet)
            box.clicked.connect(lambda on, kind=kind: self._switch_notice(kind, on))
        self.problem = Label("", theme, "body", "error", wrap=True)
        self.problem.hide()
        look = [
            (self.tr("Theme"), self.tr("System follows your desktop, live."), [self.theme]),
            (self.tr("Start at login"), self.tr("In the tray, without the window."), [self.login]),
        ]
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(M)
        layout.addWidget(section(self.tr("Doorkeep on this desktop"), look, theme, under=[self.problem]))
        notify = [(*words[kind], [box]) for kind, box in self.notices.items()]
        layout.addWidget(section(self.tr("Notifications"), notify, theme))

    def look(self) -> None:
        """Whether it starts at login, as the system has it now: that switch may be thrown elsewhere."""
        self._services.background.run(autostart.is_on, self._show_login, self._failed, self)

    def _choose(self, value: str) -> None:
        known: dict[str, preferences.Theme] = {"light": "light", "dark": "dark"}
        self._kept.theme = known.get(value, "system")
        self._services.theme.choose(self._kept.theme)
        self._save()

    def _switch_notice(self, kind: str, on: bool) -> None:
        quiet = set(self._kept.quiet) - {kind} | (set() if on else {kind})
        self._kept.quiet[:] = sorted(quiet)
        self._save()

    def _save(self) -> None:
        home, kept = self._services.home, msgspec.structs.replace(self._kept, quiet=list(self._kept.quiet))
        self._services.background.run(lambda: preferences.save(home, kept), None, self._failed, self)

    def _switch_login(self, on: bool) -> None:
        home = self._services.home
        self.login.setEnabled(False)

        def switch() -> bool:
            autostart.switch(home, on=on)
            return autostart.is_on()

        self._services.background.run(switch, self._show_login, self._login_failed, self)

    def _show_login(self, on: bool) -> None:
        self.login.setChecked(on)
        self.login.setEnabled(True)

    def _login_failed(self, error: Exception) -> None:
        self._failed(error)
        self.look()

    def _failed(self, error: Exception) -> None:
        self.problem.setText(in_words(error, self.tr("That could not be kept. Check the disk and try again.")))
        self.problem.show()
