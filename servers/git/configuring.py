"""The settings of a repository as git reads them, listed anew whenever a file that they come from has changed.

A listing is taken with the always-harmless settings; nothing a repository says is honoured before it was looked at.
"""

from __future__ import annotations

import os
from collections.abc import Iterable

import msgspec

from servers.git import hardening
from servers.git.errors import GitError, refused
from servers.git.hardening import Listed, Settings
from servers.git.pipes import Child
from servers.git.program import program
from servers.git.repository import Repository
from servers.runtime.call import Call

Mark = tuple[int, int, int] | None
_MAX_LISTING = 4 << 20
_MOST_KEPT = 64


class _Kept(msgspec.Struct):
    marks: dict[str, Mark]
    found: Settings


_kept: dict[str, _Kept] = {}
"""By the repository's own folder."""


def settings(call: Call, repository: Repository) -> Settings:
    """What every run in `repository` is told. Costs a few stats where nothing changed. Raises GitError."""
    kept = _kept.get(repository.git_dir)
    if kept is not None and all(_mark(path) == mark for path, mark in kept.marks.items()):
        return kept.found
    # Marked before they are read: a change in between is seen the next time.
    before = {path: _mark(path) for path in (*_own_files(repository), *_users_files())}
    lines = _listing(call, repository)
    try:
        found = hardening.settings(lines)
        hardening.environment(found.overrides, writes=False)
    except ValueError:
        raise GitError(
            f"Cannot use the repository {repository.path}: its settings hold a name with a line end, which no git writes."
        ) from None
    _kept.pop(repository.git_dir, None)
    if not hardening.includes(lines) and _still(before):
        others = {line.origin for line in lines if line.origin and line.origin not in before}
        if len(_kept) >= _MOST_KEPT:
            _kept.clear()
        _kept[repository.git_dir] = _Kept({**before, **{path: _mark(path) for path in others}}, found)
    return found


def _still(marks: dict[str, Mark]) -> bool:
    return all(_mark(path) == mark for path, mark in marks.items())


def _own_files(repository: Repository) -> Iterable[str]:
    yield os.path.join(repository.common_dir, "config")
    yield os.path.join(repository.git_dir, "config.worktree")


def _users_files() -> Iterable[str]:
    """Where git looks for the user's and the system's settings, whether or not something is there."""
    home = os.path.expanduser("~")
    yield os.path.join(home, ".gitconfig")
    yield os.path.join(os.environ.get("XDG_CONFIG_HOME") or os.path.join(home, ".config"), "git", "config")
    yield "/etc/gitconfig"


def _mark(path: str) -> Mark:
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def _listing(call: Call, repository: Repository) -> list[Listed]:
    env = hardening.environment((), writes=False)
    # Without GIT_WORK_TREE: what the setting core.worktree says is looked at afterwards, by repository.py.
    env["GIT_DIR"] = repository.git_dir
    command = [program(), "config", "--list", "--show-scope", "--show-origin", "--includes", "-z"]
    child = Child(call, command, folder=repository.git_dir, env=env, stdin=None, seconds=20.0)
    output = bytearray()
    for chunk in child:
        output += chunk
        if len(output) > _MAX_LISTING:
            raise GitError(f"Cannot use the repository {repository.path}: its settings are longer than any git writes.")
    if child.code:
        raise refused(child.complaints, f"read the settings of {repository.path}")
    return list(hardening.listed(bytes(output)))
