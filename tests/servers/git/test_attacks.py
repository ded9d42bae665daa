"""Shapes of hostile repositories. Each is shown to fire with plain git first; then no reading tool lets it.

The tools run in this process, so that the kernel's wall (Landlock) cannot hide a hole in the hardening.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from servers.git import resources
from servers.git.blame import GitBlame, git_blame
from servers.git.diff import GitDiff, git_diff
from servers.git.log import GitLog, git_log
from servers.git.show import GitShow, git_show
from servers.git.status import GitStatus, git_status
from servers.git.worktrees import GitWorktrees, git_worktrees
from servers.runtime.call import Call
from servers.runtime.errors import ToolError
from tests.servers.git.conftest import Repo


class Trap:
    """A program that leaves a mark when it is run, and the repository that it is set in."""

    def __init__(self, repo: Repo, place: Path) -> None:
        self.repo = repo
        self.mark = place / "mark"
        self.script = place / "evil.sh"
        self.script.write_text(f"#!/bin/sh\necho run >> '{self.mark}'\ncat 2>/dev/null\nexit 0\n")
        self.script.chmod(0o755)
        self.remote = place / "remote.sh"
        self.remote.write_text(f"#!/bin/sh\necho run >> '{self.mark}'\nexit 1\n")
        self.remote.chmod(0o755)
        self.config = repo.config

    def hook(self, name: str) -> None:
        path = self.repo.write(f".git/hooks/{name}", self.script.read_bytes())
        path.chmod(0o755)

    def attribute(self, line: str) -> None:
        self.repo.write(".gitattributes", line + "\n")

    def touch(self) -> None:
        """Make git look into a.txt again: another time, the same length."""
        self.repo.write("a.txt", "ONE\ntwo\nthree\n")


def fsmonitor(trap: Trap) -> None:
    trap.config("core.fsmonitor", str(trap.script))


def fsmonitor_of_worktree_scope(trap: Trap) -> None:
    trap.config("extensions.worktreeConfig", "true")
    trap.repo.git("config", "--worktree", "core.fsmonitor", str(trap.script))


def fsmonitor_by_include(trap: Trap) -> None:
    trap.repo.write("settings", f"[core]\n\tfsmonitor = {trap.script}\n")
    trap.config("include.path", "../settings")


def fsmonitor_by_conditional_include(trap: Trap) -> None:
    trap.repo.write("settings", f"[core]\n\tfsmonitor = {trap.script}\n")
    trap.config("includeIf.onbranch:main.path", "../settings")


def external_diff(trap: Trap) -> None:
    trap.config("diff.external", str(trap.script))
    trap.touch()


def external_diff_by_attribute(trap: Trap) -> None:
    trap.attribute("*.txt diff=evil")
    trap.config("diff.evil.command", str(trap.script))
    trap.touch()


def textconv(trap: Trap) -> None:
    trap.attribute("*.txt diff=evil")
    trap.config("diff.evil.textconv", str(trap.script))
    trap.touch()


def textconv_by_attributes_file(trap: Trap) -> None:
    trap.repo.write("attributes", "*.txt diff=evil\n")
    trap.config("core.attributesFile", str(trap.repo.path / "attributes"))
    trap.config("diff.evil.textconv", str(trap.script))
    trap.touch()


def textconv_by_info_attributes(trap: Trap) -> None:
    trap.repo.write(".git/info/attributes", "*.txt diff=evil\n")
    trap.config("diff.evil.textconv", str(trap.script))
    trap.touch()


def filter_clean(trap: Trap) -> None:
    trap.config("filter.evil.clean", str(trap.script))
    trap.attribute("*.txt filter=evil")
    trap.touch()


def filter_process(trap: Trap) -> None:
    trap.config("filter.evil.process", str(trap.script))
    trap.attribute("*.txt filter=evil")
    trap.touch()


def filter_in_capitals(trap: Trap) -> None:
    trap.repo.write(
        ".git/config", (trap.repo.path / ".git/config").read_text() + f'[FILTER "Evil"]\n\tCLEAN = {trap.script}\n'
    )
    trap.attribute("*.txt filter=Evil")
    trap.touch()


def required_filter(trap: Trap) -> None:
    filter_clean(trap)
    trap.config("filter.evil.required", "true")


def show_signature(trap: Trap) -> None:
    trap.config("gpg.program", str(trap.script))
    trap.config("log.showSignature", "true")
    tree = trap.repo.text("rev-parse", "HEAD^{tree}")
    signature = "gpgsig -----BEGIN PGP SIGNATURE-----\n \n iQ\n -----END PGP SIGNATURE-----"
    person = "A <a@b> 1700000000 +0000"
    commit = f"tree {tree}\nauthor {person}\ncommitter {person}\n{signature}\n\nsigned\n"
    oid = trap.repo.git("hash-object", "-t", "commit", "-w", "--stdin", stdin=commit.encode()).decode().strip()
    trap.repo.git("update-ref", "HEAD", oid)


def alias(trap: Trap) -> None:
    trap.config("alias.lg", f"!{trap.script}")


def index_hook(trap: Trap) -> None:
    trap.hook("post-index-change")
    later = (trap.repo.path / "a.txt").stat().st_mtime + 10
    os.utime(trap.repo.path / "a.txt", (later, later))


def hooks_path(trap: Trap) -> None:
    hooks = trap.repo.path / "hooks"
    hooks.mkdir()
    (hooks / "post-index-change").write_bytes(trap.script.read_bytes())
    (hooks / "post-index-change").chmod(0o755)
    trap.config("core.hooksPath", "hooks")
    later = (trap.repo.path / "a.txt").stat().st_mtime + 10
    os.utime(trap.repo.path / "a.txt", (later, later))


def submodule_filter(trap: Trap) -> None:
    """A submodule's own settings are read by a git of its own that looks into it."""
    inner = Repo(trap.repo.path / "sub")
    inner.path.mkdir()
    inner.git("init", "-q", "-b", "main")
    inner.commit("Inside", f__txt="inside\n")
    trap.repo.git("add", "sub")
    trap.repo.git("commit", "-q", "-m", "Submodule")
    inner.config("filter.evil.clean", str(trap.script))
    inner.write(".gitattributes", "*.txt filter=evil\n")
    inner.write("f.txt", "INSIDE\n")


def submodule_monitor(trap: Trap) -> None:
    submodule_filter(trap)
    Repo(trap.repo.path / "sub").config("core.fsmonitor", str(trap.script))


def lazy_fetch(trap: Trap) -> None:
    """A partial clone runs its remote's uploadpack to fetch an object that it misses."""
    blob = trap.repo.text("rev-parse", "HEAD:a.txt")
    (trap.repo.path / f".git/objects/{blob[:2]}/{blob[2:]}").unlink()
    trap.config("core.repositoryFormatVersion", "1")
    trap.config("extensions.partialClone", "origin")
    trap.config("remote.origin.url", str(trap.repo.path))
    trap.config("remote.origin.promisor", "true")
    trap.config("remote.origin.uploadpack", str(trap.remote))


def lazy_fetch_by_ssh(trap: Trap) -> None:
    lazy_fetch(trap)
    trap.config("remote.origin.url", "ssh://nowhere/x")
    trap.config("core.sshCommand", str(trap.remote))


def lazy_fetch_by_ext(trap: Trap) -> None:
    lazy_fetch(trap)
    trap.config("protocol.ext.allow", "always")
    trap.config("remote.origin.url", f"ext::{trap.remote}")


Shape = Callable[[Trap], None]
Fire = tuple[str, ...]

SHAPES: list[tuple[Shape, Fire]] = [
    (fsmonitor, ("status",)),
    (fsmonitor_of_worktree_scope, ("status",)),
    (fsmonitor_by_include, ("status",)),
    (fsmonitor_by_conditional_include, ("status",)),
    (external_diff, ("diff",)),
    (external_diff_by_attribute, ("diff",)),
    (textconv, ("diff",)),
    (textconv_by_attributes_file, ("diff",)),
    (textconv_by_info_attributes, ("diff",)),
    (filter_clean, ("diff",)),
    (filter_process, ("diff",)),
    (filter_in_capitals, ("diff",)),
    (required_filter, ("diff",)),
    (show_signature, ("log", "-1")),
    (alias, ("lg",)),
    (index_hook, ("status",)),
    (hooks_path, ("status",)),
    (submodule_filter, ("status",)),
    (submodule_monitor, ("status",)),
    (lazy_fetch, ("show", "HEAD:a.txt")),
    (lazy_fetch_by_ssh, ("show", "HEAD:a.txt")),
    (lazy_fetch_by_ext, ("show", "HEAD:a.txt")),
]


@pytest.fixture
def trap(repo: Repo, tmp_path: Path) -> Trap:
    place = tmp_path / "evil"
    place.mkdir()
    return Trap(repo, place)


def read_everything(call: Call, where: str) -> list[str]:
    """Every reading tool in every form; what they refuse is as good as what they show."""
    asked: list[tuple[Callable[..., object], msgspec.Struct]] = [
        (git_status, GitStatus(where, untracked="all", ignored=True)),
        (git_diff, GitDiff(where)),
        (git_diff, GitDiff(where, from_="HEAD")),
        (git_diff, GitDiff(where, staged=True)),
        (git_diff, GitDiff(where, from_="HEAD", stat=True)),
        (git_diff, GitDiff(where, paths=["a.txt"])),
        (git_log, GitLog(where)),
        (git_log, GitLog(where, all=True, stat=True)),
        (git_log, GitLog(where, paths=["a.txt"], follow=True, stat=True)),
        (git_show, GitShow(repo=where)),
        (git_show, GitShow(repo=where, path=".")),
        (git_show, GitShow(repo=where, path="a.txt")),
        (git_show, GitShow(":0", repo=where, path="a.txt")),
        (git_blame, GitBlame("a.txt", where)),
        (git_blame, GitBlame("a.txt", where, rev="HEAD")),
        (git_worktrees, GitWorktrees(where)),
    ]
    answers: list[str] = []
    for tool, arguments in asked:
        try:
            answers.append(str(tool(call, arguments)))
        except ToolError as error:
            answers.append(error.text)
    with contextlib.suppress(ToolError):
        answers.append(repr(resources.read(call, where, "HEAD", "a.txt")))
    answers += resources.complete_rev(call, "", {"repo": where})
    answers += resources.complete_path(call, "", {"repo": where})
    return answers


@pytest.mark.parametrize(("shape", "fire"), SHAPES, ids=[shape.__name__ for shape, _ in SHAPES])
def test_a_repository_executes_nothing_when_it_is_read(shape: Shape, fire: Fire, trap: Trap, call: Call) -> None:
    shape(trap)
    trap.repo.git(*fire, ok=tuple(range(256)), PAGER="cat")
    assert trap.mark.exists(), "the shape must fire with plain git, or this test proves nothing"
    trap.mark.unlink()
    if "filter" in shape.__name__ or "hook" in shape.__name__:
        trap.repo.write("a.txt", "One\ntwo\nthree\n")  # stat-dirty again: plain git wrote what it saw into the index
    answers = read_everything(call, str(trap.repo.path))
    assert len(answers) > 16
    assert not trap.mark.exists()


def test_what_is_shown_is_what_is_there_although_a_filter_claims_otherwise(trap: Trap, call: Call) -> None:
    filter_clean(trap)
    textconv(trap)
    assert "+ONE" in git_diff(call, GitDiff(str(trap.repo.path), paths=["a.txt"]))


def test_the_users_own_filter_runs(call: Call, repo: Repo, guard: Path) -> None:
    """What the user set for all repositories is theirs to run: large-file storage works so."""
    mark = guard / "mark"
    script = guard / "clean.sh"
    script.write_text(f"#!/bin/sh\necho run >> '{mark}'\ntr a-z A-Z\n")
    script.chmod(0o755)
    (guard / ".gitconfig").write_text(f'[filter "up"]\n\tclean = {script}\n')
    repo.config("filter.up.clean", "false")
    repo.write(".git/info/attributes", "*.txt filter=up\n")
    repo.write("a.txt", "one\ntwo\nthree\nfour\n")
    assert "+FOUR" in git_diff(call, GitDiff(str(repo.path)))
    assert mark.exists()


def test_blame_reads_no_file_that_the_repository_names(call: Call, repo: Repo, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("the secret words\n")
    repo.config("blame.ignoreRevsFile", str(secret))
    assert b"the secret words" not in repo.git("blame", "a.txt", ok=(128,))
    assert "one" in git_blame(call, GitBlame("a.txt", str(repo.path)))


def test_blame_follows_no_link_to_another_file(call: Call, repo: Repo, tmp_path: Path) -> None:
    repo.commit("Deep", **{"dir/file": "inside\n"})
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "file").write_text("the secret words\n")
    (repo.path / "dir/file").unlink()
    (repo.path / "dir").rmdir()
    os.symlink(outside, repo.path / "dir")
    for answer in read_everything(call, str(repo.path)):
        assert "the secret words" not in answer
    with pytest.raises(ToolError, match="Cannot blame"):
        git_blame(call, GitBlame("dir/file", str(repo.path)))


OPTIONS = [
    "--output=OUT",
    "-OOUT",
    "--help",
    "-p",
    "--exec=touch OUT",
    "--no-index",
    "--textconv",
    "--ext-diff",
    "@{-1}--output=OUT",
]


@pytest.mark.parametrize("option", OPTIONS)
def test_nothing_that_is_asked_for_becomes_an_option(option: str, call: Call, repo: Repo, tmp_path: Path) -> None:
    out = tmp_path / "out"
    word = option.replace("OUT", str(out))
    where = str(repo.path)
    asked: list[tuple[Callable[..., object], msgspec.Struct]] = [
        (git_diff, GitDiff(where, from_=word)),
        (git_diff, GitDiff(where, from_="HEAD", to=word)),
        (git_diff, GitDiff(where, from_=f"HEAD..{word}")),
        (git_diff, GitDiff(where, paths=[word])),
        (git_log, GitLog(where, range=word)),
        (git_log, GitLog(where, range=f"HEAD...{word}")),
        (git_log, GitLog(where, author=word, grep=word, since=word, until=word)),
        (git_log, GitLog(where, paths=[word], follow=True)),
        (git_show, GitShow(word, repo=where)),
        (git_show, GitShow(word, repo=where, path="a.txt")),
        (git_show, GitShow(repo=where, path=word)),
        (git_blame, GitBlame(word, where)),
        (git_blame, GitBlame("a.txt", where, rev=word)),
    ]
    for tool, arguments in asked:
        with contextlib.suppress(ToolError):
            assert "usage:" not in str(tool(call, arguments))
    assert not out.exists()


def test_a_branch_and_a_file_with_leading_dashes_can_be_named(call: Call, repo: Repo) -> None:
    where = str(repo.path)
    repo.commit("Odd", **{"--output=x": "odd\n"})
    head = repo.text("rev-parse", "HEAD")
    repo.write(".git/refs/heads/--output=x", head + "\n")
    assert head in git_show(call, GitShow("refs/heads/--output=x", repo=where))
    assert "odd\n" in git_show(call, GitShow(repo=where, path="--output=x"))
    assert "Odd" in git_log(call, GitLog(where, paths=["--output=x"]))
    assert not (repo.path / "x").exists()


@pytest.mark.parametrize("path", [":(top)*", ":/", ":(glob)**", ":!a.txt", ":(exclude)b.txt", "*.txt", "[ab].txt"])
def test_pathspec_magic_is_a_name_like_any_other(path: str, call: Call, repo: Repo) -> None:
    repo.write("a.txt", "changed\n")
    assert "a.txt" not in git_diff(call, GitDiff(str(repo.path), paths=[path]))


@pytest.mark.parametrize("name", ["sub/.git/config", ".GIT/config", "x/.git", ".git ", "git~1/x", ".g\u200cit/config"])
def test_gits_own_files_are_no_paths(name: str, call: Call, repo: Repo) -> None:
    for arguments in (GitShow(repo=str(repo.path), path=name), GitShow(":0", repo=str(repo.path), path=name)):
        with pytest.raises(ToolError):
            git_show(call, arguments)


def test_a_repository_owned_by_somebody_else_is_read_all_the_same(
    call: Call, repo: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    """git refuses it, because its settings might be executed; here they are not."""
    refused = repo.git("status", ok=(128,), GIT_TEST_ASSUME_DIFFERENT_OWNER="1")
    assert refused == b""
    monkeypatch.setattr("servers.git.hardening._KEPT", __import__("re").compile("GIT_TEST_ASSUME_DIFFERENT_OWNER$"))
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    assert "branch=main" in git_status(call, GitStatus(str(repo.path)))
    assert "Begin" in git_log(call, GitLog(str(repo.path)))
