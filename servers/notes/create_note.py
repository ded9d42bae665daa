"""The tool create_note: a new note, perhaps from a template, or today's daily note. Nothing that exists is ever overwritten."""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from servers.notes import catalog, vaults
from servers.notes.creating import naming, templates
from servers.notes.creating.templates import Settings, Template
from servers.notes.editing import joining, properties
from servers.notes.names import NOTE, is_note, key, last, title
from servers.notes.parsing.note import outline
from servers.notes.vaults import NotePath, Vault
from servers.runtime.call import Call
from servers.runtime.changing import changes, diffs
from servers.runtime.changing.changes import Changed, FileChange, Place
from servers.runtime.errors import ToolError
from servers.runtime.results import Planned
from servers.runtime.safe.atomic import replace_file
from servers.runtime.safe.etag import of_stat
from servers.runtime.safe.names import shown
from servers.runtime.safe.opening import open_parent
from servers.runtime.safe.words import ConflictError
from servers.runtime.undo.record import step_of
from servers.runtime.wire import Plan

TOOL = "create_note"
_MAX_NUMBER = 1000
_DIFFED = 200_000


class CreateNote(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Arguments of create_note."""

    path: str = ""
    content: str = ""
    daily: Annotated[str, Meta(description="Instead of path: today or YYYY-MM-DD")] = ""
    template: Annotated[str, Meta(description="A note to begin from")] = ""
    properties: dict[str, Any] = {}
    on_exists: Annotated[Literal["fail", "suffix"], Meta(description="suffix: add a number")] = "fail"
    vault: str = ""
    dry_run: bool = False


class _State(msgspec.Struct):
    place: Place
    content: bytes


class create_note:  # noqa: N801 - the tool's name
    """Create a note; nothing is overwritten. A template's {{title}}, {{date}} and {{time}} are filled in, and content goes below.
    daily makes a day's note as the vault's settings say."""

    arguments = CreateNote

    @staticmethod
    def plan(call: Call, args: CreateNote) -> Planned:
        now = datetime.now().astimezone()
        wanted, day, daily = _wanted(call, args, now)
        wanted = _free(call, args, wanted)
        where = changes.place(call.folders, wanted.absolute, "create")
        for path in (*where.missing, where.path):
            naming.check(os.path.basename(path))
        known = templates.settings(call, wanted.vault, "templates") if args.template or daily.template else Settings()
        name = args.template or daily.template
        template = templates.find(call, wanted.vault, name, known.folder) if name else None
        content = _content(args, template, title(wanted.path), day, known, shown(where.path))
        guard = f"new {where.path} {len(where.missing)} {template.etag if template else ''}"
        folders = "".join(f"make the folder {shown(folder)}\n" for folder in where.missing)
        reads = [wanted.vault.absolute(template.path)] if template else []
        plan = Plan(reads, [*where.missing, where.path], folders + _preview(where, content), guard)
        return Planned(plan, _State(where, content))

    @staticmethod
    def preview(call: Call, args: CreateNote, planned: Planned) -> Changed:  # noqa: ARG004 - the interface
        state: _State = planned.state
        return Changed(True, [FileChange(shown(state.place.path), diff=_preview(state.place, state.content))])

    @staticmethod
    def apply(call: Call, args: CreateNote, planned: Planned) -> Changed:  # noqa: ARG004 - the interface
        state: _State = planned.state
        path = state.place.path
        after = changes.known_etag(state.content)
        with changes.begin(call, TOOL) as change:
            changes.made_folders(change, state.place.missing)
            change.add(step_of("create", path, after=after))
            change.commit()
            changes.make_folders(call.folders, state.place.missing)
            with open_parent(call.folders, path, "change", "create") as parent:
                written = replace_file(parent, state.content, create_only=True)
                if not after:
                    after = of_stat(written)
                    change.after(parent, after)
        changes.finish(call, change, *state.place.missing, path)
        note = f"{len(state.content):,} bytes"
        return changes.result(change, [FileChange(shown(path), after, note)])


def _wanted(call: Call, args: CreateNote, now: datetime) -> tuple[NotePath, datetime, Settings]:
    """Where the note shall lie, the day it is of, and the settings for daily notes. Raises ToolError."""
    if bool(args.path) == bool(args.daily):
        raise ToolError("Say what to call the note, by either `path` or `daily`.")
    if args.daily:
        vault = _only_vault(call, args.vault)
        day = _day(args.daily, now)
        daily = templates.settings(call, vault, "daily-notes")
        return NotePath(vault, templates.daily_path(daily, day)), day, daily
    path = args.path
    if path.endswith("/"):
        raise ToolError(f"{path} names a folder. Add the note's name.")
    found = vaults.place_for(call, path if is_note(path) else path + NOTE, args.vault)
    return found, now, Settings()


def _only_vault(call: Call, vault: str) -> Vault:
    there = vaults.choose(call, vault)
    if len(there) > 1:
        names = ", ".join(shown(one.name) for one in there)
        raise ToolError(f"There are several vaults: {names}. Say which with `vault`.")
    return there[0]


def _day(text: str, now: datetime) -> datetime:
    days = {"today": 0, "tomorrow": 1, "yesterday": -1}
    if text.lower() in days:
        return now + timedelta(days=days[text.lower()])
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(hour=now.hour, minute=now.minute, tzinfo=now.tzinfo)
    except ValueError:
        raise ToolError(f"`daily` is {text!r}, which is neither `today` nor a date like 2026-05-01.") from None


def _free(call: Call, args: CreateNote, wanted: NotePath) -> NotePath:
    """The path itself, or with a number behind it; where only the case differs it is the same note. Raises ConflictError."""
    names = catalog.names(call, wanted.vault.path)
    stem = wanted.path[: -len(NOTE)]
    for number in range(_MAX_NUMBER):
        path = f"{stem} {number}{NOTE}" if number else wanted.path
        there = [one for one in names.named(last(path)) if key(one) == key(path)]
        if not there and not _exists(call, wanted.vault.absolute(path)):
            return NotePath(wanted.vault, path)
        if args.on_exists == "fail":
            raise ConflictError(
                f"Cannot create {shown(path)}: the note {shown(there[0] if there else path)} exists already. Use edit_note to "
                "add to it, on_exists=suffix for another name, or another path."
            )
    raise ConflictError(f"Cannot create {shown(wanted.path)}: there are {_MAX_NUMBER} notes of that name already.")


def _exists(call: Call, path: str) -> bool:
    where = changes.place(call.folders, path, "create")
    if where.missing:
        return False
    with open_parent(call.folders, where.path, "change", "create") as parent:
        return parent.look() is not None


def _content(args: CreateNote, template: Template | None, name: str, at: datetime, known: Settings, path: str) -> bytes:
    try:
        if template is None:
            content = args.content.encode()
        else:
            content = templates.filled(template.text, name, at, known).encode()
            if args.content:
                start = outline(content).body
                content += joining.joined(content, len(content), args.content, b"\n", start)
    except UnicodeEncodeError:
        raise ToolError("The text has half of a character in it (a lone surrogate). Nothing was changed.") from None
    if content and not content.endswith(b"\n"):
        content += b"\n"
    eol = b"\r\n" if outline(content[:4096]).eol == "\r\n" else b"\n"
    for one, value in args.properties.items():
        for splice in reversed(properties.set_property(content, one, properties.plain(value), eol, path)):
            content = content[: splice.start] + splice.new + content[splice.end :]
    return content


def _preview(place: Place, content: bytes) -> str:
    if len(content) > _DIFFED:
        return f"create {shown(place.path)}: {len(content):,} bytes"
    text = content.decode("utf-8", "replace")
    return diffs.of_texts("", text, shown(place.path)).text or f"create {shown(place.path)}, empty"
