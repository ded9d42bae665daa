"""What a new note may be called: what every system can store and every link can lead to. Refusals say which character is in the way."""

from __future__ import annotations

import re

from servers.notes.names import NOTE
from servers.runtime.errors import ToolError
from servers.runtime.safe.access import MAX_NAME
from servers.runtime.safe.names import shown

_LINKS = "#^[]|"
_SYSTEMS = '\\:*"<>?'
_CONTROL = re.compile("[\x00-\x1f\x7f]")
_RESERVED = re.compile(
    r"(?:con|prn|aux|nul|com[0-9\u00b9\u00b2\u00b3]|lpt[0-9\u00b9\u00b2\u00b3])(?:\.|\Z)", re.IGNORECASE
)


def check(path: str) -> None:
    """Raise ToolError where a file at `path` (in a vault, parts joined by `/`) should not be made by that name."""
    for part in path.split("/"):
        _check_part(part)


def _check_part(name: str) -> None:
    wrong = next((char for char in name if char in _LINKS), "")
    if wrong:
        raise _refused(name, f"it has {wrong!r} in it, and links could not lead to the note")
    wrong = next((char for char in name if char in _SYSTEMS), "")
    if wrong:
        raise _refused(name, f"it has {wrong!r} in it, which not every system can store")
    if _CONTROL.search(name):
        raise _refused(name, "it has a control character in it")
    if name.startswith("."):
        raise _refused(name, "what begins with a dot is hidden from the vault")
    stem = name[: -len(NOTE)] if name.lower().endswith(NOTE) else name
    if not stem.strip():
        raise _refused(name, "it is empty")
    if stem != stem.strip() or name.endswith("."):
        raise _refused(name, "not every system can store a space or a dot at its end")
    if _RESERVED.match(name):
        raise _refused(name, "Windows keeps that name for itself")
    if len(name.encode("utf-8", "surrogateescape")) > MAX_NAME:
        raise _refused(name[:40] + "…", f"it is longer than {MAX_NAME} bytes")


def _refused(name: str, why: str) -> ToolError:
    return ToolError(f"A note cannot be called {shown(name)!r}: {why}. Choose another name; nothing was changed.")
