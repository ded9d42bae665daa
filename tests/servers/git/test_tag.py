"""git_tag lists, makes and deletes tags as git does; only the user's own settings sign."""

from __future__ import annotations

from pathlib import Path

import pytest

from servers.git.tag import git_tag
from servers.runtime.call import Call
from servers.runtime.errors import ToolError
from tests.servers.git.changing import Hands, everything
from tests.servers.git.conftest import MakeCall, Repo, head


@pytest.fixture
def hands(call: Call, repo: Repo, identity: Path) -> Hands:
    return Hands(call, repo)


def test_a_plain_tag_and_one_with_a_message(hands: Hands, repo: Repo) -> None:
    hands.tag("create", "v1")
    hands.tag("create", "v2", message="Second\n\nwith -m and ä")
    assert repo.text("cat-file", "-t", "v1") == "commit"
    assert repo.text("for-each-ref", "--format=%(taggername)|%(contents)", "refs/tags/v2").startswith(
        "Ursula|Second\n\nwith -m"
    )


def test_tags_are_listed_newest_first(hands: Hands, repo: Repo) -> None:
    hands.tag("create", "old")
    hands.tag("create", "new", message="Words")
    text = hands.tag()
    assert head(text)["tags"] == "2"
    lines = text.split("\n")[1:]
    commit = repo.text("rev-parse", "--short=10", "HEAD")
    assert lines[0].startswith(f"new {commit} ")
    assert lines[0].endswith("(annotated) Words")
    assert lines[1].startswith(f"old {commit} ")
    assert "more=" in hands.tag(limit=1).split("\n")[0]


def test_a_tag_is_moved_only_by_force(hands: Hands, repo: Repo) -> None:
    hands.tag("create", "v1")
    repo.commit("Second", c__txt="c\n")
    with pytest.raises(ToolError, match="exists already"):
        hands.tag("create", "v1")
    hands.tag("create", "v1", force=True)
    assert repo.text("rev-parse", "v1") == repo.text("rev-parse", "HEAD")


def test_a_repository_that_wants_all_tags_signed_is_not_obeyed(hands: Hands, repo: Repo, tmp_path: Path) -> None:
    marker = tmp_path / "ran"
    program = tmp_path / "gpg"
    program.write_text(f"#!/bin/sh\ntouch {marker}\nexit 1\n")
    program.chmod(0o755)
    repo.config("tag.gpgSign", "true")
    repo.config("tag.forceSignAnnotated", "true")
    repo.config("gpg.program", str(program))
    repo.git("tag", "-m", "x", "plain", ok=(128,))
    assert marker.exists(), "plain git does run it"
    marker.unlink()
    hands.tag("create", "v1", message="x")
    hands.tag("create", "v2")
    assert not marker.exists()


def test_one_who_signs_all_tags_signs_these_too(hands: Hands, repo: Repo, identity: Path, tmp_path: Path) -> None:
    program = tmp_path / "gpg"
    program.write_text("#!/bin/sh\ncat >/dev/null\nprintf '\\n[GNUPG:] SIG_CREATED ' >&2\nprintf 'SIGNED\\n'\n")
    program.chmod(0o755)
    with identity.open("a") as file:
        file.write(f"[tag]\n\tgpgSign = true\n[gpg]\n\tprogram = {program}\n")
    hands.tag("create", "v1", message="x")
    assert "SIGNED" in repo.text("cat-file", "tag", "v1")
    hands.tag("create", "plain")
    assert repo.text("cat-file", "-t", "plain") == "commit"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"action": "create", "name": ""}, "cannot be the name"),
        ({"action": "create", "name": "-d"}, "cannot be the name"),
        ({"action": "create", "name": "a b"}, "cannot be the name"),
        ({"action": "create", "name": "x", "rev": "none"}, "There is no commit none"),
        ({"action": "create", "name": "x", "rev": "-f"}, "begins with '-'"),
        ({"action": "delete", "name": "none"}, "There is no tag none"),
    ],
)
def test_what_cannot_be_done_is_said(hands: Hands, repo: Repo, arguments: dict[str, object], words: str) -> None:
    before = everything(repo)
    with pytest.raises(ToolError, match=words):
        hands.do(git_tag, **arguments)
    assert everything(repo) == before


def test_listing_needs_no_right_to_change(make_call: MakeCall, repo: Repo) -> None:
    assert Hands(make_call((repo.path, "read")), repo).tag() == "tags=0"
