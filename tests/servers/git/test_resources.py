"""Files at a revision as resources, and what is offered while a person types."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

import pytest

from servers.git import resources
from servers.runtime.call import Call
from servers.runtime.errors import ToolError
from servers.runtime.resources import BlobContents, TextContents
from tests.servers.git.conftest import Git, MakeCall, MakeRepo, Repo


def test_a_file_at_a_revision(call: Call, repo: Repo) -> None:
    repo.commit("Later", a__txt="changed\n", **{"p.png": b"\x89PNG\0"})
    first = resources.read(call, "repo", "HEAD~1", "a.txt")
    assert isinstance(first, TextContents)
    assert first.text == "one\ntwo\nthree\n"
    picture = resources.read(call, str(repo.path), "HEAD", "p.png")
    assert isinstance(picture, BlobContents)
    assert picture.blob == b"\x89PNG\0"


@pytest.mark.parametrize("path", ["nothing", ".", ".env", "../x"])
def test_what_is_no_file_or_may_not_be_read_is_refused(path: str, call: Call, repo: Repo) -> None:
    repo.commit("Secret", **{".env": "TOKEN"})
    with pytest.raises(ToolError):
        resources.read(call, "repo", "HEAD", path)


def test_a_file_that_is_too_large_is_refused_with_its_size(call: Call, repo: Repo) -> None:
    repo.commit("Big", big="x" * (resources.MAX_BYTES + 1))
    with pytest.raises(ToolError, match="655,361 bytes"):
        resources.read(call, "repo", "HEAD", "big")


def test_repositories_are_offered_by_name_or_path(call: Call, make_repo: MakeRepo) -> None:
    make_repo("alpha")
    one, two = make_repo("x/same"), make_repo("y/same")
    assert resources.complete_repo(call, "", {}) == ["alpha", str(one.path), str(two.path)]
    assert resources.complete_repo(call, "al", {}) == ["alpha"]


def test_branches_and_tags_are_offered(call: Call, repo: Repo) -> None:
    repo.git("branch", "feature/x")
    repo.git("tag", "v1")
    assert set(resources.complete_rev(call, "", {"repo": "repo"})) == {"HEAD", "main", "feature/x", "v1"}
    assert resources.complete_rev(call, "fea", {"repo": "repo"}) == ["feature/x"]
    assert resources.complete_rev(call, "", {"repo": "nothing"}) == []


def test_paths_are_offered_folder_by_folder(make_call: MakeCall, top: Path, repo: Repo) -> None:
    repo.commit("More", **{"src/x.py": "x", "src/.env": "x", "off/y": "y"})
    call = make_call((top, "read"), (repo.path / "off", "off"))
    others = {"repo": "repo", "rev": "HEAD"}
    assert resources.complete_path(call, "", others) == ["a.txt", "b.txt", "src/"]
    assert resources.complete_path(call, "src/", others) == ["src/x.py"]
    assert resources.complete_path(call, "nothing/", others) == []


def test_through_the_server_by_uri(server: Git, repo: Repo) -> None:
    uri = f"git://{quote(str(repo.path), safe='')}/HEAD/a.txt"
    found = server.peer.request("resources/read", {"uri": uri})["result"]["contents"][0]
    assert found["text"] == "one\ntwo\nthree\n"
