"""The table of pages. A page is imported when it is first opened, so that the window comes up at once."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication

from app.core.bundles.names import is_bundle
from app.ui.kit.page import Page
from app.ui.kit.services import Services
from app.ui.shell.sidebar import Entry


class Known(NamedTuple):
    """`name` is the page's key, `word` what the side list says, `room` and `made_by` where its class lies."""

    name: str
    word: str
    drawing: str
    room: str
    made_by: str


PAGES: tuple[Known, ...] = (
    Known("home", str(QT_TRANSLATE_NOOP("pages", "Home")), "home", "app.ui.home.page", "HomePage"),
    Known("activity", str(QT_TRANSLATE_NOOP("pages", "Activity")), "activity", "app.ui.activity.page", "ActivityPage"),
    Known("folders", str(QT_TRANSLATE_NOOP("pages", "Folders")), "folders", "app.ui.folders.page", "FoldersPage"),
    Known("servers", str(QT_TRANSLATE_NOOP("pages", "Servers")), "servers", "app.ui.servers.page", "ServersPage"),
    Known("secrets", str(QT_TRANSLATE_NOOP("pages", "Secrets")), "secrets", "app.ui.secrets.page", "SecretsPage"),
    Known("clients", str(QT_TRANSLATE_NOOP("pages", "Clients")), "clients", "app.ui.clients.page", "ClientsPage"),
    Known("settings", str(QT_TRANSLATE_NOOP("pages", "Settings")), "settings", "app.ui.settings.page", "SettingsPage"),
    Known("help", str(QT_TRANSLATE_NOOP("pages", "Help")), "help", "app.ui.help.page", "HelpPage"),
)
"""In the order of the side list and of Ctrl+1, Ctrl+2, …"""


def rooms() -> list[str]:
    """The modules of the pages, for loading them ahead of the first visit."""
    return [one.room for one in PAGES]


def entries() -> list[Entry]:
    """The rows of the side list."""
    return [Entry(one.name, QCoreApplication.translate("pages", one.word), one.drawing) for one in PAGES]


def taking(paths: list[str]) -> str:
    """The page that what was dropped on the window is for."""
    return "servers" if any(is_bundle(path) for path in paths) else "folders"


def makers(services: Services, more: dict[str, Callable[[], Sequence[Any]]]) -> dict[str, Callable[[], Page]]:
    """How each page is made. `more` gives what a page's constructor gets beside the services."""
    return {one.name: (lambda one=one: _make(one, services, more.get(one.name, tuple)())) for one in PAGES}


def _make(one: Known, services: Services, more: Sequence[Any]) -> Page:
    return getattr(importlib.import_module(one.room), one.made_by)(services, *more)
