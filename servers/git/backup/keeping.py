"""Where before-images of a repository go: its own object store, under refs/doorkeep/backup, and the undo store for the index.

    refs/doorkeep/backup/CHANGE/files-BYTES   a tree: `files/…` as they lay in the worktree, `index` as it was staged
    refs/doorkeep/backup/CHANGE/N             a commit or tag that no other ref may lead to any more

A tree is in nobody's history, so `git log --all` stays as it was. Bounded in number, age and bytes; git's own gc removes the rest.
"""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Sequence

import msgspec

from servers.git.backup.files import FileState
from servers.git.backup.objects import TREE, Objects
from servers.git.repository import Repository
from servers.git.runner import run
from servers.runtime.call import Call
from servers.runtime.errors import ToolError
from servers.runtime.safe import at
from servers.runtime.safe.atomic import set_time
from servers.runtime.safe.durable import copy_bytes, flush
from servers.runtime.safe.moving import remove_quietly
from servers.runtime.safe.words import said
from servers.runtime.undo.record import id_at, is_id

BACKUPS = "refs/doorkeep/backup"
MOST_CHANGES = 200
"""Changes of one repository whose backups are kept."""
MOST_BYTES = 1_000_000_000
"""Bytes, uncompressed, of files that the backups of one repository hold."""
DAYS = 30
_BATCH = 32 << 20
_LOOSE = 100
"""More objects than this become a pack."""
_OLD_TEMPORARY = 600


class Images:
    """The before-images of one change in the making; `begin` puts them into the repository."""

    def __init__(self, call: Call, repository: Repository) -> None:
        self.size = 0
        self._call = call
        self._repository = repository
        self._objects = Objects(repository.format)
        self._files: dict[bytes, tuple[str, str]] = {}

    def keep(self, content: bytes) -> None:
        """Take over a file's content; `world.Keep`."""
        self._objects.blob(content)
        self.size += len(content)
        if self._objects.size > _BATCH:
            self._write()

    def add(self, states: list[FileState]) -> None:
        """The files that lie there, whether their content had to be kept or the repository has it already."""
        for state in states:
            if state.kind in ("file", "link") and not state.large:
                self._files[b"files/" + state.raw()] = (state.git_mode(), state.name)

    def tree(self, index: str) -> str:
        """Write everything; the tree that names it all, or "" where there is nothing. `index` is `index_tree`'s or empty."""
        if index:
            self._files[b"index"] = (TREE, index)
        if not self._files:
            return ""
        name = self._objects.tree(self._files)
        self._write()
        return name

    def _write(self) -> None:
        command = ["unpack-objects", "-q"] if len(self._objects) <= _LOOSE else ["index-pack", "--stdin"]
        run(self._call, self._repository, command, stdin=self._objects.pack(), writes=True, what="keep a backup")
        self._objects.clear()


def index_file(repository: Repository) -> str:
    """Where the index of this worktree lies."""
    return os.path.join(repository.git_dir, "index")


class IndexCopy(msgspec.Struct):
    """A copy of the index beside it, of which git may be told to make a tree. Leave it by `with`."""

    path: str

    def __enter__(self) -> IndexCopy:
        return self

    def __exit__(self, *_: object) -> None:
        for name in (self.path, f"{self.path}.lock"):
            if os.path.exists(name):
                os.unlink(name)


def copy_index(call: Call, repository: Repository) -> IndexCopy | None:
    """A whole copy of the index, also of a split one; None where there is no index yet. Raises ToolError."""
    folder = at.own_folder(repository.git_dir)
    name = f"doorkeep-index-{secrets.token_hex(6)}"
    copy = IndexCopy(os.path.join(repository.git_dir, name))
    try:
        _clear_old(folder)
        try:
            source = at.existing(folder, "index")
        except FileNotFoundError:
            return None
        try:
            target = at.new(folder, name, 0o600)
            try:
                copy_bytes(source, target)
                # git holds a file for unchanged only if it is older than the index that says so.
                set_time(target, os.fstat(source))
            finally:
                os.close(target)
        finally:
            os.close(source)
        split = any(one.startswith("sharedindex.") for one in at.listing(folder))
    except OSError as error:
        remove_quietly(folder, name)
        raise said("keep the index of", repository.path, error) from None
    finally:
        os.close(folder)
    if split:
        env = {"GIT_INDEX_FILE": copy.path}
        run(call, repository, ["update-index", "--no-split-index"], env=env, writes=True, what="keep the index")
    return copy


def _clear_old(folder: int) -> None:
    """Remove copies that a crash left."""
    names = at.listing(folder)
    for name in names:
        if name.startswith("doorkeep-index-lock-") and "index.lock" in names:
            continue  # by it a lock that a crash left is known (index_lock.py)
        if name.startswith("doorkeep-index-") and time.time() - at.stat(folder, name).st_mtime > _OLD_TEMPORARY:
            remove_quietly(folder, name)


def index_tree(call: Call, repository: Repository, copy: IndexCopy) -> str:
    """A tree that keeps alive all that the copied index names. An index with conflicts gives a tree of numbered blobs."""
    env = {"GIT_INDEX_FILE": copy.path}
    made = run(call, repository, ["write-tree", "--missing-ok"], env=env, writes=True, ok=(0, 1, 128))
    if made.code == 0:
        return made.text
    listed = run(call, repository, ["ls-files", "--stage", "-z"], env=env, limit=256 << 20).stdout
    found: dict[str, str] = {}
    for line in listed.split(b"\0"):
        mode, _, rest = line.partition(b" ")
        if rest and mode != b"160000":
            found[rest.partition(b" ")[0].decode()] = mode.decode()
    lines = b"".join(
        b"%b blob %b\t%d\0" % (mode.encode(), name.encode(), n) for n, (name, mode) in enumerate(found.items())
    )
    return run(
        call, repository, ["mktree", "-z", "--missing"], stdin=lines or None, writes=True, what="keep the index"
    ).text


def keep_index(copy: IndexCopy, folder: int, name: str) -> os.stat_result:
    """Put the copied index into the undo store's open folder under `name`; its fstat. Raises OSError."""
    source = os.open(copy.path, os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0))
    try:
        target = at.new(folder, name, 0o600)
        try:
            copy_bytes(source, target)
            set_time(target, os.fstat(source))
            flush(target)
            return os.fstat(target)
        except OSError:
            remove_quietly(folder, name)
            raise
        finally:
            os.close(target)
    finally:
        os.close(source)


def write_refs(call: Call, repository: Repository, change_id: str, tree: str, size: int, lost: list[str]) -> list[str]:
    """Let backup refs name the tree and the `lost` objects, and let go of backups that are too many, too old or too large.

    The names of the refs made.
    """
    made: dict[str, str] = {}
    if tree:
        made[f"{BACKUPS}/{change_id}/files-{size}"] = tree
    for number, name in enumerate(dict.fromkeys(lost)):
        made[f"{BACKUPS}/{change_id}/{number}"] = name
    lines = [f"create {ref} {name}\n" for ref, name in made.items()]
    lines += [f"delete {ref}\n" for ref in _superfluous(call, repository, size)]
    if lines:
        run(
            call,
            repository,
            ["update-ref", "--stdin"],
            stdin="".join(lines).encode(),
            writes=True,
            what="keep a backup",
        )
    return list(made)


def drop_refs(call: Call, repository: Repository, refs: Sequence[str]) -> None:
    """Let go of backup refs."""
    if refs:
        lines = "".join(f"delete {ref}\n" for ref in refs)
        run(call, repository, ["update-ref", "--stdin"], stdin=lines.encode(), writes=True, ok=(0, 128))


def _superfluous(call: Call, repository: Repository, coming: int) -> list[str]:
    listed = run(call, repository, ["for-each-ref", "--format=%(refname)", f"{BACKUPS}/"]).text
    changes: dict[str, list[str]] = {}
    for ref in listed.split("\n"):
        change_id = ref[len(BACKUPS) + 1 :].partition("/")[0]
        if is_id(change_id):
            changes.setdefault(change_id, []).append(ref)
    oldest = id_at(time.time_ns() // 1_000_000 - DAYS * 86_400_000)
    found: list[str] = []
    room = MOST_BYTES - coming
    for number, change_id in enumerate(sorted(changes, reverse=True)):
        refs = changes[change_id]
        room -= sum(_bytes_of(ref) for ref in refs)
        if number >= MOST_CHANGES - 1 or change_id < oldest or room < 0:
            found += refs
    return found


def _bytes_of(ref: str) -> int:
    size = ref.rpartition("/files-")[2]
    return int(size) if size.isdecimal() and len(size) < 16 else 0


def contents(call: Call, repository: Repository, states: list[FileState]) -> dict[str, bytes]:
    """The content of each state's blob. Raises ToolError where one is no longer there."""
    names = list(dict.fromkeys(state.name for state in states))
    if not names:
        return {}
    given = "".join(f"{name}\n" for name in names).encode()
    limit = sum(state.size + 200 for state in states) + 200 * len(names) + 65_536
    told = run(call, repository, ["cat-file", "--batch"], stdin=given, limit=limit, what="read the backup").stdout
    found: dict[str, bytes] = {}
    position = 0
    for name in names:
        end = told.index(b"\n", position)
        words = told[position:end].split(b" ")
        if len(words) != 3 or words[1] != b"blob":
            raise ToolError("The backup of this change is no longer in the repository. Nothing was changed.")
        size = int(words[2])
        found[name] = told[end + 1 : end + 1 + size]
        position = end + 1 + size + 1
    return found
