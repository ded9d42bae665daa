"""A bundle's file, a zip archive from a stranger: looked through before anything is written, and unpacked within bounds.

No name in it leaves the folder, no link is made, and nothing that it declares about sizes is believed.
"""

from __future__ import annotations

import contextlib
import os
import re
import stat
import struct
import sys
import zipfile
import zlib
from collections.abc import Generator
from typing import IO, NamedTuple

from app.core.bundles.manifest import MOST_BYTES, Manifest, read_manifest
from app.core.errors import DoorkeepError

MOST_FILE = 512 * 1024 * 1024
MOST_UNPACKED = 1024 * 1024 * 1024
MOST_ENTRIES = 50_000
MOST_DIRECTORY = 8 * 1024 * 1024
"""Bytes of the archive's own list of entries, which is held in memory whole."""
MOST_PATH = 400
MOST_DEPTH = 40
CHUNK = 256 * 1024
_END = b"PK\x05\x06"
_END_LENGTH = 22
_ZIP64 = b"PK\x06\x07"
_ON_WINDOWS = re.compile(r'[<>"|?*]|[. ](/|$)|(^|/)(con|prn|aux|nul|com\d|lpt\d)(\.[^/]*)?(/|$)', re.IGNORECASE)


class Entry(NamedTuple):
    """One file of the archive. `parts` is its path below the folder."""

    info: zipfile.ZipInfo
    parts: tuple[str, ...]

    @property
    def runs(self) -> bool:
        """The archive marks it as a program."""
        return bool(self.info.external_attr >> 16 & 0o111)


def manifest_of(path: str) -> Manifest:
    """What the bundle says of itself, after its list of entries was looked through. Raises DoorkeepError."""
    with _opened(path) as archive:
        _entries(archive)
        return _manifest(archive)


def unpack(path: str, folder: str) -> Manifest:
    """Unpack into a folder that is not there yet, for its owner alone. Raises DoorkeepError; then a part may lie there."""
    with _opened(path) as archive:
        entries = _entries(archive)
        manifest = _manifest(archive)
        left = MOST_UNPACKED
        try:
            os.mkdir(folder, 0o700)
            for entry in entries:
                left = _write(archive, entry, folder, left)
        except (FileExistsError, NotADirectoryError, IsADirectoryError) as error:
            where = os.path.relpath(str(error.filename), folder)
            raise _refused(f"it has {where[:100]!r} twice") from None
        except OSError as error:
            raise DoorkeepError(f"{folder} cannot be written: {error.strerror}.", "Nothing was added.") from None
        return manifest


@contextlib.contextmanager
def _opened(path: str) -> Generator[zipfile.ZipFile]:
    try:
        with open(path, "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise DoorkeepError(f"{path} is no file.", "Nothing was added.", "Choose a .mcpb file.")
            _check_end(file)
            with zipfile.ZipFile(file) as archive:
                yield archive
    except OSError as error:
        raise DoorkeepError(f"{path} cannot be read: {error.strerror}.", "Nothing was added.") from None
    except (zipfile.BadZipFile, zlib.error, struct.error, EOFError, NotImplementedError, ValueError) as error:
        raise _refused(f"it is damaged ({error})") from None


def _check_end(file: IO[bytes]) -> None:
    """Bound the list of entries before `zipfile` reads it whole. A signature may stand after the archive (MCPB_SIG_V1 …).

    The record is looked for as `zipfile` does it (APPNOTE.TXT 4.3.16), so that both mean the same one.
    """
    size = file.seek(0, os.SEEK_END)
    if size > MOST_FILE:
        raise _refused(f"it is larger than {MOST_FILE // 1024 // 1024} MB")
    file.seek(max(0, size - 65_536 - _END_LENGTH))
    before = max(0, size - 65_536 - _END_LENGTH)
    tail = file.read()
    at = len(tail) - _END_LENGTH
    if at < 0 or not tail.startswith(_END, at) or tail[-2:] != b"\0\0":
        at = tail.rfind(_END)
    if at < 0 or at + _END_LENGTH > len(tail):
        raise _refused("it is no zip archive")
    directory = int.from_bytes(tail[at + 12 : at + 16], "little")
    file.seek(max(0, before + at - 20))
    if directory > MOST_DIRECTORY or file.read(4) == _ZIP64:
        raise _refused(f"it lists more than {MOST_ENTRIES} files")
    file.seek(0)


def _entries(archive: zipfile.ZipFile) -> list[Entry]:
    """Every file that will be written. Directories come by themselves; all else is refused."""
    if len(archive.infolist()) > MOST_ENTRIES:
        raise _refused(f"it lists more than {MOST_ENTRIES} files")
    found: list[Entry] = []
    declared = 0
    for info in archive.infolist():
        parts = _parts(info)
        declared += info.file_size
        if declared > MOST_UNPACKED:
            raise _refused(f"it unpacks to more than {MOST_UNPACKED // 1024 // 1024} MB")
        if info.is_dir():
            continue
        kind = stat.S_IFMT(info.external_attr >> 16)
        if kind not in (0, stat.S_IFREG):
            raise _refused(f"{_shown(info)} is a link or a device")
        if info.flag_bits & 0x1:
            raise _refused(f"{_shown(info)} is encrypted")
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise _refused(f"{_shown(info)} is packed in a way that bundles do not use")
        found.append(Entry(info, parts))
    return found


def _parts(info: zipfile.ZipInfo) -> tuple[str, ...]:
    name = info.orig_filename
    path = name.removesuffix("/")
    parts = tuple(path.split("/"))
    wrong = (
        not path
        or len(name) > MOST_PATH
        or len(parts) > MOST_DEPTH
        or "\\" in name
        or not name.isprintable()
        or re.match(r"[A-Za-z]:", name) is not None
        or any(part in ("", ".", "..") or len(os.fsencode(part)) > 255 for part in parts)
        or (sys.platform == "win32" and (":" in name or _ON_WINDOWS.search(path) is not None))
    )
    if wrong:
        raise _refused(f"{_shown(info)} is no name of a file in it")
    return parts


def _manifest(archive: zipfile.ZipFile) -> Manifest:
    try:
        with archive.open("manifest.json") as file:
            content = file.read(MOST_BYTES + 1)
    except (KeyError, RuntimeError):
        raise _refused("it has no manifest.json at its top") from None
    if len(content) > MOST_BYTES:
        raise _refused("its manifest.json is larger than any manifest")
    return read_manifest(content)


def _write(archive: zipfile.ZipFile, entry: Entry, folder: str, left: int) -> int:
    """Write one file; gives how many bytes may still be written."""
    path = os.path.join(folder, *entry.parts)
    os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    with archive.open(entry.info) as packed, open(os.open(path, flags, 0o700 if entry.runs else 0o600), "wb") as file:
        while chunk := packed.read(CHUNK):
            left -= len(chunk)
            if left < 0:
                raise _refused(f"it unpacks to more than {MOST_UNPACKED // 1024 // 1024} MB")
            file.write(chunk)
    return left


def _shown(info: zipfile.ZipInfo) -> str:
    return ascii(info.orig_filename[:100])


def _refused(why: str) -> DoorkeepError:
    return DoorkeepError(f"This bundle is not unpacked: {why}.", "Nothing was added.", "Get it anew from its maker.")
