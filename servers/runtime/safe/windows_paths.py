r"""Which shapes of Windows paths may reach the system at all. Pure text: nothing here touches a file.

`\\server\share` is refused before any call, since looking at it would send the user's password hash to the server. So are
devices, streams, short names and spellings that the system would silently read as another name (trailing dots and spaces).
Shapes: "Naming Files, Paths, and Namespaces" of Microsoft's documentation.
"""

from __future__ import annotations

from collections.abc import Callable

from servers.runtime.errors import ToolError

MAX_PATH = 32_000
"""Characters; the system's own limit is 32,767 with the prefix that we add."""
MAX_NAME = 255
_RESERVED = {"con", "prn", "aux", "nul", "conin$", "conout$", "clock$"} | {
    f"{port}{digit}" for port in ("com", "lpt") for digit in "0123456789\u00b9\u00b2\u00b3"
}
_FORBIDDEN = '<>"|?*'


def resolve(argument: str, only_folder: Callable[[], str], home: str) -> str:
    """The absolute path, `C:\\…` with one backslash between parts, that an argument means. Raises ToolError."""
    text = argument.replace("/", "\\")
    if text.startswith(("\\\\", "\\??\\")):
        raise refused(
            argument, "it names a network place or a device, which is never opened. Give a path like C:\\Users\\…"
        )
    if text == "~" or text.startswith("~\\"):
        text = home.replace("/", "\\") + text[1:]
    drive, rest = split_drive(text)
    if not drive:
        if rest.startswith("\\"):
            raise refused(argument, "it names no drive. Give a path like C:\\Users\\…")
        drive, above = split_drive(only_folder())
        rest = above + "\\" + rest
    elif not rest.startswith("\\"):
        raise refused(argument, "it is relative to the drive's current folder. Give a path like C:\\Users\\…")
    parts = [part for part in rest.split("\\") if part and part != "."]
    for part in parts:
        why = name_refused(part)
        if why:
            raise refused(argument, why)
    path = drive.upper() + "\\" + "\\".join(parts)
    if len(path) > MAX_PATH:
        raise refused(argument, "it is too long")
    return path


def split_drive(text: str) -> tuple[str, str]:
    """`C:` and what follows; an empty drive where there is none."""
    if len(text) >= 2 and text[1] == ":" and text[0].isascii() and text[0].isalpha():
        return text[:2], text[2:]
    return "", text


def name_refused(part: str) -> str:
    """Why one part of a path is not opened, in words, or an empty string."""
    if part == "..":
        return "it contains '..'. Write the path without"
    if ":" in part:
        return "it names a stream of a file (the part behind ':'), which is never opened"
    if any(char in _FORBIDDEN or ord(char) < 32 for char in part):
        return 'it contains a character that no name can have (< > " | ? * or a control character)'
    if part.endswith((".", " ")):
        return "a name in it ends in a dot or a space, which the system would drop"
    if part.split(".", maxsplit=1)[0].rstrip(" ").casefold() in _RESERVED:
        return f"{part} is the name of a device"
    if is_short(part):
        return f"{part} looks like a short name (8.3). Give the long one"
    if len(part) > MAX_NAME:
        return f"a name in it is too long: {len(part)} characters, at most {MAX_NAME} are possible"
    return ""


def is_short(part: str) -> bool:
    """Whether a name has the form of the system's short names, `PROGRA~1.TXT`: another spelling of a longer one."""
    stem, _, extension = part.partition(".")
    start, tilde, number = stem.rpartition("~")
    return bool(
        tilde
        and len(start) >= 1
        and number.isdigit()
        and len(stem) <= 8
        and len(extension) <= 3
        and "." not in extension
    )


def plain(final: str) -> str:
    r"""The final path of a handle (`\\?\C:\…`) in the form grants are written in. A network place stays `\\server\…`."""
    if final.startswith("\\\\?\\UNC\\"):
        return "\\\\" + final[8:]
    if final.startswith("\\\\?\\"):
        final = final[4:]
    drive, rest = split_drive(final)
    return drive.upper() + rest if drive else final


def target_of(link: str, target: str) -> str:
    r"""Where a link or junction at `link` leads: an absolute path of a drive. Raises ValueError for anything else.

    A target on the network must never be looked at.
    """
    text = target.replace("/", "\\")
    for prefix in ("\\\\?\\", "\\??\\"):
        if text.startswith(prefix):
            text = text[len(prefix) :]
    drive, rest = split_drive(text)
    if drive and rest.startswith("\\"):
        parts = rest.split("\\")
    elif drive or text.startswith("\\") or text.upper().startswith(("UNC\\", "VOLUME{")):
        raise ValueError(target)
    else:
        drive, above = split_drive(link)
        parts = above.split("\\")[:-1] + text.split("\\")
    kept: list[str] = []
    for part in parts:
        if part == "..":
            kept = kept[:-1]
        elif part and part != ".":
            kept.append(part)
    return drive.upper() + "\\" + "\\".join(kept)


def refused(argument: str, why: str) -> ToolError:
    """The words for a shape that is not opened."""
    return ToolError(f"Cannot use the path {argument}: {why}.")
