"""Beginning a note from a template, and the daily note's place, as a vault's own settings say. The settings are only ever read."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING

import msgspec

from servers.notes import vaults
from servers.notes.creating import moments
from servers.notes.names import NOTE
from servers.notes.vaults import SETTINGS, NotePath, Vault
from servers.runtime.errors import ToolError
from servers.runtime.safe.at import read_at
from servers.runtime.safe.etag import of_content
from servers.runtime.safe.names import shown
from servers.runtime.safe.opening import open_file
from servers.runtime.safe.words import NotFoundError

if TYPE_CHECKING:
    from servers.runtime.call import Call

MAX_TEMPLATE = 1 << 20
"""Bytes that a template may have."""
_MAX_SETTINGS = 1 << 16
_PLACE = re.compile(r"\{\{\s*(title|date|time)\s*(?::([^}]*))?\}\}", re.IGNORECASE)


class Settings(msgspec.Struct):
    """What Obsidian keeps in daily-notes.json and templates.json; anything else in them is passed over."""

    folder: str = ""
    format: str = ""
    template: str = ""
    date_format: str = msgspec.field(default="", name="dateFormat")
    time_format: str = msgspec.field(default="", name="timeFormat")


class Template(msgspec.Struct, frozen=True):
    """A template's text, where it lies, and the etag that it had."""

    path: str
    text: str
    etag: str


def settings(call: Call, vault: Vault, name: str) -> Settings:
    """The settings `name` (`templates`, `daily-notes`) of a vault; defaults where there are none. Raises ToolError where they
    are there and cannot be read."""
    path = vault.absolute(f"{SETTINGS}/{name}.json")
    try:
        with open_file(call.folders, path) as opened:
            content = read_at(opened.fd, _MAX_SETTINGS, 0)
    except NotFoundError:
        return Settings()
    try:
        return msgspec.json.decode(content, type=Settings)
    except msgspec.DecodeError as error:
        raise ToolError(
            f"The vault's settings in {shown(path)} cannot be read: {error}. Name a path instead."
        ) from None


def daily_path(daily: Settings, at: datetime) -> str:
    """The path in the vault of the daily note of that day."""
    name = moments.written(at, daily.format or "YYYY-MM-DD")
    parts = [part for part in f"{daily.folder}/{name}".split("/") if part not in ("", ".")]
    if ".." in parts:
        raise ToolError("The vault's daily notes are set to lie outside it. Name a path instead.")
    return "/".join(parts) + NOTE


def find(call: Call, vault: Vault, name: str, folder: str) -> Template:
    """The template called `name`: in the vault's folder of templates, or any note. Raises ToolError."""
    found = _in_folder(call, vault, name, folder) or vaults.find_note(call, name, vault.name)
    with open_file(call.folders, found.absolute) as opened:
        content = read_at(opened.fd, MAX_TEMPLATE + 1, 0)
    if len(content) > MAX_TEMPLATE:
        raise ToolError(f"The template {shown(found.path)} is larger than {MAX_TEMPLATE >> 20} MiB.")
    call.touch(found.absolute)
    try:
        return Template(found.path, content.decode("utf-8-sig"), of_content(content))
    except UnicodeDecodeError:
        raise ToolError(f"The template {shown(found.path)} is no text in UTF-8.") from None


def _in_folder(call: Call, vault: Vault, name: str, folder: str) -> NotePath | None:
    if not folder.strip("/"):
        return None
    bare = name.removesuffix(NOTE).strip("/")
    try:
        return vaults.find_note(call, vault.absolute(f"{folder.strip('/')}/{bare}{NOTE}"), vault.name)
    except ToolError:
        return None


def filled(template: str, title: str, at: datetime, known: Settings) -> str:
    """The template's text with `{{title}}`, `{{date}}` and `{{time}}` filled in, each of the last two perhaps with a pattern:
    `{{date:YYYY}}`. Anything else in braces stays, since plugins have words of their own."""

    def one(match: re.Match[str]) -> str:
        what, pattern = match[1].lower(), match[2]
        if what == "title":
            return title
        usual = known.date_format or "YYYY-MM-DD" if what == "date" else known.time_format or "HH:mm"
        return moments.written(at, pattern if pattern is not None else usual)

    return _PLACE.sub(one, template)
