"""The files of a diff as lines for a model: git's letter, counts of lines, names, and what is unusual about them."""

from __future__ import annotations

import msgspec

from servers.git.entries import Entry
from servers.runtime.safe.names import shown


class Page(msgspec.Struct):
    """A page as it grows: `shown` files listed, `text` so far, and where the next page begins: a file, and how many characters
    of its patch were shown already."""

    shown: int = 0
    text: list[str] = []
    next: str = ""
    skip: int = 0


def listed(entries: list[Entry], left: int) -> Page:
    """A page of the list: as many lines as fit into `left` characters, at least one."""
    page = Page()
    for entry in entries:
        text = line(entry)
        if len(text) > left and page.shown:
            page.next = entry.path
            break
        page.text.append(text)
        page.shown += 1
        left -= len(text)
    return page


def line(entry: Entry) -> str:
    """One file, with its line's end."""
    counts = f"+{entry.added} -{entry.removed}" if entry.added >= 0 else "binary" if entry.counted else ""
    if entry.status == "U":
        counts = "conflict"
    if entry.same or entry.likeness == "100":
        counts = ""
    name = shown(entry.path) if entry.old == entry.path else f"{shown(entry.old)} -> {shown(entry.path)}"
    kind = "".join(f" ({words})" for words in _kinds(entry))
    return " ".join(word for word in (entry.status + entry.likeness, counts, name + kind) if word) + "\n"


def _kinds(entry: Entry) -> list[str]:
    said: list[str] = []
    if entry.status in "MRC" and entry.old_mode != entry.new_mode:
        said.append(f"mode {entry.old_mode} → {entry.new_mode}")
    if "160000" in (entry.old_mode, entry.new_mode):
        said.append("submodule")
    elif "120000" in (entry.old_mode, entry.new_mode):
        said.append("symbolic link")
    return said


def counts(entries: list[Entry]) -> dict[str, str]:
    """The words of a heading that count files and lines."""
    return {
        "files": str(len({entry.path for entry in entries})),
        "added": str(sum(max(entry.added, 0) for entry in entries)),
        "removed": str(sum(max(entry.removed, 0) for entry in entries)),
    }
