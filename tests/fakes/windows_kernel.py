r"""A Windows file system in memory behind the interface of servers/runtime/safe/windows.py.

It keeps what matters to a guard: handles with share modes that forbid renames, links and junctions, short names, case that is
ignored but kept, and a list of every network place that anybody looked at.
"""

from __future__ import annotations

import errno
import os
from dataclasses import dataclass, field

from servers.runtime.safe import windows

SYMLINK, JUNCTION = windows.LINK_TAGS


@dataclass(eq=False)
class Node:
    """A file (content), a folder (entries by name as written) or a link (tag and target)."""

    content: bytes | None = None
    entries: dict[str, Node] = field(default_factory=dict[str, "Node"])
    tag: int = 0
    target: str = ""
    short: str = ""
    parent: Node | None = None
    name: str = ""


@dataclass
class Handle:
    node: Node
    share: int


class FakeKernel:
    """One drive, `C:`. `touched` are network places that were looked at; `on_open` runs after each opening (the attacker)."""

    def __init__(self) -> None:
        self.root = Node(name="C:")
        self.handles: dict[int, Handle] = {}
        self.touched: list[str] = []
        self.on_open: list[object] = []
        self._next = 100

    def add(self, path: str, node: Node) -> Node:
        *above, name = path.split("\\")[1:]
        at = self.root
        for part in above:
            at = at.entries.setdefault(part, Node(parent=at, name=part))
        node.parent, node.name = at, name
        at.entries[name] = node
        return node

    def rename(self, node: Node, folder: Node, name: str) -> None:
        """PermissionError while a handle on the node, or below it, does not share deletion: what NTFS does."""
        for handle in self.handles.values():
            at: Node | None = handle.node
            while at is not None and at is not node:
                at = at.parent
            if at is node and (handle.node is not node or not handle.share & 4):
                raise PermissionError(errno.EACCES, "sharing violation")
        assert node.parent is not None
        del node.parent.entries[node.name]
        node.parent, node.name = folder, name
        folder.entries[name] = node

    def create_file(self, path: str, access: int, share: int, disposition: int, flags: int) -> int:
        text = path.removeprefix("\\\\?\\")
        if text.startswith(("\\\\", "UNC\\")):
            self.touched.append(path)
            raise OSError(errno.ENOENT, "network")
        assert flags & windows.OPEN_REPARSE_POINT, "a link would be followed"
        node = self.root
        parts = [part for part in text.split("\\")[1:] if part]
        for part in parts:
            assert not node.tag or node is self.root, "went through a link"
            node = self._entry(node, part)
        handle = self._handle(node, share)
        for attack in self.on_open:
            attack()  # type: ignore[operator]
        return handle

    def _entry(self, folder: Node, name: str) -> Node:
        for entry in folder.entries.values():
            if name.casefold() in (entry.name.casefold(), entry.short.casefold()) and name:
                return entry
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))

    def _handle(self, node: Node, share: int) -> int:
        self._next += 1
        self.handles[self._next] = Handle(node, share)
        return self._next

    def attributes(self, handle: int) -> tuple[int, int]:
        node = self.handles[handle].node
        return (0 if node.content is not None else windows.ATTRIBUTE_DIRECTORY), node.tag

    def final_path(self, handle: int) -> str:
        parts: list[str] = []
        node: Node | None = self.handles[handle].node
        while node is not None:
            parts.append(node.name)
            node = node.parent
        return "\\\\?\\" + ("\\".join(reversed(parts)) if len(parts) > 1 else "C:\\")

    def link_target(self, path: str) -> str:
        node = self.root
        for part in path.removeprefix("\\\\?\\").split("\\")[1:]:
            node = self._entry(node, part)
        return node.target

    def reopen(self, handle: int, access: int, share: int) -> int:
        return self._handle(self.handles[handle].node, share)

    def close(self, handle: int) -> None:
        del self.handles[handle]

    def to_descriptor(self, handle: int) -> int:
        return handle

    def handle_of(self, fd: int) -> int:
        return fd

    def replace_file(self, replaced: str, replacement: str) -> None:
        os.replace(replacement, replaced)
