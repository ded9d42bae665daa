"""The tool list_notes: what there is in a vault, page by page: notes, attachments, folders, tags, and what is loose or broken."""

from __future__ import annotations

import time
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from servers.notes import links, vaults
from servers.notes.index import listing, lookups
from servers.notes.index.keeping import Keeper, keeper_of
from servers.notes.index.lookups import IndexNames
from servers.notes.index.sweeping import sweep
from servers.notes.opened import quoted
from servers.notes.vaults import Vault
from servers.runtime import cursor
from servers.runtime.budget import Budget
from servers.runtime.call import Call
from servers.runtime.errors import ToolError
from servers.runtime.results import Text
from servers.runtime.safe.names import meant, shown

TOOL = "list_notes"
Kind = Literal["notes", "recent", "folders", "tags", "attachments", "orphans", "broken_links"]
_AT_ONCE = 500
_HEADER = 400


class ListNotes(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Arguments of list_notes."""

    vault: Annotated[str, Meta(description="Name, if there are several")] = ""
    kind: Annotated[Kind, Meta(description="orphans: no other note links there")] = "notes"
    folder: Annotated[str, Meta(description="Only at and below it")] = ""
    limit: Annotated[int, Meta(ge=1, le=2000)] = 200
    cursor: Annotated[str, Meta(description="`next` of the page before")] = ""


def list_notes(call: Call, args: ListNotes) -> Text:
    """List what is in a vault: notes by path, the recently changed first (recent), folders and tags with counts, attachments,
    orphans, or links that lead nowhere. With several vaults and none named: the vaults. Lines show time of change (UTC) or
    count; the first line has `next`, the cursor of the next page."""
    among = vaults.choose(call, args.vault)
    if len(among) > 1:
        return _vaults(call, among)
    keeper = keeper_of(call, among[0].path)
    keeper.refresh(call)
    done = keeper.wait(call)
    after = cursor.read(args.cursor, list[str], TOOL, args) if args.cursor else []
    if args.kind in ("tags", "orphans", "broken_links") and not after:
        sweep(keeper, call.check)
    lister = _Lister(call, args, among[0], keeper)
    rows = lister.rows(after)
    return _shown(call, args, lister, rows, done)


class _Row(msgspec.Struct, frozen=True):
    """One line, and where the list goes on behind it."""

    text: str
    after: list[str]


class _Lister:
    def __init__(self, call: Call, args: ListNotes, vault: Vault, keeper: Keeper) -> None:
        self.call = call
        self.args = args
        self.vault = vault
        self.keeper = keeper
        self.folder = "/".join(part for part in meant(args.folder).split("/") if part not in ("", "."))
        self.more = False

    def rows(self, after: list[str]) -> list[_Row]:
        """A page's rows, and one more where there is one: `more` then."""
        kind = self.args.kind
        try:
            if kind == "broken_links":
                rows = self._broken(after)
            elif kind == "orphans":
                rows = self._orphans(after[0] if after else "")
            elif kind == "tags":
                rows = self._tags(after[0] if after else "")
            elif kind == "folders":
                rows = self._folders(after[0] if after else None)
            else:
                rows = self._files(after)
        except (IndexError, ValueError):
            raise ToolError("The cursor is not one that this server gave. Leave it out to begin again.") from None
        self.more = len(rows) > self.args.limit
        return rows[: self.args.limit]

    def _files(self, after: list[str]) -> list[_Row]:
        kind = self.args.kind
        wanted = listing.Files(self.folder, note=kind != "attachments", recent=kind == "recent")
        found = self.keeper.ask(self.call, lambda db: listing.files(db, wanted, after, self.args.limit + 1))
        return [
            _Row(f"{shown(one.path)}  {_when(one.mtime)}" + ("" if wanted.note else f"  {one.size}"), one.after)
            for one in found
        ]

    def _folders(self, after: str | None) -> list[_Row]:
        found = self.keeper.ask(self.call, lambda db: lookups.folders(db, self.folder))
        behind = [one for one in found if after is None or one.name > after][: self.args.limit + 1]
        return [_Row(f"{shown(one.name)}/  {one.count}", [one.name]) for one in behind]

    def _tags(self, after: str) -> list[_Row]:
        if self.folder:
            raise ToolError("Tags are listed for the whole vault: leave folder out, or search with tags and folder.")
        found = self.keeper.ask(self.call, lambda db: lookups.tags(db, "", self.args.limit + 1, after))
        return [_Row(f"#{shown(one.name)}  {one.count}", [one.name]) for one in found]

    def _orphans(self, after: str) -> list[_Row]:
        names = IndexNames(self.call, self.keeper)
        rows: list[_Row] = []
        while len(rows) <= self.args.limit:
            self.call.check()
            some = self.keeper.ask(
                self.call, lambda db, start=after: lookups.maybe_orphans(db, self.folder, start, _AT_ONCE)
            )
            for path, unsure in some:
                if not (unsure and self._is_linked(names, path)):
                    rows.append(_Row(shown(path), [path]))
            if len(some) < _AT_ONCE:
                break
            after = some[-1][0]
        return rows[: self.args.limit + 1]

    def _is_linked(self, names: IndexNames, path: str) -> bool:
        may = self.keeper.ask(self.call, lambda db: lookups.sources(db, path))
        return any(source != path and links.resolve(names, source, target).path == path for source, target in may)

    def _broken(self, after: list[str]) -> list[_Row]:
        names = IndexNames(self.call, self.keeper)
        rows: list[_Row] = []
        while len(rows) <= self.args.limit:
            self.call.check()
            some = self.keeper.ask(self.call, lambda db, start=after: lookups.doubtful_links(db, start, _AT_ONCE))
            for one in some:
                if self._inside(one.source) and links.resolve(names, one.source, one.target).missing:
                    rows.append(_Row(f"{shown(one.source)} -> {shown(one.target)}", one.after))
            if len(some) < _AT_ONCE:
                break
            after = some[-1].after
        return rows[: self.args.limit + 1]

    def _inside(self, path: str) -> bool:
        return not self.folder or path.startswith(self.folder + "/")


def _when(mtime: int) -> str:
    return time.strftime("%Y-%m-%d %H:%M", time.gmtime(abs(mtime) / 1e9))


def _vaults(call: Call, among: list[Vault]) -> Text:
    lines = [f"{shown(one.name)}  {shown(one.path)}\n" for one in among]
    for one in among:
        call.touch(one.path)
    return Text(f"vaults={len(among)} (name one with `vault`)\n" + "".join(lines))


def _shown(call: Call, args: ListNotes, lister: _Lister, rows: list[_Row], done: bool) -> Text:
    budget = Budget(call.page_chars)
    budget.reserve(_HEADER)
    for row in rows:
        if not budget.add(row.text + "\n") and len(budget):
            break
    count = len(budget)
    head = [f"vault={quoted(lister.vault.name)}", f"{args.kind}={count}"]
    if count and (lister.more or count < len(rows)):
        head.append(f"next={cursor.make(rows[count - 1].after, TOOL, args)}")
    if not done:
        head.append(
            f"(the notes are being read for the first time: {lister.keeper.done:,} of {lister.keeper.total - 1:,} so far)"
        )
    return Text(" ".join(head) + "\n" + budget.close())
