"""What a change of a repository can alter, as it is now: HEAD, refs, the index, files, the stash, a branch's settings.

Captured before a change, after it, and when it is to be taken back; two captures of the same concern are comparable.
Nothing is written in here, but what a `Keep` is handed may be.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable

import msgspec

from servers.git.backup.files import FileState, look
from servers.git.errors import GitError
from servers.git.repository import Repository
from servers.git.runner import run
from servers.runtime.call import Call
from servers.runtime.safe import at
from servers.runtime.safe.names import meant, shown

Keep = Callable[[bytes], object]
"""Given a file's content while it is at hand."""
STASH = "refs/stash"
PSEUDO = (
    "MERGE_HEAD",
    "MERGE_MODE",
    "MERGE_MSG",
    "CHERRY_PICK_HEAD",
    "REVERT_HEAD",
    "SQUASH_MSG",
    "AUTO_MERGE",
)
"""Files of git's own folder that say what is in progress (gitrepository-layout(5)). ORIG_HEAD, which git writes over at every
step, is none of them."""
_MAX_PSEUDO = 1 << 20


class Concern(msgspec.Struct, frozen=True):
    """What a change may alter. `refs` are full names; `files` git's paths; `branches` those whose settings may change.

    `index` covers the index and PSEUDO. HEAD always belongs to it.
    """

    refs: tuple[str, ...] = ()
    index: bool = False
    files: tuple[bytes, ...] = ()
    branches: tuple[str, ...] = ()

    @property
    def stash(self) -> bool:
        """Whether the list of stashes may change."""
        return STASH in self.refs


class Stashed(msgspec.Struct, frozen=True):
    """One entry of the stash, the newest first: commit, message, and who put it there when (`seconds zone`)."""

    commit: str
    message: str
    name: str
    email: str
    date: str


class World(msgspec.Struct, omit_defaults=True):
    """One capture. `head` is a ref's full name, or a commit where HEAD is detached; a ref that does not exist is "".

    `index` is a hash of the index's entries, not of what it knows of the files' times. `pseudo` holds the content of PSEUDO
    that are there, in the form of names.shown.
    """

    head: str = ""
    refs: dict[str, str] = {}
    index: str = ""
    pseudo: dict[str, str] = {}
    files: list[FileState] = []
    stash: list[Stashed] = []
    config: list[tuple[str, str]] = []

    def digest(self) -> str:
        """A short name for exactly this state."""
        return hashlib.sha256(msgspec.json.encode(self)).hexdigest()[:32]


class Index(msgspec.Struct, frozen=True):
    """The index's entries: a hash of them, the blob of each path that is not in conflict, and whether any is."""

    mark: str
    blobs: dict[bytes, str]
    unmerged: bool


def capture(call: Call, repository: Repository, concern: Concern, keep: Keep | None = None) -> World:
    """The state of all that `concern` names. `keep` is given each file whose content the index does not hold already."""
    world = World(head(call, repository), ref_values(call, repository, concern.refs))
    blobs: dict[bytes, str] = {}
    if concern.index and not repository.bare:
        index = entries(call, repository)
        world.index, blobs = index.mark, index.blobs
        world.pseudo = pseudo(repository)
    for path in concern.files:
        call.check()
        staged = "" if keep is None else blobs.get(path, "")
        state, content = look(
            call.folders,
            repository.top,
            path,
            repository.format,
            lambda name, staged=staged: keep is not None and name != staged,
        )
        world.files.append(state)
        if keep is not None and content is not None and staged != state.name:
            keep(content)
    if concern.stash:
        world.stash = stash(call, repository, world.refs.get(STASH, ""))
    if concern.branches:
        world.config = branch_settings(call, repository, concern.branches)
    return world


def head(call: Call, repository: Repository) -> str:
    """The full name of the ref that HEAD is on (it need not exist yet), or the commit where it is detached."""
    found = run(call, repository, ["symbolic-ref", "-q", "HEAD"], ok=(0, 1))
    if found.code == 0:
        return found.text
    return run(call, repository, ["rev-parse", "-q", "--verify", "HEAD^{commit}"], what="find out where HEAD is").text


def commit_at_head(call: Call, repository: Repository) -> str:
    """The commit that HEAD is at; empty where there is none yet."""
    return run(call, repository, ["rev-parse", "-q", "--verify", "HEAD^{commit}"], ok=(0, 1)).text


def ref_values(call: Call, repository: Repository, names: Iterable[str]) -> dict[str, str]:
    """What each of the refs names now, "" where it does not exist; symbolic ones are followed."""
    wanted = dict.fromkeys(names, "")
    if wanted:
        listed = run(call, repository, ["for-each-ref", "--format=%(objectname) %(refname)", *wanted])
        for line in listed.text.split("\n"):
            name, _, ref = line.partition(" ")
            if ref in wanted:
                wanted[ref] = name
    return wanted


def entries(call: Call, repository: Repository) -> Index:
    """The index as it is."""
    found = run(call, repository, ["ls-files", "--stage", "-v", "-z"], limit=256 << 20)
    blobs: dict[bytes, str] = {}
    unmerged = False
    for line in found.stdout.split(b"\0"):
        if line:
            words, _, path = line.partition(b"\t")
            _, _, name, stage = words.split(b" ")
            if stage == b"0":
                blobs[path] = name.decode()
            else:
                unmerged = True
    return Index(hashlib.sha256(found.stdout).hexdigest()[:32], blobs, unmerged)


def pseudo(repository: Repository) -> dict[str, str]:
    """The content of PSEUDO that are there. Raises GitError where one is no small file."""
    found: dict[str, str] = {}
    folder = at.own_folder(repository.git_dir)
    try:
        for name in PSEUDO:
            try:
                fd = at.existing(folder, name)
            except FileNotFoundError:
                continue
            except OSError as error:
                raise GitError(f"{name} of the repository cannot be read: {error.strerror}.") from None
            with open(fd, "rb") as file:
                content = file.read(_MAX_PSEUDO + 1)
            if len(content) > _MAX_PSEUDO:
                raise GitError(f"{name} of the repository is larger than any git writes.")
            found[name] = shown(os.fsdecode(content))
    finally:
        os.close(folder)
    return found


def pseudo_content(text: str) -> bytes:
    """The bytes of one entry of `World.pseudo`."""
    return os.fsencode(meant(text))


def stash(call: Call, repository: Repository, newest: str) -> list[Stashed]:
    """The entries of the stash, the newest first; none where its ref is empty."""
    if not newest:
        return []
    form = "--format=%H%x00%gn%x00%ge%x00%gD%x00%gs"
    listed = run(call, repository, ["log", "-g", "-z", "--date=raw", form, STASH, "--"]).text
    words = listed.removesuffix("\0").split("\0")
    found: list[Stashed] = []
    for start in range(0, len(words) - 4, 5):
        commit, name, email, where, message = words[start : start + 5]
        date = where.partition("@{")[2].removesuffix("}")
        found.append(Stashed(commit, shown(message), shown(name), shown(email), date))
    return found


def branch_settings(call: Call, repository: Repository, branches: Iterable[str]) -> list[tuple[str, str]]:
    """The repository's own settings of these branches (`branch.NAME.…`), in their order."""
    listed = run(call, repository, ["config", "--local", "--list", "-z"], ok=(0, 1)).text
    wanted = tuple(f"branch.{name}." for name in branches)
    found: list[tuple[str, str]] = []
    for line in listed.split("\0"):
        key, _, value = line.partition("\n")
        # A longer branch name may begin with a shorter one and a dot.
        if key.startswith(wanted) and key.rpartition(".")[0] in {one[:-1] for one in wanted}:
            found.append((shown(key), shown(value)))
    return found
