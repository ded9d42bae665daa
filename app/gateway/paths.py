"""From a path argument to the places that a decision is about. Looks at links only, opens nothing.

The server judges again on the object it opened; what is found here may have changed by then.
"""

from __future__ import annotations

import os
import sys
from typing import cast

import msgspec

from app.bridge.home import account_home
from servers.runtime import wire

MOST_PATHS = 10_000
"""Paths in one call."""
MAX_PATH = 4096
"""Bytes: PATH_MAX of Linux, terminator included."""


class BadPathError(Exception):
    """A path that cannot be judged; the text says why, for the model."""


class Place(msgspec.Struct, frozen=True):
    """One path of a call: `path` absolute and normalised as written, `real` with the links of its folder followed.

    `real` is empty where it was not looked up, since the path as written decides.
    """

    path: str
    real: str = ""


def places_of(value: object, view_sole: str, grants: wire.Grants, changes: bool) -> list[Place]:
    """The places that one argument names: a path or a list of paths. What is neither is the server's to complain of.

    `view_sole` is the folder that relative paths belong to, empty where there is no single one. For a change, and where
    nothing is granted on the path as written, links are followed. Raises BadPathError.
    """
    if isinstance(value, str):
        return [place_of(value, view_sole, grants, changes)]
    if not isinstance(value, list):
        return []
    entries = cast("list[object]", value)
    if len(entries) > MOST_PATHS:
        raise BadPathError(f"{len(entries)} paths in one call are more than {MOST_PATHS}; split the call")
    return [place_of(entry, view_sole, grants, changes) for entry in entries if isinstance(entry, str)]


def place_of(text: str, view_sole: str, grants: wire.Grants, changes: bool) -> Place:
    """The place that one path names. Raises BadPathError."""
    whole = absolute(text, view_sole)
    path = os.path.normpath(whole)
    if sys.platform != "win32" and path.startswith("//"):
        path = path[1:]  # POSIX leaves exactly two slashes to the system; Linux and macOS read them as one
    dotted = ".." in whole.split(os.sep)
    if not changes and not dotted and grants.covering(path) is not None:
        return Place(path)
    return Place(path, _real(whole, follow_last=not changes))


def absolute(text: str, view_sole: str) -> str:
    """The absolute form of a path argument, not normalised. Raises BadPathError with words for the model."""
    if not text:
        raise BadPathError("an empty path names nothing")
    if "\0" in text:
        raise BadPathError("a path holds no NUL character")
    try:
        size = len(os.fsencode(text))
    except UnicodeEncodeError:
        raise BadPathError("the path holds characters that no file name can have") from None
    if size >= MAX_PATH:
        raise BadPathError(f"the path is {size} bytes long, longer than any file system takes")
    if text == "~" or text.startswith("~/") or (sys.platform == "win32" and text.startswith("~\\")):
        return account_home() + text[1:]
    if os.path.isabs(text):
        return text
    if not view_sole:
        raise BadPathError(f"{text} is a relative path, and more than one folder (or none) is granted; give it in full")
    return os.path.join(view_sole, text)


def _real(whole: str, follow_last: bool) -> str:
    """The path with links followed as far as it exists; the last link only where asked, since a change replaces it."""
    if follow_last:
        return os.path.realpath(whole)
    folder, name = os.path.split(whole.rstrip(os.sep) or whole)
    if name in ("", ".", ".."):
        return os.path.realpath(whole)
    return os.path.join(os.path.realpath(folder), name)
