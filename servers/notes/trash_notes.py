"""The tool trash_notes: notes and attachments leave the vault for the trash, from where undo_note brings them back; links to them
stay, or become plain words. All of it is done, or nothing, and nothing is deleted for good.
"""

from __future__ import annotations

import os
from contextlib import ExitStack
from typing import TYPE_CHECKING, Annotated, Literal

import msgspec
from msgspec import UNSET, Meta

from servers.notes import catalog, vaults
from servers.notes.links import resolve
from servers.notes.moving import carrying, recovering, rewriting
from servers.notes.moving.rewriting import Rewriting
from servers.notes.names import title
from servers.notes.parsing.parts import Link
from servers.notes.parsing.targets import text_of
from servers.notes.vaults import NotePath, Vault
from servers.runtime.call import Call
from servers.runtime.changing import changes, together
from servers.runtime.changing.changes import Changed, FileChange, Old
from servers.runtime.changing.pieces import Splice
from servers.runtime.results import Planned
from servers.runtime.safe.atomic import same
from servers.runtime.safe.names import shown
from servers.runtime.safe.opening import Parent, open_parent
from servers.runtime.safe.words import ConflictError, NotFoundError, said
from servers.runtime.wire import Plan

if TYPE_CHECKING:
    from servers.runtime.undo.change import Trashing

TOOL = "trash_notes"


class TrashNotes(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Arguments of trash_notes."""

    notes: Annotated[list[str], Meta(min_length=1, max_length=100)]
    backlinks: Annotated[Literal["keep", "unlink"], Meta(description="unlink: links become plain words")] = "keep"
    vault: str = ""
    dry_run: bool = False


class _Item(msgspec.Struct):
    path: str
    old: Old


class _State(msgspec.Struct):
    items: list[_Item]
    rewriting: Rewriting


class trash_notes:  # noqa: N801 - the tool's name
    """Put notes or attachments into the trash; undo_note brings them back. No tool deletes for good."""

    arguments = TrashNotes

    @staticmethod
    def plan(call: Call, args: TrashNotes) -> Planned:
        changes.required_store(call, "put anything into the trash")
        recovering.look(call)
        found = {one.absolute: one for one in (vaults.find_note(call, name, args.vault) for name in args.notes)}
        items = [_look(call, path) for path in found]
        links = Rewriting()
        if args.backlinks == "unlink":
            for vault in {one.vault.path: one.vault for one in found.values()}.values():
                _unlink(call, vault, [one for one in found.values() if one.vault == vault], links)
        writes = [*(one.path for one in items), *(one.path for one in links.notes)]
        words = "\n".join(f"trash {shown(one.path)}" for one in items)
        guard = changes.digest(" ".join(f"{one.path} {one.old.etag}" for one in items) + links.guard)
        undoable = carrying.undoable(call, links)
        plan = Plan([], writes, carrying.preview(words, links), guard, undoable)
        return Planned(plan, _State(items, links))

    @staticmethod
    def preview(call: Call, args: TrashNotes, planned: Planned) -> Changed:  # noqa: ARG004 - the interface
        state: _State = planned.state
        files = [FileChange(shown(one.path), note="would go to the trash") for one in state.items]
        files[0].diff = planned.plan.preview
        return Changed(True, files, warnings=state.rewriting.left or UNSET)

    @staticmethod
    def apply(call: Call, args: TrashNotes, planned: Planned) -> Changed:  # noqa: ARG004 - the interface
        state: _State = planned.state
        store = changes.required_store(call, "put anything into the trash")
        session = call.order.session if call.order is not None else ""
        with ExitStack() as stack, store.begin(TOOL, session) as change:
            warnings = carrying.keep_all(call, change, state.rewriting)
            leaving: list[tuple[Trashing, Parent, _Item]] = []
            for item in state.items:
                parent = stack.enter_context(open_parent(call.folders, item.path, "change", "trash"))
                _check_same(parent, item)
                leaving.append((change.trashed(parent), parent, item))

            def act() -> None:
                carrying.write_all(call, change, state.rewriting)
                for trashing, parent, item in leaving:
                    _take(trashing, parent, item)

            together.carry_out(call, change, act)
        changes.finish(call, change, *(one.path for one in state.items), *(one.path for one in state.rewriting.notes))
        files = [FileChange(shown(one.path), note="trashed") for one in state.items]
        return changes.result(change, files + carrying.listed(state.rewriting), warnings + state.rewriting.left)


def _look(call: Call, path: str) -> _Item:
    with open_parent(call.folders, path, "change", "trash") as parent:
        old = changes.read_old(parent, "trash", 0)
        if old is None:
            raise NotFoundError(f"Cannot trash {shown(parent.path)}: there is no such note.")
        return _Item(parent.path, old)


def _unlink(call: Call, vault: Vault, gone: list[NotePath], out: Rewriting) -> None:
    names = catalog.names(call, vault.path)
    paths = {one.path for one in gone}
    sources = {source: None for one in gone for source in rewriting.naming(call, vault, one.path)}
    for source in sources:
        if source in paths:
            continue

        def change(content: bytes, link: Link, source: str = source) -> Splice[bytes] | str | None:
            found = resolve(names, source, link.target) if link.target else None
            if found is None or found.path not in paths or found.by_alias:
                return None
            if found.ambiguous:
                return f"it may mean any of {', '.join(found.candidates[:4])}"
            if link.kind == "definition":
                return "other places in the note may refer to it"
            return Splice(link.start, link.end, _words(content, link))

        rewriting.rewrite(call, vault, source, change, out)


def _words(content: bytes, link: Link) -> bytes:
    """What a reader saw of the link."""
    text = content[link.text_start : link.text_end]
    if text.strip():
        return text
    name = text_of(content, link.target_start, link.target_end) if link.kind == "wiki" else title(link.target)
    return name.replace("#^", " > ").replace("#", " > ").removeprefix(" > ").encode()


def _check_same(parent: Parent, item: _Item) -> None:
    found = parent.look()
    if found is None or not same(found, item.old.stat):
        raise ConflictError(f"{shown(item.path)} was changed at this moment. Nothing was done; look again.")


def _take(trashing: Trashing, parent: Parent, item: _Item) -> None:
    """The name may have been swapped at the last moment: what came along goes back."""
    trashing.take(parent)
    try:
        found = os.lstat(trashing.place.path)
        # A copy out of another file system is another inode.
        if found.st_dev == item.old.stat.st_dev and found.st_ino != item.old.stat.st_ino:
            os.rename(trashing.place.path, parent.name, dst_dir_fd=parent.fd)
            raise ConflictError(f"{shown(item.path)} was changed at this moment. It was left where it is.")
    except OSError as error:
        raise said("trash", item.path, error) from None
