"""Notes as resources, and the completion of their paths, titles and tags. A resource is whole or refused, never cut."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from servers.notes import vaults
from servers.notes.index import listing, lookups
from servers.notes.index.keeping import keeper_of
from servers.notes.names import key, title
from servers.notes.opened import open_note
from servers.notes.pages import page
from servers.notes.vaults import SCHEME, NotePath, Vault
from servers.runtime.errors import ToolError
from servers.runtime.resources import Resource, TextContents
from servers.runtime.safe.names import shown
from servers.runtime.safe.words import NotFoundError

if TYPE_CHECKING:
    from collections.abc import Callable

    from servers.notes.index.database import Connection
    from servers.runtime.call import Call

URI = SCHEME + "{vault}/{+path}"
MAX_BYTES = 640 * 1024
_MIME = "text/markdown"
_OFFERED = 200
_LISTED = 50
Answer = TypeVar("Answer")


def place_of(call: Call, vault: str, path: str) -> NotePath:
    """The place that a resource's variables name, whether anything is there or not. Raises NotFoundError."""
    parts = path.split("/")
    found = [one for one in vaults.vaults(call) if one.name == vault]
    if not found or any(part in ("", ".", "..") for part in parts):
        raise NotFoundError(f"There is no note {path} in a vault {vault}.")
    return NotePath(found[0], path)


def read(call: Call, vault: str, path: str) -> TextContents:
    """A note of a vault, by its path there."""
    note = open_note(call, place_of(call, vault, path))
    if len(note.content) > MAX_BYTES:
        raise ToolError(
            f"{shown(path)} has {len(note.content):,} bytes, and a resource may have {MAX_BYTES:,}. "
            "Read it in pages with the tool read_note."
        )
    whole = page(note.content, 0, len(note.content), max(len(note.content), 1))
    return TextContents(mime_type=_MIME, text=whole.text)


def listed(call: Call) -> list[Resource]:
    """The notes that changed last; all others are reached by the template."""
    found: list[Resource] = []
    for vault in vaults.vaults(call):
        rows = _ask(call, vault, lambda db: listing.files(db, listing.Files(recent=True), [], _LISTED))
        for row in rows or ():
            place = NotePath(vault, row.path)
            found.append(Resource(place.uri, row.path, title=place.title, mime_type=_MIME, size=row.size))
    return found


def complete_vault(call: Call, value: str, others: dict[str, str]) -> list[str]:  # noqa: ARG001 - the interface
    """Names of vaults."""
    return [one.name for one in vaults.vaults(call) if key(one.name).startswith(key(value))]


def complete_path(call: Call, value: str, others: dict[str, str]) -> list[str]:
    """Paths of notes that begin with `value`, or whose title does."""
    among = [one for one in vaults.vaults(call) if others.get("vault", one.name) == one.name]
    return _beginning_with(call, among, value)


def complete_note(call: Call, value: str, others: dict[str, str]) -> list[str]:  # noqa: ARG001 - the interface
    """Titles of notes that begin with `value`; a path where several notes have the title."""
    paths = _beginning_with(call, vaults.vaults(call), value)
    titles = [title(path) for path in paths]
    return [path if titles.count(name) > 1 else name for name, path in zip(titles, paths, strict=True)]


def complete_tag(call: Call, value: str, others: dict[str, str]) -> list[str]:  # noqa: ARG001 - the interface
    """Tags that begin with `value`."""
    found: dict[str, None] = {}
    for vault in vaults.vaults(call):
        rows = _ask(call, vault, lambda db: lookups.tags(db, value.lstrip("#"), _OFFERED))
        found.update(dict.fromkeys(row.name for row in rows or ()))
    return list(found)


def _beginning_with(call: Call, among: list[Vault], value: str) -> list[str]:
    found: dict[str, None] = {}
    for vault in among:
        by_title = _ask(call, vault, lambda db: lookups.titles(db, value, _OFFERED))
        by_path = _ask(call, vault, lambda db: lookups.paths(db, value, _OFFERED)) if value else None
        found.update(dict.fromkeys([*(by_path or ()), *(by_title or ())]))
    return list(found)[:_OFFERED]


def _ask(call: Call, vault: Vault, question: Callable[[Connection], Answer]) -> Answer | None:
    """What the index says; None where there is none: who types gets no completion then, and no error."""
    try:
        keeper = keeper_of(call, vault.path)
        keeper.refresh(call)
        keeper.wait(call)
        return keeper.ask(call, question)
    except ToolError:
        return None
