"""On histories made by chance, what the tools report is what git reports."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from servers.git.blame import GitBlame, git_blame
from servers.git.diff import GitDiff, git_diff
from servers.git.log import GitLog, git_log
from servers.git.show import GitShow, git_show
from servers.git.status import GitStatus, git_status
from servers.runtime.call import Call
from servers.runtime.safe.access import Folders
from servers.runtime.safe.names import shown
from servers.runtime.wire import Folder
from tests.servers.git.conftest import Repo, body, head

NAMES = ["a.txt", "b c.txt", "src/x.py", "src/deep/größe", 'quo"te', "tab\there", "b/ b/a", "\udcff\udcfe", "-dash"]
LINES = st.lists(
    st.sampled_from(["one\n", "two\n", "diff --git a/x b/x\n", "@@ -1 +1 @@\n", "größe\r\n", "\\ x\n"]), max_size=12
)
EDIT = st.tuples(st.sampled_from(NAMES), st.one_of(st.none(), LINES, st.just(["\0binary"])))
COMMITS = st.lists(st.lists(EDIT, max_size=4), min_size=1, max_size=4)
FEW = settings(max_examples=12, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])


@contextmanager
def history(commits: list[list[tuple[str, list[str] | None]]]) -> Iterator[tuple[Repo, Call]]:
    """A repository with these commits, and a call that may read it. None removes a file."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(os.path.realpath(folder))
        repo = Repo(place)
        repo.git("init", "-q", "-b", "main")
        for number, edits in enumerate(commits):
            apply(repo, edits)
            repo.git("add", "-A")
            repo.git("commit", "-q", "--allow-empty", "-m", f"Commit {number}")
        call = Call(1)
        call.folders = Folders(1, (Folder(str(place), "read"),))
        yield repo, call


def apply(repo: Repo, edits: list[tuple[str, list[str] | None]]) -> None:
    for name, lines in edits:
        path = repo.path / name
        if lines is None:
            path.unlink(missing_ok=True)
        else:
            repo.write(name, "".join(lines))


def patches(text: str) -> str:
    found = re.search(r"^diff --git ", body(text), re.MULTILINE)
    return body(text)[found.start() :] if found else ""


def plain(raw: bytes) -> str:
    return raw.decode("utf-8", "backslashreplace")


@FEW
@given(COMMITS, st.lists(EDIT, max_size=4), st.booleans())
def test_status_says_what_git_says(
    commits: list[list[tuple[str, list[str] | None]]], edits: list[tuple[str, list[str] | None]], stage: bool
) -> None:
    with history(commits) as (repo, call):
        apply(repo, edits)
        if stage:
            repo.git("add", "-A")
        said = body(git_status(call, GitStatus(untracked="all"))).splitlines()
        fields = iter(os.fsdecode(repo.git("status", "--porcelain", "-z", "-uall")).split("\0"))
        expected: list[str] = []
        for field in fields:
            if field:
                name = shown(field[3:])
                expected.append(field[:3] + (f"{shown(next(fields))} -> {name}" if field[0] == "R" else name))
        assert sorted(said) == sorted(expected)


@FEW
@given(COMMITS, st.lists(EDIT, max_size=4), st.integers(700, 3000))
def test_diffs_are_gits_own_whole_and_by_pages(
    commits: list[list[tuple[str, list[str] | None]]], edits: list[tuple[str, list[str] | None]], size: int
) -> None:
    with history(commits) as (repo, call):
        apply(repo, edits)
        first = f"HEAD~{len(commits) - 1}"
        for given_, cli in ((GitDiff(), []), (GitDiff(from_="HEAD", to=first), ["HEAD", first])):
            expected = plain(repo.git("-c", "core.quotePath=false", "diff", *cli))
            text = str(git_diff(call, given_))
            assert patches(text) == expected
            assert _lines(text) == _lines(str(git_diff(call, msgspec.structs.replace(given_, stat=True))))
            asked = msgspec.structs.replace(given_, max_chars=size)
            text = str(git_diff(call, asked))
            whole = patches(text)
            while "next" in head(text):
                text = str(git_diff(call, msgspec.structs.replace(asked, cursor=head(text)["next"])))
                whole += body(text)
            assert whole == expected


def _lines(text: str) -> list[str]:
    """The list of files."""
    return body(text).split("\n\n", 1)[0].rstrip("\n").split("\n")


@FEW
@given(COMMITS)
def test_log_show_and_blame_say_what_git_says(commits: list[list[tuple[str, list[str] | None]]]) -> None:
    with history(commits) as (repo, call):
        ids = [line.split(" ")[0] for line in body(git_log(call, GitLog(limit=100))).splitlines()]
        assert ids == repo.text("log", "--format=%h").split()
        for oid in ids:
            expected = plain(repo.git("-c", "core.quotePath=false", "show", "--format=", oid))
            assert patches(git_show(call, GitShow(oid))) == expected
        for name in os.fsdecode(repo.git("ls-files", "-z")).split("\0")[:-1]:
            content = repo.git("show", f"HEAD:{name}")
            if b"\0" in content:
                continue
            assert body(git_show(call, GitShow(path=shown(name)))) == plain(content)
            _blame(repo, call, name, content)


def _blame(repo: Repo, call: Call, name: str, content: bytes) -> None:
    if not content:
        return
    mine: list[tuple[str, str]] = []
    oid = ""
    for line in body(git_blame(call, GitBlame(shown(name), rev="HEAD"))).split("\n")[:-1]:
        if line.startswith(" "):
            mine.append((oid, line[8:]))
        else:
            oid = line.split(" ")[0]
    theirs = repo.git("blame", "-l", "-s", "--root", "HEAD", "--", name).split(b"\n")[:-1]
    expected = [(plain(line)[:10], plain(line).split(") ", 1)[1].removesuffix("\r")) for line in theirs]
    assert [(oid, text.removesuffix("\r")) for oid, text in mine] == expected
