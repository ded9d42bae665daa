"""The tool edit_file: parts of a text file replaced, all of them or none; every other byte stays as it is."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import UNSET, Meta

from servers.filesystem import edits
from servers.filesystem.edits import MAX_EDITS, Edit
from servers.runtime.call import Call
from servers.runtime.changing import changes, diffs, text
from servers.runtime.changing.changes import Changed, DryRun, FileChange, IfMatch, Old
from servers.runtime.changing.diffs import Diff
from servers.runtime.changing.pieces import Splice
from servers.runtime.errors import ToolError
from servers.runtime.results import Planned
from servers.runtime.safe.atomic import replace_file
from servers.runtime.safe.etag import of_stat
from servers.runtime.safe.names import shown
from servers.runtime.safe.opening import open_parent
from servers.runtime.safe.words import NotFoundError
from servers.runtime.wire import Plan

TOOL = "edit_file"


class EditFile(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Arguments of edit_file."""

    path: Annotated[str, Meta(description="File")]
    edits: Annotated[list[Edit], Meta(min_length=1, max_length=MAX_EDITS, description="Made one after the other")]
    if_match: IfMatch = ""
    dry_run: DryRun = False


class _State(msgspec.Struct):
    path: str
    old: Old
    content: bytes
    diff: Diff


class edit_file:  # noqa: N801 - the tool's name
    """Replace exact pieces of a text file, all edits or none. `old` must occur exactly `count` times (spaces matter, the kind
    of line ends does not); otherwise the error names the nearest places. Encoding, line ends and permissions are kept.
    dry_run shows the diff."""

    arguments = EditFile

    @staticmethod
    def plan(call: Call, args: EditFile) -> Planned:
        path = call.folders.resolve(args.path)
        with open_parent(call.folders, path, "change", "edit") as parent:
            old = changes.read_old(parent, "edit")
            path = parent.path
        if old is None:
            raise NotFoundError(f"Cannot edit {shown(path)}: there is no such file. Use write_file to create it.")
        changes.check_match(old, args.if_match, path)
        if old.content is None:
            raise ToolError(f"{shown(path)} is larger than {changes.MAX_LOADED >> 20} MiB, which is too large to edit.")
        if text.is_binary(old.content):
            raise ToolError(f"{shown(path)} is no text file, so it cannot be edited.")
        own, encoding = text.decode(old.content)
        pieces = edits.apply(own, args.edits, path=shown(path), trusted_lines=bool(args.if_match))
        splices = pieces.splices()
        content = _rebuilt(old.content, own, splices) or text.encode(pieces.text, encoding)
        diff = diffs.of_splices(own, splices, shown(path)) if content != old.content else Diff()
        undoable = changes.undoable(call, old.stat.st_size)
        state = _State(path, old, content, diff)
        return Planned(Plan([path], [path], diff.text or "nothing would change", old.etag, undoable), state)

    @staticmethod
    def preview(call: Call, args: EditFile, planned: Planned) -> Changed:  # noqa: ARG004 - the interface
        state: _State = planned.state
        return Changed(state.content != state.old.content, [_file(state, "")])

    @staticmethod
    def apply(call: Call, args: EditFile, planned: Planned) -> Changed:  # noqa: ARG004 - the interface
        state: _State = planned.state
        call.touch(state.path)
        if state.content == state.old.content:
            return Changed(False, [_file(state, state.old.etag)])
        after = changes.known_etag(state.content)
        with changes.begin(call, TOOL) as change, open_parent(call.folders, state.path, "change", "edit") as parent:
            warnings = changes.keep(call, change, parent, state.old, after)
            change.commit()
            found = replace_file(parent, state.content, expect=state.old.etag, known=state.old.content)
            if not after:
                after = of_stat(found)
                change.after(parent, after)
        changes.finish(call, change, state.path)
        return changes.result(change, [_file(state, after)], warnings)


def _rebuilt(content: bytes, own: str, splices: list[Splice[str]]) -> bytes:
    """The new content, put together from the old bytes: quick where each character is one byte. Else empty."""
    if len(own) != len(content) or not own.isascii():
        return b""
    parts: list[bytes] = []
    at = 0
    for splice in splices:
        parts += (content[at : splice.start], text.encode(splice.new, "utf-8"))
        at = splice.end
    return b"".join([*parts, content[at:]])


def _file(state: _State, written: str) -> FileChange:
    """`written` is the new etag; empty in a dry run, which shows the diff."""
    note = f"+{state.diff.added} -{state.diff.removed} lines"
    return FileChange(shown(state.path), written or UNSET, note, UNSET if written else state.diff.text)
