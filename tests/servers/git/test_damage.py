"""Damaged and half-made repositories: a clear error, nothing changed, and the server lives on."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from servers.git.log import GitLog, git_log
from servers.git.show import GitShow, git_show
from servers.git.status import GitStatus, git_status
from servers.runtime.call import Call
from servers.runtime.errors import ToolError
from tests.servers.git.conftest import Git, Repo
from tests.servers.git.test_attacks import read_everything


def overwrite(repo: Repo, name: str, content: bytes) -> None:
    path = repo.path / ".git" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists():
        path.chmod(0o644)
    path.write_bytes(content)


def broken_head(repo: Repo) -> None:
    overwrite(repo, "HEAD", b"nonsense\n")


def head_to_nowhere(repo: Repo) -> None:
    overwrite(repo, "HEAD", b"ref: refs/heads/nothing\n")


def head_outside(repo: Repo) -> None:
    overwrite(repo, "HEAD", b"ref: ../../../../etc/passwd\n")


def empty_head(repo: Repo) -> None:
    overwrite(repo, "HEAD", b"")


def broken_index(repo: Repo) -> None:
    overwrite(repo, "index", b"DIRC\0\0\0\2\0\0\0\1 broken")


def broken_ref(repo: Repo) -> None:
    overwrite(repo, "refs/heads/main", b"0123 nonsense\n")


def ref_to_a_missing_commit(repo: Repo) -> None:
    overwrite(repo, "refs/heads/main", b"1" * 40 + b"\n")


def broken_packed_refs(repo: Repo) -> None:
    overwrite(repo, "packed-refs", b"\0\0\0 nonsense\n")


def broken_commit(repo: Repo) -> None:
    oid = repo.text("rev-parse", "HEAD")
    overwrite(repo, f"objects/{oid[:2]}/{oid[2:]}", b"broken")


def missing_tree(repo: Repo) -> None:
    oid = repo.text("rev-parse", "HEAD^{tree}")
    (repo.path / f".git/objects/{oid[:2]}/{oid[2:]}").unlink()


def unknown_version(repo: Repo) -> None:
    repo.config("core.repositoryFormatVersion", "99")


def unknown_extension(repo: Repo) -> None:
    repo.config("core.repositoryFormatVersion", "1")
    repo.config("extensions.novelty", "true")


def no_objects(repo: Repo) -> None:
    os.rename(repo.path / ".git/objects", repo.path / "was")


def config_is_a_folder(repo: Repo) -> None:
    (repo.path / ".git/config").unlink()
    (repo.path / ".git/config").mkdir()


def pipe(name: str) -> Callable[[Repo], None]:
    def make(repo: Repo) -> None:
        path = repo.path / ".git" / name
        path.unlink(missing_ok=True)
        os.mkfifo(path)

    make.__name__ = f"{name} is a pipe"
    return make


DAMAGES: list[Callable[[Repo], None]] = [
    broken_head,
    head_to_nowhere,
    head_outside,
    empty_head,
    broken_index,
    broken_ref,
    ref_to_a_missing_commit,
    broken_packed_refs,
    broken_commit,
    missing_tree,
    unknown_version,
    unknown_extension,
    no_objects,
    config_is_a_folder,
    *[pipe(name) for name in ("HEAD", "config", "index", "packed-refs", "objects/info/alternates", "commondir")],
]


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
def test_damage_is_told_in_words_and_nothing_is_changed(damage: Callable[[Repo], None], call: Call, repo: Repo) -> None:
    damage(repo)
    before = _state(repo.path)
    answers = read_everything(call, str(repo.path))
    assert all(answers)
    assert [words for words in _refusals(call, str(repo.path)) if words]
    assert _state(repo.path) == before


def _refusals(call: Call, where: str) -> Iterator[str]:
    """What log, status and show refuse with; empty where they work all the same."""
    for tool, arguments in ((git_log, GitLog(where)), (git_status, GitStatus(where)), (git_show, GitShow(repo=where))):
        try:
            tool(call, arguments)  # pyright: ignore[reportArgumentType] - each with its own
        except ToolError as error:
            yield error.text
        else:
            yield ""


def _state(path: Path) -> list[tuple[str, int, int]]:
    found = [(str(one), one.lstat().st_size, one.lstat().st_mtime_ns) for one in path.rglob("*")]
    return sorted(entry for entry in found if not Path(entry[0]).is_dir())


def test_the_server_answers_on_after_a_broken_repository(server: Git, repo: Repo) -> None:
    good = repo.path / ".git/HEAD"
    content = good.read_bytes()
    broken_head(repo)
    assert server.error("git_log", repo=str(repo.path))
    good.write_bytes(content)
    assert "Begin" in server.text("git_log", repo=str(repo.path))
