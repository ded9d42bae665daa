"""What is packed here is what git itself would have written."""

from __future__ import annotations

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from servers.git.backup.objects import EXECUTABLE, FILE, LINK, TREE, Objects, name_of
from tests.servers.git.conftest import MakeRepo, Repo

NAMES = st.binary(min_size=1, max_size=6).filter(
    lambda name: not set(name) & set(b"/\0") and name not in (b".", b"..", b".git")
)


@pytest.mark.parametrize("form", ["sha1", "sha256"])
def test_git_takes_the_pack_and_names_its_objects_as_we_do(make_repo: MakeRepo, form: str) -> None:
    repo = make_repo("r", f"--object-format={form}")
    objects = Objects(form)
    big = bytes(range(256)) * 4000
    names = [objects.blob(content) for content in (b"", b"x", b"\r\n\0", big)]
    tree = objects.tree({b"a/b": (FILE, names[1]), b"a.c": (EXECUTABLE, names[0]), b"l": (LINK, names[2])})
    repo.git("unpack-objects", "-q", stdin=objects.pack())
    assert repo.git("cat-file", "blob", names[3]) == big
    listed = repo.text("ls-tree", "-r", tree).split("\n")
    assert listed == [
        f"100755 blob {names[0]}\ta.c",
        f"100644 blob {names[1]}\ta/b",
        f"120000 blob {names[2]}\tl",
    ]
    assert repo.text("fsck", "--strict", "--no-dangling") == ""
    assert name_of(form, "blob", b"x") == names[1]


@settings(max_examples=25)
@given(st.dictionaries(st.lists(NAMES, min_size=1, max_size=3).map(b"/".join), st.binary(max_size=20), max_size=8))
def test_trees_of_any_names_are_sorted_as_git_sorts_them(repo: Repo, found: dict[bytes, bytes]) -> None:
    paths = {path: content for path, content in found.items() if not _is_folder(path, found)}
    objects = Objects("sha1")
    tree = objects.tree({path: (FILE, objects.blob(content)) for path, content in paths.items()})
    repo.git("unpack-objects", "-q", stdin=objects.pack())
    listed = repo.git("ls-tree", "-r", "-z", "--name-only", tree).split(b"\0")
    assert sorted(listed) == sorted([*paths, b""])
    lines = b"".join(b"100644 %b\t%b\0" % (name_of("sha1", "blob", paths[path]).encode(), path) for path in paths)
    (repo.path / ".git/other").unlink(missing_ok=True)
    repo.git("update-index", "-z", "--index-info", stdin=lines, GIT_INDEX_FILE=".git/other")
    if paths:
        assert repo.text("write-tree", GIT_INDEX_FILE=".git/other") == tree


def _is_folder(path: bytes, found: dict[bytes, bytes]) -> bool:
    return any(other.startswith(path + b"/") for other in found)


def test_an_entry_may_be_a_tree_that_is_there_already(repo: Repo) -> None:
    objects = Objects("sha1")
    tree = objects.tree({b"index": (TREE, repo.text("rev-parse", "HEAD^{tree}"))})
    repo.git("unpack-objects", "-q", stdin=objects.pack())
    assert repo.text("ls-tree", "-r", "--name-only", tree).split("\n") == ["index/a.txt", "index/b.txt"]


def test_a_content_is_packed_once_and_forgotten_afterwards() -> None:
    objects = Objects("sha1")
    assert objects.blob(b"x") == objects.blob(b"x")
    assert (len(objects), objects.size) == (1, 1)
    objects.clear()
    assert (len(objects), objects.size) == (0, 0)
