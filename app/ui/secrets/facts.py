"""What the Secrets page shows of each secret: read from the list of names and the settings, never from the keychain."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import QCoreApplication

from app.core import settings as settings_file
from app.core.errors import SettingsError
from app.core.secret_names import Noted, Use, names_of, shown, uses
from app.ui.kit.words import ago


class Secret(NamedTuple):
    """One secret. `noted` None: a server needs it, and it was never set."""

    name: str
    noted: Noted | None
    uses: tuple[Use, ...]


class Looked(NamedTuple):
    """One look. `error`: the settings cannot be read, so nothing is known of where secrets are used."""

    secrets: list[Secret]
    error: SettingsError | None = None


def look(home: str) -> Looked:
    """Every secret that is kept or needed, those that are missing first. For a worker."""
    error: SettingsError | None = None
    used: list[Use] = []
    try:
        used = uses(settings_file.load_kept(home))
    except SettingsError as found:
        error = found
    names = names_of(home)
    found_ = [
        Secret(name, names.get(name), tuple(use for use in used if use.secret == name)) for name in shown(names, used)
    ]
    return Looked(sorted(found_, key=lambda secret: secret.noted is not None), error)


def tr(text: str) -> str:
    """Through Qt's translation, in this room's context."""
    return QCoreApplication.translate("secrets", text)


def where_used(secret: Secret) -> str:
    """Which servers get it, and how."""
    if not secret.uses:
        return tr("No server uses it.")
    return " · ".join(tr("{server}: {place}").format(server=use.server, place=_place(use)) for use in secret.uses)


def _place(use: Use) -> str:
    if use.place.startswith("env "):
        return tr("in {variable}").format(variable=use.place.removeprefix("env "))
    if use.place.startswith("header "):
        return tr("in the header {name}").format(name=use.place.removeprefix("header "))
    if use.place.startswith("token "):
        return tr("for {host}").format(host=use.place.removeprefix("token "))
    if use.place == "url":
        return tr("in its address")
    return tr("in its arguments") if use.place == "args" else tr("to log in")


def when(secret: Secret, now: float) -> str:
    """When it was set and last used."""
    if secret.noted is None:
        return tr("Not set: the server cannot be started.")
    kept = tr("Set {ago}").format(ago=ago(max(0, now - secret.noted.set_at))) if secret.noted.set_at else tr("Set")
    if not secret.noted.used_at:
        return tr("{kept}, never used").format(kept=kept)
    return tr("{kept}, last used {ago}").format(kept=kept, ago=ago(max(0, now - secret.noted.used_at)))
