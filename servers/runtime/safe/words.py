"""What the system's errors mean, in words that the model can act on. No stack and no file content ever gets in here."""

from __future__ import annotations

import errno

from servers.runtime.errors import ToolError
from servers.runtime.wire import Refusal


class NotFoundError(ToolError):
    """Nothing lies at the path."""


class RefusedError(ToolError):
    """The user's grants, or Doorkeep's own rules, do not allow it: the call's row in the log says denied.

    `folder` is the row of the table that forbids, `path` what was asked for, `reason` the rule alone; empty where not known.
    """

    def __init__(self, text: str, *, reason: str = "", folder: str = "", path: str = "") -> None:
        super().__init__(text)
        self._refusal = Refusal(reason or text, folder, path)

    @property
    def refusal(self) -> Refusal:
        return self._refusal

    def retold(self, text: str) -> RefusedError:
        """The same refusal in other words for the model."""
        return RefusedError(text, reason=self._refusal.reason, folder=self._refusal.folder, path=self._refusal.path)


class ConflictError(ToolError):
    """The world is not as the caller believed: the file changed, or the name is taken."""


_MEANINGS: dict[int, str] = {
    errno.EACCES: "the system denies access to it. Ask the user to check the file's permissions",
    errno.EPERM: "the system does not permit it. Ask the user to check the file's permissions and attributes",
    errno.ENOTDIR: "a part of the path is a file, not a folder",
    errno.EISDIR: "it is a folder",
    errno.ENAMETOOLONG: "the name is too long: one part may have 255 bytes, the whole path 4,096",
    errno.ELOOP: "its symbolic links lead in a circle or were changed while it was being opened",
    errno.EXDEV: "it leads out of the granted folder or to another file system",
    errno.EROFS: "the file system is mounted read-only. Nothing was written",
    errno.ENOSPC: "the disk is full. Nothing was written; ask the user to free some space",
    errno.EFBIG: "the file would be larger than the file system or the user's limit allows. Nothing was written",
    errno.EMFILE: "too many files are open at the moment. Try again",
    errno.ENFILE: "too many files are open on this computer at the moment. Try again",
    errno.ENOTEMPTY: "the folder is not empty",
    errno.EBUSY: "another program holds it at the moment. Try again",
    errno.EIO: "the disk reported an input/output error",
    errno.ENXIO: "it is not a regular file",
    errno.EAGAIN: "it was being changed while it was opened. Try again",
    errno.ETIMEDOUT: "the file system did not answer in time",
}
if hasattr(errno, "EDQUOT"):
    _MEANINGS[errno.EDQUOT] = "the user's disk quota is used up. Nothing was written; ask the user to free some space"
if hasattr(errno, "ESTALE"):
    _MEANINGS[errno.ESTALE] = "the network file system no longer knows it. Try again"


def said(what: str, path: str, error: OSError) -> ToolError:
    """The tool error for a failed system call; `what` completes "Cannot …", for example "read"."""
    if error.errno == errno.ENOENT:
        return NotFoundError(f"Cannot {what} {path}: there is no such file or folder.")
    if error.errno == errno.EEXIST:
        return ConflictError(f"Cannot {what} {path}: something with this name exists already.")
    meaning = _MEANINGS.get(error.errno or 0)
    if meaning is None:
        meaning = f"the system says: {error.strerror or 'unknown error'}"
    return ToolError(f"Cannot {what} {path}: {meaning}.")
