import os
from pathlib import Path

import pytest

from servers.filesystem import walk
from servers.filesystem.walk import Walk, Way
from servers.runtime.call import Call
from servers.runtime.errors import Cancelled
from servers.runtime.safe.opening import open_folder
from tests.servers.conftest import MakeCall


def walked(call: Call, top: Path, way: Way | None = None) -> list[str]:
    with open_folder(call.folders, str(top)) as opened:
        out: list[str] = []
        for found in Walk(call, call.folders, opened, way or Way()):
            out += [found.prefix + name for name in found.files] + [f"{found.prefix}{name}/" for name in found.folders]
        return sorted(out)


def make(top: Path, *paths: str) -> None:
    for path in paths:
        if path.endswith("/"):
            (top / path).mkdir(parents=True, exist_ok=True)
        else:
            (top / path).parent.mkdir(parents=True, exist_ok=True)
            (top / path).write_text("x")


def descriptors() -> int:
    return len(os.listdir("/proc/self/fd"))


def test_everything_below_is_met_once(call: Call, top: Path) -> None:
    make(top, "a", "b/c", "b/d/e", "f/")
    assert walked(call, top) == ["a", "b/", "b/c", "b/d/", "b/d/e", "f/"]


def test_links_are_met_and_never_followed(call: Call, top: Path, tmp_path: Path) -> None:
    make(tmp_path, "out/secret")
    (top / "link").symlink_to(tmp_path / "out")
    (top / "loop").symlink_to(top)
    assert walked(call, top) == ["link", "loop"]


def test_hidden_names_can_be_left_out(call: Call, top: Path) -> None:
    make(top, ".h/x", ".i", "a")
    assert walked(call, top, Way(hidden=False)) == ["a"]


def test_ignored_names_are_left_out_with_all_below_them(call: Call, top: Path) -> None:
    make(top, "keep", "build/x", "sub/a.log", "sub/keep.log", "sub/deep/b.log")
    (top / ".gitignore").write_text("build/\n*.log\n")
    (top / "sub/.gitignore").write_text("!keep.log\n")
    assert walked(call, top) == [".gitignore", "keep", "sub/", "sub/.gitignore", "sub/deep/", "sub/keep.log"]
    assert "build/x" in walked(call, top, Way(ignored=True))


def test_ignore_files_above_the_top_count_down_from_the_granted_folder(call: Call, top: Path) -> None:
    make(top, "a/b/x.log", "a/b/skip/y", "a/b/z")
    (top / ".gitignore").write_text("*.log\n/a/b/skip\n")
    assert walked(call, top / "a/b") == ["z"]


def test_a_repository_below_has_its_own_rules_only(call: Call, top: Path) -> None:
    make(top, "inner/.git/", "inner/x.log")
    (top / ".gitignore").write_text("*.log\n")
    assert walked(call, top) == [".gitignore", "inner/", "inner/.git/", "inner/x.log"]


def test_an_ignore_file_that_is_a_link_or_a_pipe_says_nothing(call: Call, top: Path, tmp_path: Path) -> None:
    (tmp_path / "rules").write_text("*\n")
    make(top, "a/x", "b/x")
    (top / "a/.gitignore").symlink_to(tmp_path / "rules")
    os.mkfifo(top / "b/.gitignore")
    assert walked(call, top) == ["a/", "a/.gitignore", "a/x", "b/", "b/.gitignore", "b/x"]


def test_the_inside_of_a_repository_is_met_only_with_what_is_ignored(call: Call, top: Path) -> None:
    make(top, ".git/config", "a")
    assert walked(call, top) == [".git/", "a"]
    assert walked(call, top, Way(ignored=True)) == [".git/", ".git/config", "a"]


def test_folders_that_are_closed_or_hold_secrets_are_not_entered(make_call: MakeCall, top: Path) -> None:
    make(top, "off/x", ".ssh/id_rsa", "a/.aws/credentials", "ok/x")
    call = make_call((top, "write"), (top / "off", "off"))
    assert walked(call, top) == [".ssh/", "a/", "a/.aws/", "off/", "ok/", "ok/x"]


def test_depth_is_kept(call: Call, top: Path) -> None:
    make(top, "a/b/c/d")
    assert walked(call, top, Way(depth=1)) == ["a/", "a/b/"]


def test_the_walk_may_be_kept_out_of_folders(call: Call, top: Path) -> None:
    make(top, "a/x", "b/x")
    assert walked(call, top, Way(skip=lambda _name, path: path == "a")) == ["a/", "b/", "b/x"]


def test_files_that_are_being_written_are_not_shown(call: Call, top: Path) -> None:
    make(top, ".doorkeep-0123456789abcdef.tmp", ".doorkeep-other")
    assert walked(call, top) == [".doorkeep-other"]


def test_a_tree_deeper_than_the_limit_is_counted_not_walked(
    call: Call, top: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(walk, "MAX_DEPTH", 5)
    make(top, "/".join("abcdefghij"))
    with open_folder(call.folders, str(top)) as opened:
        tree = Walk(call, call.folders, opened, Way(depth=5))
        assert len(list(tree)) == 6
    assert tree.too_deep == 1


def test_no_descriptor_is_left_open_however_the_walk_ends(call: Call, top: Path) -> None:
    make(top, "a/b/c/x", "d/x")
    walked(call, top)
    before = descriptors()
    walked(call, top)
    with open_folder(call.folders, str(top)) as opened:
        for found in Walk(call, call.folders, opened, Way()):
            if found.prefix == "a/b/":
                break
        rest = iter(Walk(call, call.folders, opened, Way()))
        assert [next(rest).prefix for _ in range(4)] == ["", "a/", "a/b/", "a/b/c/"]
        del rest
    assert descriptors() == before


def test_a_cancelled_call_ends_the_walk(call: Call, top: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(walk, "_CHECK_EVERY", 1)
    make(top, "a/", "b/")
    call.cancel()
    with pytest.raises(Cancelled):
        walked(call, top)


def test_a_folder_moved_away_in_mid_walk_is_noticed(call: Call, top: Path, tmp_path: Path) -> None:
    make(top, "a/x")
    with open_folder(call.folders, str(top)) as opened:
        for found in Walk(call, call.folders, opened, Way()):
            if found.prefix == "a/":
                assert found.still_here()
                (top / "a").rename(tmp_path / "elsewhere")
                assert not found.still_here()


def test_an_unreadable_folder_is_counted(call: Call, top: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("root reads every folder")
    make(top, "locked/x", "a")
    (top / "locked").chmod(0)
    try:
        with open_folder(call.folders, str(top)) as opened:
            tree = Walk(call, call.folders, opened, Way())
            assert [found.prefix for found in tree] == [""]
        assert tree.unreadable == 1
    finally:
        (top / "locked").chmod(0o700)
