"""The tool write_file: a new file, another content, or more at the end. Readers see the old file or the new one, never a part."""

from __future__ import annotations

import os
from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta

from servers.runtime.call import Call
from servers.runtime.changing import changes, diffs, text
from servers.runtime.changing.changes import Changed, DryRun, FileChange, IfMatch, Old, Place
from servers.runtime.changing.diffs import Diff
from servers.runtime.changing.text import Encoding, Eol
from servers.runtime.errors import ToolError
from servers.runtime.results import Planned
from servers.runtime.safe.atomic import New, changed, replace_with
from servers.runtime.safe.etag import etag
from servers.runtime.safe.names import shown
from servers.runtime.safe.opening import Parent, open_parent
from servers.runtime.safe.words import ConflictError
from servers.runtime.undo.record import step_of
from servers.runtime.wire import Plan

TOOL = "write_file"
_COMPARED = 400_000
"""Characters of old and new text up to which a diff is made."""


class WriteFile(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Arguments of write_file."""

    path: Annotated[str, Meta(description="File")]
    content: Annotated[str, Meta(description="Text")]
    mode: Annotated[
        Literal["create", "overwrite", "append"],
        Meta(description="create fails if the file exists"),
    ] = "create"
    if_match: IfMatch = ""
    eol: Annotated[Literal["keep", "lf", "crlf"], Meta(description="Line ends")] = "keep"
    dry_run: DryRun = False


class _State(msgspec.Struct):
    """What the plan found. `addition` are the bytes to be written: all of the file, or what is appended."""

    place: Place
    old: Old | None
    addition: bytes
    unchanged: bool
    diff: Diff
    warnings: list[str]


class write_file:  # noqa: N801 - the tool's name
    """Write a text file; missing folders are made. A file that is replaced keeps its encoding, line ends and permissions, and
    undo brings it back. To change part of a file use edit_file. Pass if_match, the etag of your last read, so that nobody's
    newer work is lost."""

    arguments = WriteFile

    @staticmethod
    def plan(call: Call, args: WriteFile) -> Planned:
        where = changes.place(call.folders, call.folders.resolve(args.path), "write")
        old = None
        if not where.missing:
            with open_parent(call.folders, where.path, "change", "write") as parent:
                old = changes.read_old(parent, "write", _kept_in_memory(args))
        if old is not None and args.mode == "create":
            raise ConflictError(
                f"Cannot create {shown(where.path)}: it exists already (etag {old.etag}). Use mode=overwrite to replace it, "
                "mode=append to add to it, or edit_file to change a part."
            )
        changes.check_match(old, args.if_match, where.path)
        state = _state(args, where, old)
        guard = f"{old.etag if old else 'new'} {len(where.missing)}"
        writes = [*where.missing, where.path]
        undoable = old is None or state.unchanged or changes.undoable(call, old.stat.st_size)
        return Planned(Plan([], writes, _preview(state), guard, undoable), state)

    @staticmethod
    def preview(call: Call, args: WriteFile, planned: Planned) -> Changed:  # noqa: ARG004 - the interface
        state: _State = planned.state
        return Changed(not state.unchanged, [_file(state, "")], warnings=state.warnings or UNSET)

    @staticmethod
    def apply(call: Call, args: WriteFile, planned: Planned) -> Changed:
        state: _State = planned.state
        if state.unchanged and state.old is not None:
            call.touch(state.place.path)
            return Changed(False, [FileChange(shown(state.place.path), state.old.etag, "it has this content already")])
        path, old = state.place.path, state.old
        after = "" if args.mode == "append" and old is not None else changes.known_etag(state.addition)
        with changes.begin(call, TOOL) as change:
            changes.made_folders(change, state.place.missing)
            if old is None:
                change.add(step_of("create", path, after=after))
            else:
                with open_parent(call.folders, path, "change", "write") as parent:
                    state.warnings += changes.keep(call, change, parent, old, after)
            change.commit()
            changes.make_folders(call.folders, state.place.missing)
            with open_parent(call.folders, path, "change", "write") as parent:
                written = _write(parent, args, state)
                change.after(parent, written)
        changes.finish(call, change, *state.place.missing, path)
        return changes.result(change, [_file(state, written)], state.warnings)


def _kept_in_memory(args: WriteFile) -> int:
    """Bytes of the old file that are wanted: what is only appended to, or replaced whole, need not be read beyond its kind."""
    return changes.MAX_LOADED if args.mode == "overwrite" else 1 << 20


def _state(args: WriteFile, where: Place, old: Old | None) -> _State:
    warnings: list[str] = []
    content = args.content
    known = old is not None and old.content is not None and not text.is_binary(old.content)
    own, encoding = text.decode(old.content) if known and old is not None and old.content is not None else ("", "utf-8")
    eol: Eol = text.eol_of(own) if known and own else "mixed"
    if args.eol != "keep":
        content = text.with_eol(content, args.eol)
    elif eol in ("lf", "crlf", "cr"):
        content = text.with_eol(content, eol)
    if args.mode == "append" and old is not None:
        addition = _encoded_piece(content, encoding)
        diff = Diff(added=_height(content))
        return _State(where, old, addition, not addition, diff, warnings)
    addition, encoding = _encoded(content, encoding, warnings)
    unchanged = old is not None and old.content == addition
    if old is None:
        diff = (
            diffs.of_texts("", content, shown(where.path))
            if len(content) <= _COMPARED
            else Diff(added=_height(content))
        )
    elif known and len(own) + len(content) <= _COMPARED:
        diff = diffs.of_texts(own, content, shown(where.path))
    else:
        diff = Diff(added=_height(content), removed=_height(own))
    return _State(where, old, addition, unchanged, diff, warnings)


def _height(content: str) -> int:
    return content.count("\n") + (bool(content) and not content.endswith("\n"))


def _encoded(content: str, encoding: Encoding, warnings: list[str]) -> tuple[bytes, Encoding]:
    if encoding != "utf-8" and content.startswith("\ufeff"):
        content = content[1:]
    try:
        return text.encode(content, encoding), encoding
    except ToolError:
        if encoding != "latin-1":
            raise
        warnings.append("The file was Latin-1 and is UTF-8 now: the new text has characters that Latin-1 has not.")
        return text.encode(content, "utf-8"), "utf-8"


def _encoded_piece(content: str, encoding: Encoding) -> bytes:
    """Bytes to be put behind a file's own, without another mark."""
    return text.encode(content, encoding)[len(text.MARKS.get(encoding, b"")) :]


def _preview(state: _State) -> str:
    path = shown(state.place.path)
    if state.unchanged:
        return f"{path} has this content already: nothing would change"
    folders = "".join(f"make the folder {shown(folder)}\n" for folder in state.place.missing)
    return folders + (state.diff.text or f"write {path}: {len(state.addition):,} bytes, {state.diff.added:,} lines")


def _file(state: _State, written: str) -> FileChange:
    """`written` is the new etag; empty in a dry run, which shows the diff instead."""
    diff = state.diff
    note = f"+{diff.added} -{diff.removed} lines, {len(state.addition):,} bytes written"
    return FileChange(shown(state.place.path), written or UNSET, note, UNSET if written else diff.text)


def _write(parent: Parent, args: WriteFile, state: _State) -> str:
    """Put the new content in place; the etag of the whole file."""
    old = state.old
    etags: list[str] = []

    def fill(new: New) -> None:
        if args.mode == "append" and old is not None:
            _copy_old(parent, old, new)
        new.write(state.addition)
        etags.append(etag(new.fd, os.fstat(new.fd)))

    replace_with(parent, fill, expect=old.etag if old else None, create_only=old is None)
    return etags[0]


def _copy_old(parent: Parent, old: Old, new: New) -> None:
    fd = os.open(parent.name, changes.OLD_FILE, dir_fd=parent.fd)
    try:
        found = os.fstat(fd)
        if (found.st_dev, found.st_ino) != (old.stat.st_dev, old.stat.st_ino):
            raise changed(parent.path)
        new.copy(fd)
    finally:
        os.close(fd)
    os.lseek(new.fd, 0, os.SEEK_END)
