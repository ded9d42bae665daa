"""Signing in, against a real login server: every way in, and every way in which it fails, in words."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any, cast

import pytest

from servers.remote import signing_in
from servers.remote.signing_in import SignInError
from servers.remote.told import Told
from tests.fakes import login_server
from tests.fakes.login_server import LoginServer, browse, redirect_of
from tests.fakes.private_line import Remote, Secrets

Sign = Callable[..., Remote]


@pytest.fixture(scope="module")
def login() -> Iterator[LoginServer]:
    with login_server.running() as found:
        yield found


@pytest.fixture(autouse=True)
def as_it_was(login: LoginServer) -> Iterator[None]:
    yield
    login.set(lives="3600", deny="", down="", absent="", wide="", open="")


@pytest.fixture
def secrets() -> Secrets:
    return Secrets()


@pytest.fixture
def sign(login: LoginServer, secrets: Secrets) -> Iterator[Sign]:
    """Starts a process that signs in; it ends with the test, and has said nothing on stderr."""
    made: list[Remote] = []

    def start(deed: str = "--sign-in", **told: Any) -> Remote:
        made.append(Remote(secrets, told.pop("url", login.url), deed, sign_in="oauth-far", **told))
        return made[-1]

    yield start
    assert [one.end()[1] for one in made] == [b""] * len(made)


def address(remote: Remote) -> str:
    """Where the user is sent."""
    message = remote.next()
    assert message["method"] == "doorkeep/sign_in_at", message
    return message["params"]["url"]


def outcome(remote: Remote) -> tuple[bool, str]:
    """Whether it succeeded, and its words."""
    message = remote.next()
    return message["method"] == "doorkeep/signed", message["params"]["words"]


def test_a_sign_in_is_kept_as_one_secret(login: LoginServer, sign: Sign, secrets: Secrets) -> None:
    remote = sign()
    status, page = browse(address(remote))
    assert (status, "You can close this page" in page) == (200, True)
    assert outcome(remote) == (True, "Signed in to 127.0.0.1.")
    assert remote.process.wait(60) == 0
    kept = secrets.sign_in()
    assert kept["access_token"].startswith("access-")
    assert kept["refresh_token"].startswith("refresh-")
    assert kept["resource"] == login.url
    assert kept["revocation_endpoint"] == f"{login.base}/revoke"
    assert list(secrets.kept) == ["oauth-far"]
    seen = login.seen()
    assert seen["registered"][-1] == "Doorkeep"
    assert seen["resources"][-1] == login.url


def test_a_refusal_is_said_on_the_page_and_here(login: LoginServer, sign: Sign, secrets: Secrets) -> None:
    login.set(deny="1")
    remote = sign()
    _status, page = browse(address(remote))
    assert "The sign-in was refused" in page
    assert outcome(remote) == (False, "127.0.0.1 refused the sign-in: you, or its rules, said no.")
    assert secrets.kept == {}
    assert remote.process.wait(60) == 1


def test_an_answer_with_another_state_changes_nothing_and_the_right_one_is_still_taken(sign: Sign) -> None:
    remote = sign()
    where = address(remote)
    back = redirect_of(where)
    for wrong in ("?code=stolen&state=wrong", "?code=stolen", "?error=access_denied", "?state=&code=x", ""):
        status, page = browse(back + wrong)
        assert (status, "another sign-in" in page) == (400, True)
    assert browse(back.replace("/callback", "/"))[0] == 404
    browse(where)
    assert outcome(remote)[0]


def test_an_older_sign_in_is_replaced(sign: Sign, secrets: Secrets) -> None:
    for _ in range(2):
        before = secrets.kept.get("oauth-far")
        remote = sign()
        browse(address(remote))
        assert outcome(remote)[0]
        assert secrets.kept["oauth-far"] != before


def test_a_server_without_discovery_is_asked_at_its_usual_places(
    login: LoginServer, sign: Sign, secrets: Secrets
) -> None:
    login.set(absent="/.well-known/oauth-protected-resource,/.well-known/oauth-authorization-server")
    remote = sign()
    browse(address(remote))
    assert outcome(remote)[0]
    assert secrets.sign_in()["token_endpoint"] == f"{login.base}/token"
    assert "resource" not in secrets.sign_in()


def test_where_programs_cannot_register_the_way_out_is_said(login: LoginServer, sign: Sign) -> None:
    login.set(absent="/register")
    found, words = outcome(sign())
    assert not found
    assert "takes no new programs by itself" in words
    assert "client_id" in words


def test_a_client_that_was_registered_by_hand_is_used(login: LoginServer, sign: Sign, secrets: Secrets) -> None:
    login.set(absent="/register")
    secrets.kept["id"] = "a-secret-of-the-client"
    remote = sign(oauth={"client_id": "by-hand", "client_secret": "secret:id"})
    browse(address(remote))
    assert outcome(remote)[0]
    assert login.seen()["clients"][-1] == "by-hand"
    assert secrets.sign_in()["method"] == "client_secret_post"


def test_what_the_settings_ask_for_is_asked_for_beside_what_the_server_names(login: LoginServer, sign: Sign) -> None:
    remote = sign(oauth={"scope": "more"})
    browse(address(remote))
    assert outcome(remote)[0]
    assert set(login.seen()["scopes"][-1].split()) == {"use", "more"}


def test_rights_that_were_found_missing_are_asked_for(login: LoginServer, sign: Sign, secrets: Secrets) -> None:
    secrets.kept["oauth-far"] = json.dumps(
        {"access_token": "x", "token_endpoint": "y", "client_id": "z", "wanted": "more"}
    )
    remote = sign()
    browse(address(remote))
    assert outcome(remote)[0]
    assert set(login.seen()["scopes"][-1].split()) == {"use", "more"}


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ({"down": "/token"}, "gave no token"),
        ({"down": "/register"}, "takes no new programs"),
        ({"down": "/.well-known/oauth-protected-resource"}, "does not add up"),
        ({"down": "/mcp"}, "is there, but failed"),
        ({"absent": "/mcp"}, "no MCP server at this address"),
    ],
)
def test_what_is_down_is_said(
    login: LoginServer, sign: Sign, secrets: Secrets, state: dict[str, str], words: str
) -> None:
    login.set(**state)
    remote = sign()
    message = remote.next()
    if message["method"] == "doorkeep/sign_in_at":
        browse(message["params"]["url"])
        message = remote.next()
    assert message["method"] == "doorkeep/not_signed"
    assert words in message["params"]["words"]
    assert secrets.kept == {}


def test_nobody_there_is_said(sign: Sign) -> None:
    with login_server.running() as gone:
        url = gone.url
    found, words = outcome(sign(url=url))
    assert (found, "cannot be reached" in words) == (False, True)


def test_a_locked_keychain_is_said(sign: Sign, secrets: Secrets) -> None:
    secrets.locked = True
    assert outcome(sign()) == (False, "The keychain is locked.")


def test_a_port_that_is_taken_is_said(login: LoginServer, sign: Sign) -> None:
    found, words = outcome(sign(oauth={"port": login.port}))
    assert (found, "oauth.port" in words) == (False, True)


def test_signing_out_ends_the_tokens_there(login: LoginServer, sign: Sign, secrets: Secrets) -> None:
    remote = sign()
    browse(address(remote))
    outcome(remote)
    before = login.seen()["revoked"]
    ended = sign("--sign-out").next()
    assert (ended["method"], ended["params"]["revoked"]) == ("doorkeep/signed", True)
    assert secrets.kept == {}
    assert login.seen()["revoked"] > before
    again = sign("--sign-out").next()
    assert again["params"] == {"revoked": False, "words": "There was no sign-in to far."}


@pytest.mark.parametrize(
    ("server", "place", "safe"),
    [
        ("https://far.example/mcp", "https://login.example/authorize", True),
        ("https://far.example/mcp", "https://127.0.0.1/authorize", False),
        ("https://far.example/mcp", "http://localhost:631/admin", False),
        ("https://far.example/mcp", "http://login.example/authorize", False),
        ("https://far.example/mcp", "file:///etc/passwd", False),
        ("http://127.0.0.1:1/mcp", "http://127.0.0.1:2/authorize", True),
    ],
)
def test_a_far_server_cannot_send_us_or_the_browser_to_this_computer_or_in_the_clear(
    server: str, place: str, safe: bool
) -> None:
    flow = signing_in._Flow(Told(server), cast("Any", None), server, cast("Any", None))
    if safe:
        flow._check(place)
        return
    with pytest.raises(SignInError, match="no safe place"):
        flow._check(place)
