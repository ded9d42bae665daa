"""The words of an undo record: one file per change, JSON lines, written before the change is made.

The first line is the whole intention (`Record`); later lines add what came of it (`Outcome`). A file without a whole first
line is a change that never began.
"""

from __future__ import annotations

import secrets
import time
from typing import Literal

import msgspec

from servers.runtime.safe.names import meant, shown

Kind = Literal["write", "create", "remove", "make_folder", "remove_folder", "move", "trash", "restore"]


class Step(msgspec.Struct, omit_defaults=True):
    """One thing a change does to one entry. Paths are in the form of names.shown, so that any name survives JSON.

    write, remove: `image` is the before-image's name in the store, empty where none could be kept. move: from `source` to
    `path`. trash, restore: `place` is where the entry lies meanwhile, `image` its name there if that is the store itself, and
    `note` the trash's description of it. `inode` and `device` tell the entry before the step, `size` its bytes,
    `image_mtime` when it was written to (nanoseconds), `mode` its permission bits. `after` is the etag of the file that the
    step leaves, where it is known.
    """

    kind: Kind
    path: str
    source: str = ""
    image: str = ""
    image_mtime: int = 0
    place: str = ""
    note: str = ""
    inode: int = 0
    device: int = 0
    size: int = 0
    mode: int = 0
    after: str = ""

    def real_path(self) -> str:
        """The entry's path as the system knows it."""
        return meant(self.path)

    def real_source(self) -> str:
        """Where a moved entry came from, as the system knows it."""
        return meant(self.source)


class Record(msgspec.Struct, omit_defaults=True):
    """A change: `id` sorts by time, `at` is milliseconds since 1970 UTC, `undoes` the change that this one took back."""

    id: str
    at: int
    tool: str = ""
    client: str = ""
    steps: list[Step] = []
    undoes: str = ""
    done: bool = False
    undone_by: str = ""

    @property
    def undoable(self) -> bool:
        """Whether every step kept what it takes to go back, and nobody has gone back yet."""
        return not self.undone_by and all(step.image or step.kind not in ("write", "remove") for step in self.steps)

    @property
    def kept(self) -> int:
        """Bytes that the store holds for it."""
        return sum(step.size for step in self.steps if step.image)


class Outcome(msgspec.Struct, omit_defaults=True):
    """A later line of the file: the etag that step number `step` left, that all is done, or that another change took it back."""

    step: int = -1
    after: str = ""
    done: bool = False
    undone_by: str = ""


def new_id() -> str:
    """An id that no other change has, later ones sorting behind earlier ones: 11 hex digits of milliseconds and 6 of chance."""
    return id_at(time.time_ns() // 1_000_000) + secrets.token_hex(3)


def id_at(milliseconds: int) -> str:
    """The beginning of the ids of changes made at that time (since 1970 UTC)."""
    return f"{milliseconds:011x}-"


def is_id(text: str) -> bool:
    """Whether `text` has the form of an id; nothing else may become part of a file name."""
    return len(text) == 18 and text[11] == "-" and all(char in "0123456789abcdef-" for char in text)


_decode_record = msgspec.json.Decoder(Record).decode
_decode_outcome = msgspec.json.Decoder(Outcome).decode
encode = msgspec.json.Encoder().encode


def decode(content: bytes) -> Record | None:
    """The record that a file's bytes tell; None where the first line is not whole. A torn last line is left out."""
    first, *rest = content.split(b"\n")
    if not rest:
        return None
    try:
        record = _decode_record(first)
        for line in rest[:-1]:
            _add(record, _decode_outcome(line))
    except msgspec.DecodeError:
        return None
    return record


def _add(record: Record, outcome: Outcome) -> None:
    if 0 <= outcome.step < len(record.steps):
        record.steps[outcome.step].after = outcome.after
    record.done = record.done or outcome.done
    record.undone_by = outcome.undone_by or record.undone_by


def step_of(kind: Kind, path: str, **facts: str | int) -> Step:
    """A step at the real `path`."""
    return msgspec.convert({"kind": kind, "path": shown(path), **facts}, Step)
