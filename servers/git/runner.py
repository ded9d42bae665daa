"""Running git in a repository: the only way in which this server starts it. Every run is hardened (hardening.py), bounded in
time and size, and ended with the call. No run has a terminal, a pager, an editor, hooks, or the network.
"""

from __future__ import annotations

import os
from collections.abc import Generator, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import msgspec

from servers.git import hardening
from servers.git.configuring import settings
from servers.git.errors import GitError, refused
from servers.git.pipes import SECONDS, Child
from servers.git.program import program

if TYPE_CHECKING:
    from servers.git.repository import Repository
    from servers.runtime.call import Call

LIMIT = 64 << 20
"""Bytes of output that `run` takes into memory unless it is told otherwise."""


class Finished(msgspec.Struct, frozen=True):
    """A run that ended as it should: `stderr` is text of at most 16 KiB."""

    code: int
    stdout: bytes
    stderr: str

    @property
    def text(self) -> str:
        """The output as text, one line end at its end taken away; bytes that are no UTF-8 are lone surrogates."""
        return os.fsdecode(self.stdout).removesuffix("\n")


def run(
    call: Call,
    repository: Repository,
    args: Sequence[str],
    *,
    stdin: bytes | None = None,
    env: Mapping[str, str] | None = None,
    writes: bool = False,
    limit: int = LIMIT,
    ok: Iterable[int] = (0,),
    what: str = "",
    seconds: float = SECONDS,
    inherits: Sequence[int] = (),
) -> Finished:
    """Run `git ARGS` at the root of the working tree (of a bare repository: in its folder) and wait for its end.

    `writes`: it may take optional locks. `env` is added last: it can take back what hardening sets, so nothing that a model or
    a repository says goes in there. `inherits` are descriptors that git and what it starts hold, too. `what` completes
    "Cannot …" in an error. Raises GitError where the status is not in `ok` or the output is longer than `limit` bytes,
    Cancelled, ToolError past `seconds`.
    """
    child = _child(call, repository, args, stdin=stdin, env=env, writes=writes, seconds=seconds, inherits=inherits)
    parts: list[bytes] = []
    size = 0
    output = iter(child)
    for chunk in output:
        size += len(chunk)
        if size > limit:
            _close(output)
            raise GitError(f"The answer of git {args[0]} is longer than {limit:,} bytes. Ask for less at once.")
        parts.append(chunk)
    if child.code not in ok:
        raise refused(child.complaints, what)
    return Finished(child.code, b"".join(parts), child.complaints)


def run_outside(
    call: Call,
    args: Sequence[str],
    *,
    env: Mapping[str, str] | None = None,
    ok: Iterable[int] = (0,),
    seconds: float = SECONDS,
    inherits: Sequence[int] = (),
) -> Finished:
    """Run `git ARGS` in no repository at all, for those that make one: only the user's and the system's settings are read.

    Raises as `run`.
    """
    given = hardening.environment(hardening.ALWAYS, writes=True)
    given.update(env or {})
    folder = os.path.abspath(os.sep)  # nobody but the system's owner can put a repository around it
    given["GIT_CEILING_DIRECTORIES"] = folder
    command = [program(), "--no-pager", *args]
    child = Child(call, command, folder=folder, env=given, stdin=None, seconds=seconds, tidies=True, inherits=inherits)
    output = b"".join(child)
    if child.code not in ok:
        raise refused(child.complaints)
    return Finished(child.code, output, child.complaints)


def stream(
    call: Call,
    repository: Repository,
    args: Sequence[str],
    *,
    stdin: bytes | None = None,
    env: Mapping[str, str] | None = None,
    ok: Iterable[int] = (0,),
    what: str = "",
    seconds: float = SECONDS,
) -> Generator[bytes, None, None]:
    """The output of `git ARGS` in pieces, as it comes. Close the generator to stop early: git is ended then, and its status
    does not count. Raises as `run`, at the end of the output."""
    child = _child(call, repository, args, stdin=stdin, env=env, writes=False, seconds=seconds)
    yield from child
    if child.code not in ok:
        raise refused(child.complaints, what)


def _child(
    call: Call,
    repository: Repository,
    args: Sequence[str],
    *,
    stdin: bytes | None,
    env: Mapping[str, str] | None,
    writes: bool,
    seconds: float,
    inherits: Sequence[int] = (),
) -> Child:
    if any("\0" in arg for arg in args):
        raise GitError("An argument contains a NUL character, which git cannot be given.")
    given = hardening.environment(settings(call, repository).overrides, writes=writes)
    given["GIT_DIR"] = repository.git_dir
    if repository.common_dir != repository.git_dir:
        given["GIT_COMMON_DIR"] = repository.common_dir
    if repository.top:
        given["GIT_WORK_TREE"] = repository.top
    given.update(env or {})
    command = [program(), "--no-pager", *args]
    # One that changes something takes its locks away when it is told to end; killed, it would leave them.
    return Child(
        call,
        command,
        folder=repository.path,
        env=given,
        stdin=stdin,
        seconds=seconds,
        tidies=writes,
        inherits=inherits,
    )


def _close(output: object) -> None:
    close = getattr(output, "close", None)
    if close is not None:
        close()
