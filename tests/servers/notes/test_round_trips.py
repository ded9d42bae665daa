"""Generated vaults: after an edit or a move every byte that was not named is as it was, every link leads where it led, and undo
brings all of it back.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from servers.notes.edit_note import EditNote, edit_note
from servers.notes.editing.operations import Op
from servers.notes.index.keeping import close_all
from servers.notes.links import resolve
from servers.notes.move_note import MoveNote, move_note
from servers.notes.names import MemoryNames
from servers.notes.parsing.note import parse
from servers.notes.trash_notes import TrashNotes, trash_notes
from servers.notes.undo_note import UndoNote, undo_note
from servers.runtime.call import Call
from servers.runtime.changing.changes import Changed
from servers.runtime.errors import ToolError
from servers.runtime.safe.access import Folders
from servers.runtime.undo.store import UndoStore
from servers.runtime.wire import Folder
from tests.servers.notes.conftest import write
from tests.servers.notes.test_move_note import tree

PATHS = ["A.md", "B.md", "x/A.md", "x/C c.md", "x/y/D.md", "é.md", "pic.png"]
TARGETS = ["A", "B", "x/A", "C c", "x/C c.md", "D", "./A", "../B", "/B", "é", "pic.png", "none", "A.md", "y/D"]
TEXTS = st.lists(
    st.one_of(
        st.sampled_from(
            [
                "\r\n",
                "\n",
                "plain text",
                "`[[A]]`",
                "```\n[[A]]\n```\n",
                "# Heading\n",
                "%% [[A]] %%",
                "\ufeff",
                "end  ",
            ]
        ),
        st.builds(lambda t: f"[[{t}]]", st.sampled_from(TARGETS)),
        st.builds(lambda t: f"![[{t}#H|w]] ", st.sampled_from(TARGETS)),
        st.builds(lambda t: f"[m]({t.replace(' ', '%20')}#h) ", st.sampled_from(TARGETS)),
        st.builds(lambda t: f"[m](<{t}>) ", st.sampled_from(TARGETS)),
    ),
    max_size=8,
).map("".join)
TOPS = st.sampled_from(["", "---\ntitle: x # c\nup: '[[A]]'\n---\n", '---\r\nup: "[[x/A|w]]"\r\n---\r\n'])
NOTES = st.builds(lambda top, text: (top + text).encode(), TOPS, TEXTS)
VAULTS = st.dictionaries(st.sampled_from([path for path in PATHS if path != "pic.png"]), NOTES, min_size=2)
ROUNDS = settings(max_examples=25, deadline=None)


@contextmanager
def vault_of(files: dict[str, bytes]) -> Iterator[tuple[Call, Path]]:
    top = Path(tempfile.mkdtemp()).resolve()
    store = UndoStore(str(top / "undo"))
    try:
        vault = top / "Vault"
        (vault / ".obsidian").mkdir(parents=True)
        write(vault, {**files, "pic.png": b"\x89"})
        call = Call(1)
        call.folders = Folders(1, (Folder(str(vault), "write"),), asked=False)
        call.undo_store = lambda: store
        yield call, vault
    finally:
        close_all()
        store.close()
        shutil.rmtree(top)


def undo(call: Call, done: Changed) -> None:
    assert done.change_id is not msgspec.UNSET
    args = UndoNote(done.change_id)
    undo_note.apply(call, args, undo_note.plan(call, args))


def led(files: dict[str, bytes], moves: dict[str, str]) -> dict[tuple[str, int], str]:
    """Where each link leads, by its note and its number in it; all by the paths after `moves`. Ambiguous ones are left out."""
    names = MemoryNames(files)
    found: dict[tuple[str, int], str] = {}
    for path, content in files.items():
        for number, link in enumerate(parse(content).links if path.endswith(".md") else ()):
            to = resolve(names, path, link.target) if link.target else None
            if to is not None and to.path and not to.ambiguous:
                found[moves.get(path, path), number] = moves.get(to.path, to.path)
    return found


def masked(content: bytes) -> bytes:
    """A note without its links' targets."""
    for link in sorted(parse(content).links, key=lambda one: -one.target_start):
        content = content[: link.target_start] + b"*" + content[link.target_end :]
    return content


@ROUNDS
@given(VAULTS, st.sampled_from(PATHS), st.sampled_from(["New", "x/y/", "x/A", "z/New name", "/b/", "PIC"]))
def test_a_move_keeps_every_link_and_every_other_byte_and_goes_back(
    files: dict[str, bytes], source: str, destination: str
) -> None:
    with vault_of(files) as (call, vault):
        old = tree(vault)
        if source not in old:
            return
        args = MoveNote(str(vault / source), destination.removeprefix("/"))
        try:
            done = move_note.apply(call, args, move_note.plan(call, args))
        except ToolError:
            assert tree(vault) == old
            return
        new = tree(vault)
        (target,) = new.keys() - old.keys() or {source}
        moves = {source: target}
        before, after = led(old, moves), led(new, {})
        left = {line.split(":")[0] for line in (done.warnings or ())}
        for place, path in before.items():
            assert after.get(place) == path or place[0] in left, (place, path, after.get(place))
        assert {moves.get(path, path): masked(one) for path, one in old.items() if path.endswith(".md")} == {
            path: masked(one) for path, one in new.items() if path.endswith(".md")
        }
        undo(call, done)
        assert tree(vault) == old


OPS = st.lists(
    st.one_of(
        st.builds(
            Op, st.sampled_from(["append", "prepend"]), new=st.sampled_from(["words", "- item", "## New\n\ntext"])
        ),
        st.builds(
            Op, st.sampled_from(["append", "replace_section"]), st.just("Heading"), st.sampled_from(["", "words"])
        ),
        st.builds(
            Op, st.just("set_property"), st.sampled_from(["title", "new"]), value=st.sampled_from([1, "a: b", ["x"]])
        ),
        st.builds(Op, st.just("remove_property"), st.sampled_from(["title", "up"])),
        st.builds(Op, st.sampled_from(["add_tags", "remove_tags"]), tags=st.just(["t"])),
        st.builds(Op, st.just("replace_text"), old=st.just("plain text"), new=st.just("other"), count=st.just(0)),
    ),
    min_size=1,
    max_size=3,
)


@ROUNDS
@given(NOTES, OPS)
def test_an_edit_leaves_all_other_notes_and_goes_back(content: bytes, ops: list[Op]) -> None:
    with vault_of({"A.md": content, "B.md": b"[[A]]\r\n"}) as (call, vault):
        old = tree(vault)
        args = EditNote("A.md", ops)
        try:
            done = edit_note.apply(call, args, edit_note.plan(call, args))
        except ToolError:
            assert tree(vault) == old
            return
        assert {**tree(vault), "A.md": b""} == {**old, "A.md": b""}
        assert done.changed == (tree(vault) != old)
        if done.changed:
            undo(call, done)
        assert tree(vault) == old


@ROUNDS
@given(VAULTS, st.sampled_from(["keep", "unlink"]))
def test_what_is_trashed_comes_back_with_its_links(files: dict[str, bytes], backlinks: str) -> None:
    with vault_of(files) as (call, vault):
        old = tree(vault)
        source = sorted(files)[0]
        args = TrashNotes([str(vault / source)], backlinks)  # pyright: ignore[reportArgumentType]
        done = trash_notes.apply(call, args, trash_notes.plan(call, args))
        assert source not in tree(vault)
        undo(call, done)
        assert tree(vault) == old
