"""The tool edit_note: operations on one note, all of them or none; every byte that none of them names stays as it is."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import UNSET, Meta

from servers.notes import exact
from servers.notes.editing import operations
from servers.notes.editing.operations import MAX_OPS, Op
from servers.notes.names import is_note
from servers.notes.parsing.note import encoding_of
from servers.runtime.call import Call
from servers.runtime.changing import changes, diffs
from servers.runtime.changing.changes import Changed, FileChange, Old
from servers.runtime.changing.diffs import Diff
from servers.runtime.changing.text import is_binary
from servers.runtime.errors import ToolError
from servers.runtime.results import Planned
from servers.runtime.safe.atomic import replace_file
from servers.runtime.safe.etag import of_stat
from servers.runtime.safe.names import shown
from servers.runtime.safe.opening import open_parent
from servers.runtime.safe.words import NotFoundError
from servers.runtime.wire import Plan

TOOL = "edit_note"


class EditNote(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Arguments of edit_note."""

    note: str
    ops: Annotated[list[Op], Meta(min_length=1, max_length=MAX_OPS)]
    vault: str = ""
    if_match: str = ""
    dry_run: bool = False


class _State(msgspec.Struct):
    path: str
    old: Old
    content: bytes
    diff: Diff


class edit_note:  # noqa: N801 - the tool's name
    """Change parts of a note, all operations or none. append, prepend: to the note, or right under the heading `target`.
    replace_section: all under it, and the heading too if `new` begins with one. insert_before, insert_after: around a section
    or block. set_property takes `value`, add_tags and remove_tags `tags`."""

    arguments = EditNote

    @staticmethod
    def plan(call: Call, args: EditNote) -> Planned:
        found = exact.find(call, args.note, args.vault)
        if not is_note(found.path):
            raise ToolError(f"{shown(found.absolute)} is no note: its name does not end in .md. Nothing was changed.")
        with open_parent(call.folders, found.absolute, "change", "edit") as parent:
            old = changes.read_old(parent, "edit")
            path = parent.path
        if old is None:
            raise NotFoundError(f"Cannot edit {shown(path)}: there is no such note. Use create_note to make it.")
        changes.check_match(old, args.if_match, path)
        content = readable(old, path)
        _check_encoding(content, args.ops, path)
        pieces = operations.apply(content, args.ops, shown(path))
        new = pieces.text
        diff = diffs.of_byte_splices(content, pieces.splices(), shown(path)) if new != content else Diff()
        undoable = changes.undoable(call, old.stat.st_size)
        state = _State(path, old, new, diff)
        return Planned(Plan([path], [path], diff.text or "nothing would change", old.etag, undoable), state)

    @staticmethod
    def preview(call: Call, args: EditNote, planned: Planned) -> Changed:  # noqa: ARG004 - the interface
        state: _State = planned.state
        return Changed(state.content != state.old.content, [_file(state, "")])

    @staticmethod
    def apply(call: Call, args: EditNote, planned: Planned) -> Changed:  # noqa: ARG004 - the interface
        state: _State = planned.state
        call.touch(state.path)
        if state.content == state.old.content:
            return Changed(False, [_file(state, state.old.etag)])
        after = changes.known_etag(state.content)
        with changes.begin(call, TOOL) as change, open_parent(call.folders, state.path, "change", "edit") as parent:
            warnings = changes.keep(call, change, parent, state.old, after)
            change.commit()
            written = replace_file(parent, state.content, expect=state.old.etag, known=state.old.content)
            if not after:
                after = of_stat(written)
                change.after(parent, after)
        changes.finish(call, change, state.path)
        return changes.result(change, [_file(state, after)], warnings)


def readable(old: Old, path: str) -> bytes:
    """The note's bytes. Raises ToolError where it is too large, or no note's text at all."""
    if old.content is None:
        raise ToolError(f"{shown(path)} is larger than {changes.MAX_LOADED >> 20} MiB, which is too large to edit.")
    if encoding_of(old.content) == "utf-16":
        raise ToolError(f"{shown(path)} is written in UTF-16, which notes are not. Save it as UTF-8 first.")
    if is_binary(old.content):
        raise ToolError(f"{shown(path)} is no text, whatever its name says, so it cannot be edited.")
    return old.content


def _check_encoding(content: bytes, ops: list[Op], path: str) -> None:
    """A note that is not UTF-8 takes plain ASCII only: anything else would be written in another encoding than the rest."""
    if content.isascii() or encoding_of(content) != "other":
        return
    for op in ops:
        if not msgspec.json.encode(op).isascii():
            raise ToolError(
                f"{shown(path)} is not UTF-8, so only plain ASCII text can be put into it without harming it. Nothing was "
                "changed. Ask the user to save it as UTF-8."
            )


def _file(state: _State, written: str) -> FileChange:
    """`written` is the new etag; empty in a dry run, which shows the diff."""
    note = f"+{state.diff.added} -{state.diff.removed} lines"
    return FileChange(shown(state.path), written or UNSET, note, UNSET if written else state.diff.text)
