"""git_blame: each line with the commit it comes from."""

from __future__ import annotations

import pytest

from servers.git.blame import GitBlame, git_blame
from servers.runtime.call import Call
from servers.runtime.errors import ToolError
from tests.servers.git.conftest import Repo, body, head


def test_runs_of_lines_come_with_their_commit(call: Call, repo: Repo) -> None:
    first = repo.text("rev-parse", "HEAD")[:10]
    second = repo.commit("Change two", a__txt="one\nTWO\nthree\n")[:10]
    assert body(git_blame(call, GitBlame("a.txt"))).splitlines() == [
        f"{first} 2026-01-02 03:04 Alice: Begin",
        "     1  one",
        f"{second} 2026-01-02 03:04 Alice: Change two",
        "     2  TWO",
        f"{first} 2026-01-02 03:04 Alice: Begin",
        "     3  three",
    ]


def test_lines_not_committed_yet_are_said_unless_a_revision_is_asked(call: Call, repo: Repo) -> None:
    repo.write("a.txt", "one\ntwo\nthree\nfour\n")
    assert body(git_blame(call, GitBlame("a.txt"))).endswith("not committed yet\n     4  four\n")
    assert "four" not in git_blame(call, GitBlame("a.txt", rev="HEAD"))


def test_some_lines(call: Call, repo: Repo) -> None:
    text = git_blame(call, GitBlame("a.txt", start=2, lines=1))
    assert head(text)["lines"] == "2-2"
    assert body(text).endswith("     2  two\n")
    assert "one" not in text
    assert str(repo.path) in text


def test_the_page_ends_before_it_is_too_long(call: Call, repo: Repo) -> None:
    repo.commit("Big", big__txt="".join(f"line {row}\n" for row in range(3000)))
    text = git_blame(call, GitBlame("big.txt", lines=3000, max_chars=2000))
    assert len(text) < 2100
    last = int(head(text)["lines"].split("-")[1])
    assert body(text).endswith(f"{last:>6}  line {last - 1}\n")


def test_texts_of_any_bytes_and_ends(call: Call, repo: Repo) -> None:
    repo.commit("Odd", odd__txt=b"caf\xe9\r\nlast")
    assert body(git_blame(call, GitBlame("odd.txt"))).splitlines()[1:] == ["     1  caf\\xe9", "     2  last"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (GitBlame("nothing.txt"), "there is no such file"),
        (GitBlame("nothing.txt", rev="HEAD"), "no such path"),
        (GitBlame("a.txt", rev="nothing"), "no such revision"),
        (GitBlame("a.txt", start=99), "has only 3 lines"),
        (GitBlame(".env"), "Cannot read"),
        (GitBlame("../x"), "contains '..'"),
    ],
)
def test_bad_input_is_a_clear_error(arguments: GitBlame, said: str, call: Call, repo: Repo) -> None:
    with pytest.raises(ToolError, match=said):
        git_blame(call, arguments)
    assert repo.path.exists()
