"""Objects of git's own formats made here: blobs and trees with their names, and a pack that carries them to `git unpack-objects`.

So before-images reach the repository as the bytes that were read and judged, by no filter, and without a path that somebody
could swap. Formats: gitformat-pack(5), and the tree object of git-mktree(1). Nothing here touches a file or starts a program.
"""

from __future__ import annotations

import hashlib
import zlib

TREE = "40000"
FILE, EXECUTABLE, LINK = "100644", "100755", "120000"
_NUMBERS = {"tree": 2, "blob": 3}
_LEVEL = 1
"""Of zlib: a backup is rarely read, and the user waits for it to be written."""


def digest(form: str, content: bytes) -> bytes:
    """The hash of a repository of the format `form`: `sha1` or `sha256` (gitformat-hash-function-transition)."""
    if form == "sha256":
        return hashlib.sha256(content).digest()
    return hashlib.sha1(content, usedforsecurity=False).digest()


def name_of(form: str, kind: str, content: bytes) -> str:
    """The object's name in hexadecimal."""
    return digest(form, b"%b %d\0%b" % (kind.encode(), len(content), content)).hex()


class Objects:
    """Objects collected for one pack. `size` is their bytes, uncompressed."""

    def __init__(self, form: str) -> None:
        self.form = form
        self.size = 0
        self._kept: dict[str, tuple[str, bytes]] = {}

    def __len__(self) -> int:
        return len(self._kept)

    def blob(self, content: bytes) -> str:
        """Add a file's or a link's content; its name."""
        return self._add("blob", content)

    def tree(self, entries: dict[bytes, tuple[str, str]]) -> str:
        """Add a tree of `{path: (mode, name)}`, folders made of the slashes in the paths; its name."""
        folders: dict[bytes, dict[bytes, tuple[str, str]]] = {}
        here: list[tuple[bytes, str, str]] = []
        for path, (mode, name) in entries.items():
            first, slash, rest = path.partition(b"/")
            if slash:
                folders.setdefault(first, {})[rest] = (mode, name)
            else:
                here.append((path, mode, name))
        here += [(folder, TREE, self.tree(inside)) for folder, inside in folders.items()]
        # base_name_compare of git: a folder sorts as if its name ended in a slash.
        here.sort(key=lambda entry: entry[0] + b"/" if entry[1] == TREE else entry[0])
        lines = [b"%b %b\0%b" % (mode.encode(), base, bytes.fromhex(name)) for base, mode, name in here]
        return self._add("tree", b"".join(lines))

    def pack(self) -> bytes:
        """All of them as a pack of version 2, for `git unpack-objects` or `git index-pack --stdin`."""
        parts = [b"PACK", (2).to_bytes(4, "big"), len(self._kept).to_bytes(4, "big")]
        for kind, content in self._kept.values():
            parts += (_head(_NUMBERS[kind], len(content)), zlib.compress(content, _LEVEL))
        whole = b"".join(parts)
        return whole + digest(self.form, whole)

    def clear(self) -> None:
        """Forget what was packed."""
        self._kept.clear()
        self.size = 0

    def _add(self, kind: str, content: bytes) -> str:
        name = name_of(self.form, kind, content)
        if name not in self._kept:
            self._kept[name] = (kind, content)
            self.size += len(content)
        return name


def _head(number: int, size: int) -> bytes:
    """Type and size of a packed object: four bits of the size in the first byte, seven in each that follows."""
    byte = number << 4 | size & 15
    size >>= 4
    out = bytearray()
    while size:
        out.append(byte | 0x80)
        byte = size & 0x7F
        size >>= 7
    out.append(byte)
    return bytes(out)
