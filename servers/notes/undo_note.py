"""The tool undo_note: changes that this server made are taken back, each by a change that can be taken back in turn."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from servers.notes.moving import recovering
from servers.runtime.call import Call
from servers.runtime.changing import undoing
from servers.runtime.changing.undoing import Undo, Undone
from servers.runtime.results import Planned

TOOL = "undo_note"


class UndoNote(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Arguments of undo_note."""

    change_id: str = ""
    force: Annotated[bool, Meta(description="Even what was changed since; that is kept")] = False
    dry_run: bool = False

    @property
    def shared(self) -> Undo:
        """As every undo tool knows them."""
        return Undo(self.change_id, force=self.force, dry_run=self.dry_run)


class undo_note:  # noqa: N801 - the tool's name
    """Take back a change made by these tools, with the links it rewrote; without change_id list the latest."""

    arguments = UndoNote

    @staticmethod
    def plan(call: Call, args: UndoNote) -> Planned:
        recovering.look(call)
        return undoing.plan(call, args.shared)

    @staticmethod
    def preview(call: Call, args: UndoNote, planned: Planned) -> Undone:
        return undoing.preview(call, args.shared, planned)

    @staticmethod
    def apply(call: Call, args: UndoNote, planned: Planned) -> Undone:
        return undoing.apply(call, args.shared, planned, TOOL, whole=True)
