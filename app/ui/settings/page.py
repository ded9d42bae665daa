"""Settings: how the app behaves, how much is kept, taking the setup along, help, and what this is."""

from __future__ import annotations

from typing import Any

from app.core.folders import shown
from app.core.settings import settings_path
from app.desktop import preferences, reveal
from app.desktop.preferences import Preferences
from app.ui.kit.buttons import Button
from app.ui.kit.page import Page
from app.ui.kit.services import Services
from app.ui.settings.carrying import CarryingPanel
from app.ui.settings.limits import LimitsPanel
from app.ui.settings.manners import MannersPanel
from app.ui.settings.rows import section
from app.ui.settings.updating import UpdatesPanel
from app.version import VERSION


class SettingsPage(Page):
    """`kept` is the app's own copy of the preferences."""

    name = "settings"
    drawing = "settings"

    def __init__(self, services: Services, kept: Preferences | None = None) -> None:
        super().__init__(self.tr("Settings"), services)
        theme = services.theme
        self.manners = MannersPanel(services, preferences.load(services.home) if kept is None else kept)
        self.limits = LimitsPanel(services)
        self.carrying = CarryingPanel(services)
        self.updating = UpdatesPanel(services)
        self.show_home = Button(self.tr("Show"), theme, "plain", "folders", self._reveal)
        self.show_home.setAccessibleName(self.tr("Show the settings file in its folder"))
        about = [
            (
                self.tr("Doorkeep {version}").format(version=VERSION),
                self.tr("Free software under the MIT licence."),
                [],
            ),
            (self.tr("Everything it knows lies in"), shown(services.home), [self.show_home]),
        ]
        for panel in (self.manners, self.limits, self.carrying, self.updating):
            self.body.addWidget(panel)
        self.body.addWidget(section(self.tr("About"), about, theme))
        self.body.addStretch(1)

    def opened(self, arguments: dict[str, Any]) -> None:
        """Show what is in force now."""
        self.manners.look()
        self.limits.look()
        self.updating.look()

    def _reveal(self) -> None:
        path = settings_path(self.services.home)
        self.services.background.run(lambda: reveal.reveal(path), None, self.services.messages.error, self)
