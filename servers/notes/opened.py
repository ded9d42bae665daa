"""One note opened for reading, through the safe door: its bytes, its parts, its etag. An attachment is never taken for a note."""

from __future__ import annotations

import os
import time

import msgspec

from servers.notes.names import is_note
from servers.notes.parsing.note import Note, parse
from servers.notes.vaults import NotePath
from servers.runtime.call import Call
from servers.runtime.errors import ToolError
from servers.runtime.safe.etag import MAX_HASHED, of_content, of_stat
from servers.runtime.safe.names import shown
from servers.runtime.safe.opening import open_file
from servers.runtime.safe.words import said

MAX_BYTES = 256 << 20
"""A larger file is no note that anybody reads."""


class OpenNote(msgspec.Struct):
    """A note as it was read: `content` in UTF-8 (a note in UTF-16 was turned into it; then `text` says how it was written)."""

    place: NotePath
    content: bytes
    etag: str
    mtime: int
    text: str = "utf-8"
    parsed: Note | None = None

    @property
    def parts(self) -> Note:
        """The note's parts, found when they are first asked for."""
        if self.parsed is None:
            self.parsed = parse(self.content)
        return self.parsed

    @property
    def modified(self) -> str:
        """The time of change, to the second, in UTC."""
        return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(self.mtime / 1e9))


def open_note(call: Call, place: NotePath, what: str = "read") -> OpenNote:
    """Read a note whole. Raises ToolError: it is not there, not granted, no note, or too large."""
    if not is_note(place.path):
        raise ToolError(
            f"{shown(place.path)} is an attachment, not a note: notes end in .md. list_notes with kind=attachments lists such "
            "files; the filesystem server reads them where it is allowed to."
        )
    with open_file(call.folders, place.absolute, what=what) as opened:
        call.touch(opened.path)
        size = opened.stat.st_size
        if size > MAX_BYTES:
            raise ToolError(f"{shown(place.path)} has {size:,} bytes; notes of at most {MAX_BYTES:,} are read.")
        try:
            content = _all(opened.fd, size)
            found = os.fstat(opened.fd)
        except OSError as error:
            raise said(what, opened.path, error) from None
    tag = of_content(content) if len(content) <= MAX_HASHED else of_stat(found)
    note = OpenNote(place, content, tag, found.st_mtime_ns)
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        note.content, note.text = content.decode("utf-16", "replace").encode("utf-8", "replace"), "utf-16"
    else:
        try:
            content.decode()
        except UnicodeDecodeError:
            note.text = "not-utf-8"
    return note


def _all(fd: int, size: int) -> bytes:
    """The whole file, also what it grew by meanwhile, up to MAX_BYTES."""
    parts: list[bytes] = []
    left = MAX_BYTES
    while left > 0:
        part = os.read(fd, min(size + 1 if not parts else 1 << 20, left))
        if not part:
            break
        parts.append(part)
        left -= len(part)
    return parts[0] if len(parts) == 1 else b"".join(parts)


def line_of(content: bytes, at: int) -> int:
    """The number of the line that holds the byte `at`, from 1."""
    return content.count(b"\n", 0, at) + 1


def quoted(text: str) -> str:
    """A value for a header of `name=value` words: in JSON's quotes where it holds a space or a quote."""
    text = shown(text)
    return text if " " not in text and '"' not in text else msgspec.json.encode(text).decode()
