"""git speaks only to remotes that the user has set up, over https and ssh, and only where that was turned on."""

from __future__ import annotations

from pathlib import Path

import pytest

from servers.git.remotes import checked, remote
from servers.git.repository import find
from servers.runtime.call import Call
from servers.runtime.errors import ToolError
from servers.runtime.safe.access import Folders
from servers.runtime.wire import Folder, GitSwitch
from tests.servers.git.conftest import MakeCall, Repo


@pytest.fixture
def online(make_call: MakeCall, top: Path) -> Call:
    return switched_on(make_call((top, "write")), top, "remote")


def switched_on(call: Call, path: Path, *git: GitSwitch) -> Call:
    """The call, with what git may do in its only folder."""
    call.folders = Folders(1, (Folder(str(path), "write", git=git),), asked=call.folders.asked)
    return call


@pytest.mark.parametrize(
    ("address", "place", "protocols"),
    [
        ("https://example.org/a.git", "https://example.org/a.git", "https"),
        ("https://user:token@example.org/a.git", "https://example.org/a.git", "https"),
        ("ssh://git@example.org:22/a.git", "ssh://example.org/a.git", "ssh"),
        ("git@example.org:a/b.git", "example.org:a/b.git", "ssh"),
        ("example.org:a", "example.org:a", "ssh"),
        ("http://127.0.0.1:8000/a", "http://127.0.0.1/a", "http"),
        ("http://localhost/a", "http://localhost/a", "http"),
        ("http://[::1]:8000/a", "http://::1/a", "http"),
    ],
)
def test_addresses_of_https_and_ssh_pass_without_names_and_tokens(address: str, place: str, protocols: str) -> None:
    assert checked(address, "fetch") == (place, protocols)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "/srv/a.git",
        "../a.git",
        "file:///srv/a.git",
        "C:\\a",
        "ext::sh -c touch%20/tmp/x",
        "ext::ssh:x",
        "fd::3",
        "transport::https://example.org",
        "git://example.org/a",
        "ftp://example.org/a",
        "http://example.org/a",
        "http://127.0.0.1.example.org/a",
        "http://localhost.example.org/a",
        "ssh://-oProxyCommand=touch/a",
        "ssh://git@-oProxyCommand=x/a",
        "ssh://example.org/-x",
        "-oProxyCommand=x:a",
        "git@-oProxyCommand=x:a",
        "example.org:-x",
        "https:///a",
        "https://[bad/a",
        "EXT::sh",
        "host::path",
    ],
)
def test_no_other_address_passes(address: str) -> None:
    with pytest.raises(ToolError, match="only by https and ssh"):
        checked(address, "fetch")


def test_nothing_is_spoken_to_unless_it_was_turned_on(call: Call, repo: Repo) -> None:
    repo.config("remote.origin.url", "https://example.org/a")
    with pytest.raises(ToolError, match=r"doorkeep folders set .* --git remote"):
        remote(call, find(call, str(repo.path)), "origin", "fetch")


@pytest.mark.parametrize(
    "name", ["", "-x", "--upload-pack=x", "https://example.org/a", "a..b", "a b", "ext::sh", "../x"]
)
def test_only_a_name_is_a_remote(online: Call, repo: Repo, name: str) -> None:
    with pytest.raises(ToolError, match="must be the name of a remote"):
        remote(online, find(online, str(repo.path)), name, "fetch")


def test_an_unknown_remote_is_said_with_those_there_are(online: Call, repo: Repo) -> None:
    repo.config("remote.origin.url", "https://example.org/a")
    with pytest.raises(ToolError, match=r"no remote upstream\. The user has set up: origin"):
        remote(online, find(online, str(repo.path)), "upstream", "fetch")


def test_a_repository_does_not_redirect_addresses_but_its_user_may(online: Call, repo: Repo, identity: Path) -> None:
    repo.config("remote.origin.url", "https://example.org/a")
    with identity.open("a") as file:
        file.write('[url "git@example.org:"]\n\tinsteadOf = https://example.org/\n')
    assert remote(online, find(online, str(repo.path)), "origin", "fetch").place == "example.org:a"
    repo.config("url.https://evil.example/.insteadOf", "https://example.org/")
    with pytest.raises(ToolError, match="insteadOf"):
        remote(online, find(online, str(repo.path)), "origin", "fetch")


def test_the_address_for_pushing_is_judged_for_itself(online: Call, repo: Repo) -> None:
    repo.config("remote.origin.url", "https://example.org/a")
    repo.config("remote.origin.pushurl", "ext::sh -c x")
    found = find(online, str(repo.path))
    assert remote(online, found, "origin", "fetch").place == "https://example.org/a"
    with pytest.raises(ToolError, match="only by https and ssh"):
        remote(online, found, "origin", "push", push=True)


def test_a_remote_of_several_addresses_is_left_to_the_user(online: Call, repo: Repo) -> None:
    repo.config("remote.origin.url", "https://example.org/a")
    repo.git("config", "--add", "remote.origin.url", "https://example.org/b")
    with pytest.raises(ToolError, match="has 2 addresses"):
        remote(online, find(online, str(repo.path)), "origin", "fetch")
