"""Reading and replacing a file that belongs to a client: whole or not at all, and never over a change we have not seen.

A link is followed to the real file and stays a link. What is not a plain file of this user's is refused.
"""

from __future__ import annotations

import codecs
import contextlib
import errno
import hashlib
import os
import stat
import sys

import msgspec

from app.core.errors import ClientConfigError
from app.desktop.files import displace

MAX_BYTES = 64 * 1024 * 1024
NEW_MODE = 0o600
"""Of a file that did not exist: it will hold other servers' secrets."""
SWAPS = 20


class ChangedMeanwhileError(ClientConfigError):
    """Somebody else wrote the file between our reading and our writing; theirs stands, ours was not written."""


class Snapshot(msgspec.Struct, frozen=True):
    """A file at one moment. `path` as it was named, `real` with links followed; `digest` is SHA-256 in hex, "" where none exists.

    `mode` are the permission bits, `owner` and `group` numbers (0 on Windows).
    """

    path: str
    real: str
    exists: bool
    content: bytes = b""
    mode: int = NEW_MODE
    owner: int = 0
    group: int = 0

    @property
    def digest(self) -> str:
        return digest(self.content) if self.exists else ""


def digest(content: bytes) -> str:
    """SHA-256 in hex."""
    return hashlib.sha256(content).hexdigest()


def read(path: str) -> Snapshot:
    """The file as it is now. Raises ClientConfigError where it is no plain file, too large, or cannot be read."""
    real = os.path.realpath(path)
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)
    try:
        if not _is_plain(real):
            raise _refused(path, "is not a plain file", "Name the configuration file itself.")
        descriptor = os.open(real, flags)  # never waits for the other end of a pipe
    except FileNotFoundError:
        return Snapshot(path, real, exists=False)
    except OSError as error:
        raise _refused(path, f"cannot be read: {error.strerror or error}", "Make it readable and try again.") from None
    with open(descriptor, "rb") as file:
        found = os.fstat(file.fileno())
        if not stat.S_ISREG(found.st_mode):
            raise _refused(path, "is not a plain file", "Name the configuration file itself.")
        if found.st_size > MAX_BYTES:
            raise _refused(path, f"is larger than {MAX_BYTES // 2**20} MiB", "This is hardly a configuration file.")
        content = file.read(MAX_BYTES + 1)
    return Snapshot(path, real, True, content, stat.S_IMODE(found.st_mode), found.st_uid, found.st_gid)


def _is_plain(real: str) -> bool:
    found = os.stat(real)
    return stat.S_ISREG(found.st_mode)


def text_of(snapshot: Snapshot) -> tuple[str, str]:
    """The byte-order mark ("" or one character) and the text after it. Raises ClientConfigError for what is not UTF-8."""
    content = snapshot.content
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise _refused(snapshot.path, "is written in UTF-16", "Save it as UTF-8 in an editor and try again.")
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        where = f"is not UTF-8 (byte {error.start})"
        raise _refused(snapshot.path, where, "Save it as UTF-8 in an editor and try again.") from None
    return ("\ufeff", text[1:]) if text.startswith("\ufeff") else ("", text)


def replace(before: Snapshot, content: bytes) -> Snapshot:
    """Put `content` where `before` was read, with the same permissions, and return what then stands there.

    Raises ChangedMeanwhileError where the file is no longer as `before` says (then it stays as it is), ClientConfigError
    where it may not be written. After a return a power cut loses nothing (POSIX).
    """
    _check_writable(before)
    temporary = _write_beside(before, content)
    try:
        if before.exists:
            _swap(temporary, before, digest(content))
        else:
            _create(temporary, before)
    except ChangedMeanwhileError:
        raise
    except OSError as error:
        raise _not_written(before.path, error) from None
    finally:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
    _sync_folder(before.real)
    after = read(before.path)
    if after.digest != digest(content):
        raise _changed(before)
    return after


def remove(before: Snapshot) -> None:
    """Take the file away, if it still is what `before` says. Raises as `replace` does."""
    aside = _temporary_name(before.real)
    try:
        os.rename(before.real, aside)
        if _digest_at(aside) != before.digest:
            _put_back(aside, before.real)
            raise _changed(before)
        os.unlink(aside)
    except FileNotFoundError:
        raise _changed(before) from None
    except OSError as error:
        raise _not_written(before.path, error) from None
    _sync_folder(before.real)


def _put_back(aside: str, real: str) -> None:
    if os.path.lexists(real):
        os.unlink(aside)  # the client has written a whole new file since: that one is newer
    else:
        os.rename(aside, real)


def _check_writable(before: Snapshot) -> None:
    if before.exists and not before.mode & 0o222:
        raise _refused(before.path, "is read-only", "Somebody protected it on purpose: ask them, or make it writable.")
    if sys.platform != "win32" and before.exists and os.geteuid() not in {0, before.owner}:
        raise _refused(before.path, "belongs to another user", "Run Doorkeep as that user.")
    if not os.path.isdir(os.path.dirname(before.real)):
        raise _refused(before.path, "cannot be made: its folder does not exist", "Is the app installed? Start it once.")


def _temporary_name(real: str) -> str:
    folder, name = os.path.split(real)
    return os.path.join(folder, f".{name}.{os.getpid()}.doorkeep")


def _write_beside(before: Snapshot, content: bytes) -> str:
    temporary = _temporary_name(before.real)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    try:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(temporary)  # left by a killed process of the same number
        with open(os.open(temporary, flags, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            if sys.platform != "win32":
                if before.exists and os.geteuid() == 0:
                    os.fchown(file.fileno(), before.owner, before.group)
                os.fchmod(file.fileno(), before.mode)
            os.fsync(file.fileno())
    except OSError as error:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise _not_written(before.path, error) from None
    return temporary


def _create(temporary: str, before: Snapshot) -> None:
    """Only where nothing stands. A hard link fails where a rename would replace."""
    try:
        if sys.platform == "win32":
            os.rename(temporary, before.real)
        else:
            os.link(temporary, before.real)
    except FileExistsError:
        raise _changed(before) from None
    except OSError as error:
        if error.errno not in {errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK}:
            raise
        if os.path.lexists(before.real):  # a file system without hard links
            raise _changed(before) from None
        os.replace(temporary, before.real)


def _swap(temporary: str, before: Snapshot, ours: str) -> None:
    """Exchange, then look at what came out: if it is not what we had read, it goes back, and so does whatever is newer."""
    lying = _displaced(temporary, before)
    if lying is None:
        if _digest_at(before.real) != before.digest:
            raise _changed(before)
        os.replace(temporary, before.real)
        return
    came_out = _digest_at(lying)
    put_in = ours
    for _ in range(SWAPS):
        if came_out in {before.digest, put_in} and put_in == ours:
            os.unlink(lying)
            return
        newest = came_out
        back = _displaced(lying, before)
        if back is None:
            break
        lying, came_out = back, _digest_at(back)
        if came_out == put_in:
            os.unlink(lying)
            raise _changed(before)
        put_in = newest
    kept = f"{before.real}.kept-by-doorkeep"
    os.replace(lying, kept)
    raise _refused(before.path, "is being rewritten all the time", f"A text that was displaced lies in {kept}.")


def _displaced(new: str, before: Snapshot) -> str | None:
    try:
        return displace(new, before.real)
    except FileNotFoundError:
        raise _changed(before) from None


def _digest_at(path: str) -> str:
    try:
        if not stat.S_ISREG(os.lstat(path).st_mode):
            return "not a plain file"
        with open(path, "rb") as file:
            return digest(file.read())
    except FileNotFoundError:
        return ""


def _sync_folder(real: str) -> None:
    if sys.platform == "win32":
        return
    descriptor = os.open(os.path.dirname(real), os.O_RDONLY)
    try:
        with contextlib.suppress(OSError):  # some network file systems cannot
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _refused(path: str, what: str, fix: str) -> ClientConfigError:
    return ClientConfigError(f"{path} {what}.", "Nothing was written.", fix)


def _not_written(path: str, error: OSError) -> ClientConfigError:
    return _refused(
        path, f"could not be written: {error.strerror or error}", "Make room or make it writable, then try again."
    )


def _changed(before: Snapshot) -> ChangedMeanwhileError:
    return ChangedMeanwhileError(
        f"{before.path} was changed by another program in the same moment.",
        "Its text stands; ours was not written.",
        "Close the app that uses it and try again.",
    )
