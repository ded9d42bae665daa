"""What the undo store knows of a change to a repository: everything that was there before, and what the change left.

One record is one file of the undo store (runtime/undo/record.py), whose struct this one widens, so that the store sweeps it
with its own rules. Lines after the first tell what came of the change.
"""

from __future__ import annotations

import os

import msgspec

from servers.git.backup.world import World
from servers.runtime.safe import at
from servers.runtime.undo.record import Outcome, Record, is_id
from servers.runtime.undo.store import MAX_RECORD, UndoStore

INDEX = 0
"""The number of the step that holds the index's before-image."""


class GitRecord(Record, omit_defaults=True):
    """A change to the repository `repo` (its worktree's root, else its folder; in the form of names.shown). `words` tell people.

    `refs` and `files` of `before` and `after` are those that the change concerned. `backups` are the refs that keep alive what
    the change may leave behind. `after` is None where the change was cut short.
    """

    repo: str = ""
    words: str = ""
    before: World = msgspec.field(default_factory=World)
    after: World | None = None
    backups: tuple[str, ...] = ()
    branches: tuple[str, ...] = ()
    had_index: bool = False


class GitOutcome(Outcome, omit_defaults=True):
    """A later line: what the change left, in words and as a capture. `new` are refs that it made without having named them."""

    after: str = ""
    left: World | None = None
    said: str = ""
    new: tuple[str, ...] = ()


_decode_record = msgspec.json.Decoder(GitRecord).decode
_decode_outcome = msgspec.json.Decoder(GitOutcome).decode
encode = msgspec.json.Encoder().encode


def decode(content: bytes) -> GitRecord | None:
    """The record that a file's bytes tell; None where the first line is not whole. A torn last line is left out."""
    first, *rest = content.split(b"\n")
    if not rest:
        return None
    try:
        record = _decode_record(first)
        for line in rest[:-1]:
            outcome = _decode_outcome(line)
            record.after = outcome.left or record.after
            record.words = outcome.said or record.words
            for ref in outcome.new:
                record.before.refs.setdefault(ref, "")
            record.undone_by = outcome.undone_by or record.undone_by
            record.done = record.done or outcome.done
    except msgspec.DecodeError:
        return None
    return record


def read(store: UndoStore, change_id: str) -> GitRecord | None:
    """The record of a change, or None where there is none of this id."""
    if not is_id(change_id):
        return None
    folder = at.own_folder(os.path.join(store.folder, "changes"))
    try:
        fd = at.existing(folder, change_id)
    except OSError:
        return None
    finally:
        os.close(folder)
    with open(fd, "rb") as file:
        return decode(file.read(MAX_RECORD))


def latest(store: UndoStore) -> list[str]:
    """The ids of all changes, the newest first."""
    folder = at.own_folder(os.path.join(store.folder, "changes"))
    try:
        return sorted((name for name in at.listing(folder) if is_id(name)), reverse=True)
    finally:
        os.close(folder)
