"""The notes whose links a move or a trashing changes: found by the index, read anew, and put together as they will be.

The index only nominates: what counts is what each file says at this moment, and its etag goes into the plan.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec

from servers.notes.index import lookups
from servers.notes.index.keeping import keeper_of
from servers.notes.index.sweeping import sweep
from servers.notes.moving.retargeting import Names, retarget, written
from servers.notes.parsing.note import parse
from servers.notes.parsing.parts import Link
from servers.notes.parsing.sections import line_at
from servers.notes.vaults import Vault
from servers.runtime.changing import changes, diffs
from servers.runtime.changing.changes import Old
from servers.runtime.changing.pieces import Splice
from servers.runtime.errors import ToolError
from servers.runtime.safe.names import shown
from servers.runtime.safe.opening import open_parent

if TYPE_CHECKING:
    from servers.runtime.call import Call

MAX_NOTES = 5000
"""Notes that one change rewrites at most."""
MAX_BYTES = 256 << 20
"""Bytes of notes that one change holds in memory at most."""
_MOST_SAID = 50

Change = Callable[[bytes, Link], "Splice[bytes] | str | None"]
"""What becomes of a link: a replacement, or why it is left though it should change, or nothing."""


class Rewrite(msgspec.Struct):
    """A note (`inside` the vault, absolute and real as `path`) with other content; `links` of it were written anew."""

    inside: str
    path: str
    old: Old
    content: bytes
    links: int
    diff: diffs.Diff


class Rewriting(msgspec.Struct):
    """All notes to be rewritten, and lines about links that were left as they are."""

    notes: list[Rewrite] = []
    left: list[str] = []

    @property
    def guard(self) -> str:
        """The state of the world that it was made from."""
        return " ".join(f"{one.path}={one.old.etag}" for one in self.notes)


def naming(call: Call, vault: Vault, path: str) -> list[str]:
    """Notes that may hold links called like the file at `path`; every note is compared with its file first. Raises ToolError."""
    keeper = keeper_of(call, vault.path)
    keeper.refresh(call)
    while not keeper.wait(call):
        call.check()
    sweep(keeper, call.check)
    return list(dict.fromkeys(source for source, _ in keeper.ask(call, lambda db: lookups.sources(db, path))))


def for_move(call: Call, vault: Vault, names: Names) -> Rewriting:
    """The notes that must change so that every link leads where it led. Raises ToolError where one of them cannot be changed."""
    out = Rewriting()
    sources: dict[str, None] = {}
    for old, new in names.moves.items():
        sources |= dict.fromkeys([*naming(call, vault, old), *naming(call, vault, new), old])
    for source in sources:

        def change(content: bytes, link: Link, source: str = source) -> Splice[bytes] | str | None:
            outcome = retarget(link, source, names)
            if outcome.kind == "new":
                start, end, new = written(content, link, outcome.target)
                return Splice(start, end, new)
            return outcome.why or None

        rewrite(call, vault, source, change, out)
    return out


def rewrite(call: Call, vault: Vault, source: str, change: Change, out: Rewriting) -> None:
    """Look at one note and add it to `out` if any of its links changes. What is no note, or gone, is passed over."""
    call.check()
    if not source.lower().endswith(".md"):
        return
    with open_parent(call.folders, vault.absolute(source), "read", "update the links of") as parent:
        old = changes.read_old(parent, "update the links of")
        path = parent.path
    if old is None:
        return
    if old.content is None:
        _say(out, f"{shown(source)} is too large to be looked through: its links are as they were")
        return
    content = old.content
    splices: list[Splice[bytes]] = []
    for link in sorted(parse(content).links, key=lambda one: one.start):
        found = change(content, link)
        if isinstance(found, str):
            _say(out, f"{shown(source)}:{line_at(content, link.start)}: {_link(content, link)} was left: {found}")
        elif found is not None and (not splices or splices[-1].end <= found.start):
            splices.append(found)
    if not splices:
        return
    call.folders.require(path, "change", "update the links of")
    _add(out, Rewrite(source, path, old, spliced(content, splices), len(splices), _diff(content, splices, path)))


def _diff(content: bytes, splices: list[Splice[bytes]], path: str) -> diffs.Diff:
    return diffs.of_byte_splices(content, splices, shown(path), max_chars=2000)


def _add(out: Rewriting, one: Rewrite) -> None:
    out.notes.append(one)
    size = sum(len(note.content) for note in out.notes)
    if len(out.notes) > MAX_NOTES or size > MAX_BYTES:
        raise ToolError(
            f"More than {MAX_NOTES:,} notes, or {MAX_BYTES >> 20} MiB of them, link there: too many for one change. Nothing was "
            "changed. Leave the links as they are (update_links=false, backlinks=keep), or do it in Obsidian."
        )


def _say(out: Rewriting, line: str) -> None:
    if len(out.left) < _MOST_SAID:
        out.left.append(line)
    elif len(out.left) == _MOST_SAID:
        out.left.append("… and more")


def _link(content: bytes, link: Link) -> str:
    return shown(content[link.start : link.end].decode("utf-8", "replace")[:200])


def spliced(content: bytes, splices: list[Splice[bytes]]) -> bytes:
    """`content` after replacements that are in order and apart."""
    parts: list[bytes] = []
    at = 0
    for one in splices:
        parts += (content[at : one.start], one.new)
        at = one.end
    return b"".join([*parts, content[at:]])
