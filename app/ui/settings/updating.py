"""Looking for new versions: the person's switch, what was found last, and the link to it. It asks only through app.core.updates."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.core import settings as settings_file
from app.core import updates
from app.core.updates import News
from app.ui.kit.buttons import Button
from app.ui.kit.deeds import Deeds
from app.ui.kit.labels import Label
from app.ui.kit.opening import open_link
from app.ui.kit.reasons import in_words
from app.ui.kit.services import Services
from app.ui.kit.theme import S
from app.ui.kit.toggle import Toggle
from app.ui.kit.words import visible
from app.ui.settings.rows import section
from app.version import VERSION


class UpdatesPanel(QWidget):
    """The switch is in force when the file has it. `open_link` gives a browser an address."""

    def __init__(self, services: Services, open_link: Callable[[str], object] = open_link) -> None:
        super().__init__()
        self._services = services
        self._open_link = open_link
        self._deeds = Deeds(services.home, services.background, self)
        self._leads = ""
        theme = services.theme
        self.switch = Toggle(self.tr("Look for new versions"), theme)
        self.switch.setEnabled(False)
        self.switch.clicked.connect(self._switch)
        self.now = Button(self.tr("Look now"), theme, "plain", "refresh", self._ask)
        self.now.setEnabled(False)
        self.said = Label("", theme, "body", wrap=True)
        self.said.hide()
        self.notes = Label("", theme, "secondary", "muted", wrap=True)
        self.notes.hide()
        self.where = Label("", theme, "secondary", "muted", wrap=True)
        self.open = Button(self.tr("Open in the browser"), theme, "primary", pressed=self._leave)
        self.leading = QWidget()
        line = QHBoxLayout(self.leading)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(S)
        line.addWidget(self.open)
        line.addWidget(self.where, 1)
        self.leading.hide()
        rows = [
            (
                self.tr("Look for new versions"),
                self.tr("Once a day. The question carries nothing about you, and nothing is downloaded."),
                [self.now, self.switch],
            )
        ]
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(section(self.tr("Updates"), rows, theme, under=[self.said, self.notes, self.leading]))

    def look(self) -> None:
        """What is known now, without asking anyone."""
        home = self._services.home

        def work() -> tuple[bool, News]:
            found = settings_file.load_kept(home)
            return found.updates.check, updates.news(home, found)

        self._services.background.run(work, lambda known: self._show(*known), self._failed, self)

    def _switch(self, on: bool) -> None:
        home = self._services.home

        def deed(confirm: Callable[[], Any]) -> tuple[bool, News]:
            found = settings_file.edit(home, lambda document: updates.switch(document, on=on), confirm)
            return found.updates.check, updates.news(home, found)

        self._deeds.do(deed, lambda known: self._show(*known), self._switch_failed)

    def _switch_failed(self, error: Exception) -> None:
        self._failed(error)
        self.switch.setChecked(not self.switch.isChecked())

    def _ask(self) -> None:
        home = self._services.home
        self.now.setEnabled(False)
        self._say(self.tr("Asking…"))

        def work() -> tuple[bool, News]:
            found = updates.ask(home)
            return settings_file.load(home).updates.check, found

        self._services.background.run(work, lambda known: self._show(*known), self._failed, self)

    def _show(self, on: bool, found: News) -> None:
        known = bool(found.url)
        self.switch.setEnabled(known or on)
        self.now.setEnabled(known)
        self.switch.setChecked(on)
        self._say(self._words(found))
        release = found.release if found.state == "newer" else None
        notes = release.notes if release is not None else ""
        self.notes.setText("\n".join(visible(line, 500) for line in notes.splitlines()))
        self.notes.setVisible(bool(notes))
        self._leads = release.link if release is not None else ""
        self.where.setText(visible(self._leads, 500))
        self.leading.setVisible(bool(self._leads))

    def _words(self, found: News) -> str:
        if found.state == "unset":
            return self.tr("This build has no address to ask for new versions, so it asks nobody.")
        asked = time.strftime("%Y-%m-%d %H:%M", time.localtime(found.asked_at))
        said = [
            {
                "off": "",
                "never": self.tr("It asks {address} for the first time within the hour.").format(
                    address=visible(found.url, 200)
                ),
                "failed": self.tr("Whether there is a newer version is not known."),
                "current": self.tr("Doorkeep {version} is the latest version.").format(version=VERSION),
                "newer": self.tr("Doorkeep {version} is there. You have {here}.").format(
                    version=found.release.version if found.release else "", here=VERSION
                ),
            }[found.state]
        ]
        if found.problem:
            said.append(self.tr("The last try failed: {why}").format(why=visible(found.problem, 500)))
        if found.asked_at:
            said.append(self.tr("Asked {when}.").format(when=asked))
        return " ".join(part for part in said if part)

    def _leave(self) -> None:
        if self._leads:
            self._open_link(self._leads)

    def _failed(self, error: Exception) -> None:
        self.now.setEnabled(True)
        self._say(in_words(error, self.tr("That did not work. Try again later.")))
        self.said.set_tone("error")

    def _say(self, text: str) -> None:
        self.said.set_tone(None)
        self.said.setText(text)
        self.said.setVisible(bool(text))
