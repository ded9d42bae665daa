"""A token of the vault opens one host over https for git, and is seen by nobody else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from servers.git.fetch import git_fetch
from servers.git.push import git_push
from servers.git.server import server as git_server
from servers.runtime.call import Call
from servers.runtime.errors import ToolError
from servers.runtime.gateway import Gateway, GatewayRefusalError
from tests.fakes.certificates import for_loopback
from tests.fakes.git_http import GitServer
from tests.servers.git.changing import Hands
from tests.servers.git.conftest import Repo
from tests.servers.git.remoting import Pair, cloned, hands_with

TOKEN = "ghp_0123456789abcdefghij"
OPENS = f"x-access-token:{TOKEN}"


class Keeper(Gateway):
    """A gateway that gives what it is told to; `asked` are the names that it was asked for."""

    def __init__(self) -> None:
        super().__init__(lambda _line: None)
        self.value: str | None = TOKEN
        self.refusal = ""
        self.asked: list[str] = []

    def secret(self, name: str, seconds: float = 0) -> str | None:
        self.asked.append(name)
        if self.refusal:
            raise GatewayRefusalError(self.refusal)
        return self.value


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return for_loopback(tmp_path_factory.mktemp("certificate"))


@pytest.fixture
def settings(guard: Path, certificate: Path) -> Path:
    """The user's own settings of git, which trust the certificate."""
    path = guard / ".gitconfig"
    path.write_text(f"[http]\n\tsslCAInfo = {certificate}\n")
    return path


@pytest.fixture
def keeper(monkeypatch: pytest.MonkeyPatch) -> Keeper:
    keeper = Keeper()
    monkeypatch.setattr(git_server, "gateway", keeper)
    return keeper


@pytest.fixture
def pair(repo: Repo, tmp_path: Path, certificate: Path) -> Iterator[Pair]:
    """A clone over https of a server that wants the token."""
    with cloned(repo, tmp_path / "outside", certificate) as pair:
        pair.server.wants = OPENS
        pair.other.git("remote", "set-url", "origin", str(pair.there.path))
        yield pair


def host(server: GitServer) -> str:
    return f"127.0.0.1:{server.server_address[1]}"


@pytest.fixture
def hands(call: Call, pair: Pair, top: Path, settings: Path, keeper: Keeper) -> Hands:
    call.tokens = {host(pair.server): "github"}
    return hands_with(call, pair.here, top, "remote")


def test_a_fetch_and_a_push_show_the_token_to_its_host(hands: Hands, pair: Pair, keeper: Keeper) -> None:
    made = pair.publish("Second", c__txt="c\n")
    hands.do(git_fetch)
    assert pair.here.text("rev-parse", "origin/main") == made
    pair.here.git("reset", "-q", "--hard", made)
    pushed = pair.here.commit("Third", d__txt="d\n")
    hands.do(git_push)
    assert pair.there.text("rev-parse", "main") == pushed
    assert set(keeper.asked) == {"github"}
    assert set(pair.server.shown) == {"", OPENS}


@pytest.mark.parametrize(
    ("value", "user", "shown"),
    [
        (TOKEN, "", OPENS),
        (TOKEN, "ursula@", f"ursula:{TOKEN}"),
        (f"bot:{TOKEN}", "", f"bot:{TOKEN}"),
    ],
    ids=["a token", "a name in the address", "a name in the secret"],
)
def test_the_name_beside_the_token(hands: Hands, pair: Pair, keeper: Keeper, value: str, user: str, shown: str) -> None:
    keeper.value, pair.server.wants = value, shown
    pair.here.git("remote", "set-url", "origin", pair.server.url("there.git").replace("://", f"://{user}"))
    hands.do(git_fetch)
    assert pair.server.shown[-1] == shown


def test_nobody_is_asked_for_a_token_where_the_other_side_wants_none(hands: Hands, pair: Pair, keeper: Keeper) -> None:
    pair.server.wants = ""
    hands.do(git_fetch)
    assert keeper.asked == []


def test_a_host_without_a_token_gets_none(hands: Hands, pair: Pair, keeper: Keeper) -> None:
    hands.call.tokens = {"127.0.0.1": "github", "other.example": "github"}
    with pytest.raises(ToolError, match=r"git has nothing to show.*\[servers.git.tokens\]"):
        hands.do(git_fetch)
    assert keeper.asked == []
    assert set(pair.server.shown) == {""}


def test_without_the_switch_nothing_is_asked(call: Call, pair: Pair, top: Path, settings: Path, keeper: Keeper) -> None:
    call.tokens = {host(pair.server): "github"}
    with pytest.raises(ToolError, match="may not speak to other computers"):
        hands_with(call, pair.here, top).do(git_fetch)
    assert (keeper.asked, pair.server.requests) == ([], [])


def test_http_gets_no_token_not_even_here(call: Call, repo: Repo, top: Path, tmp_path: Path, keeper: Keeper) -> None:
    with cloned(repo, tmp_path / "plain") as pair:
        pair.server.wants = OPENS
        call.tokens = {host(pair.server): "github"}
        with pytest.raises(ToolError, match="nothing to show"):
            hands_with(call, repo, top, "remote").do(git_fetch)
        assert keeper.asked == []


@pytest.mark.parametrize("scheme", ["https", "http"])
def test_a_redirect_takes_the_token_to_no_other_server(
    hands: Hands, pair: Pair, tmp_path: Path, certificate: Path, scheme: str
) -> None:
    elsewhere = GitServer(tmp_path / "outside", certificate if scheme == "https" else None)
    try:
        elsewhere.wants = OPENS
        pair.server.moved_to = elsewhere.url("").rstrip("/")
        with pytest.raises(ToolError):
            hands.do(git_fetch)
        assert set(elsewhere.shown) <= {""}
        assert set(pair.server.shown) == {""}
    finally:
        elsewhere.close()


def test_a_token_that_is_not_taken_is_named_and_not_shown(hands: Hands, pair: Pair, keeper: Keeper) -> None:
    keeper.value = "ghp_old"
    with pytest.raises(
        ToolError, match=r"did not take the token in the secret github.*doorkeep secrets set github"
    ) as told:
        hands.do(git_fetch)
    assert "ghp_old" not in told.value.text
    assert pair.server.shown[-1] == "x-access-token:ghp_old"


@pytest.mark.parametrize(
    ("value", "refusal", "words"),
    [
        (None, "", "no secret github in the keychain.*doorkeep secrets set github"),
        ("two\nlines", "", "has a line end"),
        (TOKEN, "The keychain is locked.", "could not be had: The keychain is locked"),
    ],
)
def test_what_keeps_a_token_back_is_said(
    hands: Hands, keeper: Keeper, value: str | None, refusal: str, words: str
) -> None:
    keeper.value, keeper.refusal = value, refusal
    with pytest.raises(ToolError, match=words):
        hands.do(git_fetch)


def test_the_users_own_helpers_do_not_keep_the_token(hands: Hands, settings: Path, guard: Path) -> None:
    marker = guard / "told"
    with settings.open("a") as file:
        file.write(f'[credential]\n\thelper = store\n\thelper = "!cat >> {marker} ; true"\n')
    hands.do(git_fetch)
    assert not (guard / ".git-credentials").exists()
    assert not marker.exists()


def test_a_helper_of_the_repository_hears_nothing(hands: Hands, pair: Pair, tmp_path: Path) -> None:
    marker = tmp_path / "told"
    place = f"https://{host(pair.server)}"
    for key in ("credential.helper", f"credential.{place}.helper", f"credential.{place}/there.git.helper"):
        pair.here.git("config", "--add", key, f"!cat >> {marker} ; true")
    hands.do(git_fetch)
    assert pair.server.shown[-1] == OPENS
    assert not marker.exists()


def test_a_hook_finds_the_token_nowhere_and_gets_no_second_one(
    call: Call, hands: Hands, pair: Pair, top: Path, keeper: Keeper, tmp_path: Path
) -> None:
    place = host(pair.server)
    seen = tmp_path / "seen"
    hook = pair.here.write(
        ".git/hooks/pre-push",
        f"#!/bin/sh\nexec > {seen} 2>&1\nenv\nprintf 'protocol=https\\nhost={place}\\n\\n' | git credential fill\nexit 0\n",
    )
    hook.chmod(0o755)
    pair.here.commit("Second", c__txt="c\n")
    hands_with(call, pair.here, top, "remote", "hooks").do(git_push)
    found = seen.read_text()
    assert f"credential.https://{place}.helper" in found
    assert TOKEN not in found
    assert "password=" not in found
    assert len(keeper.asked) == 1


def test_a_certificate_is_looked_at_even_where_the_user_told_git_not_to(
    hands: Hands, pair: Pair, settings: Path, keeper: Keeper
) -> None:
    settings.write_text("[http]\n\tsslVerify = false\n")
    with pytest.raises(ToolError, match="certificate"):
        hands.do(git_fetch)
    assert (keeper.asked, pair.server.shown) == ([], [])


def test_without_a_gateway_there_are_no_tokens(hands: Hands, pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(git_server, "gateway", None)
    with pytest.raises(ToolError, match="nothing to show"):
        hands.do(git_fetch)
    assert set(pair.server.shown) == {""}
