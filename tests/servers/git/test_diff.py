"""git_diff: the sides that can be compared, pages, and what is left out."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from servers.git.diff import GitDiff, git_diff
from servers.runtime.call import Call
from servers.runtime.errors import ToolError
from tests.servers.git.conftest import MakeCall, MakeRepo, Repo, body, head


def patch_of(text: str) -> str:
    """The patches of a result, without heading and list."""
    return text.split("\n\n", 1)[1] if "\n\n" in text else ""


def test_the_working_tree_is_compared_with_the_index(call: Call, repo: Repo) -> None:
    repo.write("a.txt", "one\nTWO\nthree\n")
    text = git_diff(call, GitDiff())
    assert head(text) == {
        "repo": str(repo.path),
        "from": "index",
        "to": "working-tree",
        "files": "1",
        "added": "1",
        "removed": "1",
    }
    assert body(text).startswith("M +1 -1 a.txt\n\ndiff --git a/a.txt b/a.txt\n")
    assert patch_of(text) == repo.text("diff") + "\n"


def test_staged_is_the_index_against_head(call: Call, repo: Repo) -> None:
    repo.write("a.txt", "staged\n")
    repo.git("add", "a.txt")
    repo.write("a.txt", "later\n")
    assert patch_of(git_diff(call, GitDiff(staged=True))) == repo.text("diff", "--cached") + "\n"
    assert patch_of(git_diff(call, GitDiff(from_="HEAD"))) == repo.text("diff", "HEAD") + "\n"


@pytest.mark.parametrize(
    ("given", "cli"),
    [
        ({"from_": "HEAD~1", "to": "HEAD"}, ["HEAD~1", "HEAD"]),
        ({"from_": "HEAD~2..HEAD"}, ["HEAD~2..HEAD"]),
        ({"from_": "main...side"}, ["main...side"]),
        ({"from_": "..side"}, ["..side"]),
        ({"from_": "HEAD~2", "to": "HEAD", "paths": ["b.txt"]}, ["HEAD~2", "HEAD", "--", "b.txt"]),
        ({"from_": "HEAD~2", "to": "HEAD", "context": 0}, ["-U0", "HEAD~2", "HEAD"]),
    ],
)
def test_revisions_are_compared_as_git_does(given: dict[str, object], cli: list[str], call: Call, repo: Repo) -> None:
    repo.git("branch", "side")
    repo.commit("Two", a__txt="one\ntwo\nthree\nfour\n")
    repo.commit("Three", b__txt="BETA\n", c__txt="new\n")
    repo.git("switch", "-q", "side")
    repo.commit("Side", d__txt="side\n")
    repo.git("switch", "-q", "main")
    arguments = GitDiff(**given)  # pyright: ignore[reportArgumentType]
    assert patch_of(git_diff(call, arguments)) == repo.text("diff", *cli) + "\n"


def test_nothing_changed_is_an_empty_list(call: Call, repo: Repo) -> None:
    text = git_diff(call, GitDiff())
    assert head(text)["files"] == "0"
    assert body(text) == ""
    assert str(repo.path) in text


def test_before_the_first_commit_what_is_staged_is_shown(call: Call, make_repo: MakeRepo) -> None:
    made = make_repo()
    made.write("a.txt", "one\n")
    made.git("add", "a.txt")
    assert "+one\n" in git_diff(call, GitDiff(staged=True))


def test_a_conflict_is_shown_against_our_side(call: Call, repo: Repo) -> None:
    repo.git("switch", "-q", "-c", "other")
    repo.commit("Theirs", a__txt="one\nTHEIRS\nthree\n")
    repo.git("switch", "-q", "main")
    repo.commit("Ours", a__txt="one\nOURS\nthree\n")
    repo.git("merge", "other", ok=(1,))
    text = git_diff(call, GitDiff())
    assert "U conflict a.txt" in text
    assert "+<<<<<<< HEAD\n" in text
    assert "+THEIRS\n" in text


def pages(call: Call, arguments: GitDiff, most: int = 200) -> list[str]:
    """All pages, one after the other."""
    import msgspec

    found = [str(git_diff(call, arguments))]
    while "next" in head(found[-1]):
        assert len(found) < most
        found.append(str(git_diff(call, msgspec.structs.replace(arguments, cursor=head(found[-1])["next"]))))
    return found


@pytest.mark.parametrize("size", [1000, 2500, 20_000])
def test_pages_put_together_are_the_whole_diff(size: int, call: Call, repo: Repo) -> None:
    for number in range(30):
        repo.write(f"file{number:02}.txt", "".join(f"{number} line {row}\n" for row in range(number * 10)))
    repo.git("add", "-A")
    found = pages(call, GitDiff(staged=True, max_chars=size))
    assert all(len(page) <= size + 600 for page in found)
    whole = patch_of(found[0]) + "".join(body(page) for page in found[1:])
    assert whole == repo.text("diff", "--cached") + "\n"


def test_a_list_of_many_files_is_paged_too(call: Call, repo: Repo) -> None:
    for number in range(300):
        repo.write(f"file{number:03}.txt", f"{number}\n")
    repo.git("add", "-A")
    found = pages(call, GitDiff(staged=True, stat=True, max_chars=2000))
    lines = "".join(body(page) for page in found).splitlines()
    assert lines == [f"A +1 -0 file{number:03}.txt" for number in range(300)]


def test_a_cursor_of_another_state_is_refused(call: Call, repo: Repo) -> None:
    repo.write("a.txt", "x\n" * 3000)
    cursor = head(git_diff(call, GitDiff(max_chars=1000)))["next"]
    repo.write("a.txt", "y\n" * 3001)
    with pytest.raises(ToolError, match="changed meanwhile"):
        git_diff(call, GitDiff(max_chars=1000, cursor=cursor))
    with pytest.raises(ToolError, match="another call"):
        git_diff(call, GitDiff(from_="HEAD", cursor=cursor))
    with pytest.raises(ToolError, match="not one that this server gave"):
        git_diff(call, GitDiff(cursor="nonsense"))


def test_closed_folders_and_secrets_are_left_out_and_counted(make_call: MakeCall, top: Path, repo: Repo) -> None:
    repo.commit("More", **{"closed/plan.txt": "hidden words\n", ".env": "TOKEN=hidden\n", "open.txt": "open\n"})
    repo.git("mv", "open.txt", "closed/open.txt")
    repo.commit("Moved", **{"closed/plan.txt": "hidden again\n", ".env": "TOKEN=hidden2\n", "a.txt": "seen\n"})
    call = make_call((top, "read"), (repo.path / "closed", "off"))
    for arguments in (
        GitDiff(from_="HEAD~1", to="HEAD"),
        GitDiff(from_="HEAD~2", to="HEAD"),
        GitDiff(from_="HEAD~1", stat=True),
    ):
        text = git_diff(call, arguments)
        assert "hidden" not in text
        assert "closed/" not in text
        assert ".env" not in text
        assert "a.txt" in text
        assert '(closed folders or secrets)"' in text
    found = pages(call, GitDiff(from_="HEAD~2", to="HEAD", max_chars=300))
    assert "hidden" not in "".join(found)


def test_lock_files_are_summarised_unless_named(call: Call, repo: Repo) -> None:
    repo.commit("Lock", **{"uv.lock": "package\n" * 100})
    text = git_diff(call, GitDiff(from_="HEAD~1", to="HEAD"))
    assert "A +100 -0 uv.lock" in text
    assert "+package" not in text
    assert "(not shown" in text
    assert text.count("+package") == 0
    assert git_diff(call, GitDiff(from_="HEAD~1", to="HEAD", paths=["uv.lock"])).count("+package") == 100


def test_a_huge_lock_file_hides_nothing_that_follows(call: Call, repo: Repo) -> None:
    repo.commit("Lock", **{"a.lock": "x\n", "uv.lock": "package\n" * 60_000, "z.txt": "last\n"})
    text = git_diff(call, GitDiff(from_="HEAD~1", to="HEAD", max_chars=5000))
    assert "A +60000 -0 uv.lock" in text
    assert text.endswith("+last\n")
    assert "next" not in head(text)


def test_binaries_are_only_counted(call: Call, repo: Repo) -> None:
    repo.commit("Picture", **{"p.png": b"\x89PNG\0\1\2\3"})
    text = git_diff(call, GitDiff(from_="HEAD~1", to="HEAD"))
    assert "A binary p.png" in text
    assert "Binary files /dev/null and b/p.png differ" in text


def test_contents_and_names_of_any_bytes(call: Call, repo: Repo) -> None:
    name = os.fsdecode(b"gr\xfc\xdfe")
    repo.commit("Latin", **{name: b"caf\xe9\r\n"})
    text = git_diff(call, GitDiff(from_="HEAD~1", to="HEAD"))
    assert "A +1 -0 gr\\xfc\\xdfe\n" in text
    assert "+caf\\xe9\r\n" in text


def test_modes_links_and_renames_are_said(call: Call, repo: Repo) -> None:
    (repo.path / "a.txt").chmod(0o755)
    os.symlink("a.txt", repo.path / "link")
    repo.git("mv", "b.txt", "moved.txt")
    repo.git("add", "-A")
    text = git_diff(call, GitDiff(staged=True))
    assert "M a.txt (mode 100644 → 100755)" in text
    assert "A +1 -0 link (symbolic link)" in text
    assert "R100 b.txt -> moved.txt" in text


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (GitDiff(from_="nothing"), "no such revision"),
        (GitDiff(to="HEAD"), "`to` goes with `from`"),
        (GitDiff(from_="HEAD", to="HEAD", staged=True), "not with `staged`"),
        (GitDiff(from_="HEAD:a.txt"), "must be a commit"),
        (GitDiff(from_="HEAD:a.txt", to="HEAD:b.txt"), "must be a commit"),
        (GitDiff(paths=["../x"]), "contains '..'"),
        (GitDiff(paths=["/etc/passwd"]), "no folder that the user granted"),
        (GitDiff(repo="/nowhere"), "no folder that the user granted"),
        (GitDiff(repo="nothing"), "no repository called nothing"),
    ],
)
def test_bad_input_is_a_clear_error(arguments: GitDiff, said: str, call: Call, repo: Repo) -> None:
    with pytest.raises(ToolError, match=said):
        git_diff(call, arguments)
    assert repo.text("status", "--porcelain") == ""


def test_a_blob_cannot_be_compared_by_its_id(call: Call, repo: Repo) -> None:
    repo.commit("Secret", **{".env": "TOKEN=hidden\n"})
    secret, other = repo.text("rev-parse", "HEAD:.env"), repo.text("rev-parse", "HEAD:a.txt")
    with pytest.raises(ToolError, match="no such revision"):
        git_diff(call, GitDiff(from_=other, to=secret))


def test_a_bare_repository_compares_revisions_only(call: Call, repo: Repo, top: Path) -> None:
    repo.commit("Two", a__txt="second\n")
    repo.git("clone", "-q", "--bare", ".", str(top / "store.git"))
    with pytest.raises(ToolError, match="bare repository"):
        git_diff(call, GitDiff("store"))
    assert "+second" in git_diff(call, GitDiff("store", from_="HEAD~1", to="HEAD"))


def test_a_binary_that_was_only_moved_has_no_counts_with_and_without_patches(call: Call, repo: Repo) -> None:
    repo.commit("Picture", **{"p.png": b"\x89PNG\0\1\2\3"})
    repo.git("mv", "p.png", "q.png")
    repo.commit("Move")
    for stat in (False, True):
        assert "R100 p.png -> q.png\n" in git_diff(call, GitDiff(from_="HEAD~1", to="HEAD", stat=stat))
