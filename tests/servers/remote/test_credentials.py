"""Tokens and headers in use: renewed by one process at a time, replaced while sessions run, ended by the other side."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.fakes import far_server, login_server
from tests.fakes.far_server import FarServer
from tests.fakes.login_server import LoginServer, browse
from tests.fakes.private_line import Remote, Secrets

Start = Callable[..., Remote]
TOKEN = "a-token-that-nobody-may-see"


@pytest.fixture(scope="module")
def login() -> Iterator[LoginServer]:
    with login_server.running() as found:
        yield found


@pytest.fixture(autouse=True)
def as_it_was(login: LoginServer) -> Iterator[None]:
    yield
    login.set(lives="3600", deny="", down="", absent="", wide="", open="", rotate="1")


@pytest.fixture(scope="module")
def far() -> Iterator[FarServer]:
    with far_server.running("http", TOKEN) as found:
        yield found


@pytest.fixture
def secrets() -> Secrets:
    return Secrets()


@pytest.fixture
def start(secrets: Secrets) -> Iterator[Start]:
    """Starts a session; it ends with the test, cleanly."""
    made: list[Remote] = []

    def begin(url: str, *deed: str, **told: Any) -> Remote:
        made.append(Remote(secrets, url, *deed, **told))
        return made[-1]

    yield begin
    assert [one.end() for one in made] == [(0, b"")] * len(made)


@pytest.fixture
def session(login: LoginServer, start: Start) -> Callable[[], Remote]:
    """Starts a session that is signed in, if anybody was."""
    return lambda: start(login.url, sign_in="oauth-far")


@pytest.fixture
def signed_in(login: LoginServer, secrets: Secrets) -> None:
    """Somebody signed in."""
    remote = Remote(secrets, login.url, "--sign-in", sign_in="oauth-far")
    browse(remote.next()["params"]["url"])
    assert remote.next()["method"] == "doorkeep/signed"
    remote.end()


@pytest.mark.usefixtures("signed_in")
def test_a_session_that_is_signed_in_is_let_in(session: Callable[[], Remote]) -> None:
    remote = session()
    assert remote.greet()["result"]["serverInfo"]["name"] == "far"
    assert remote.echo("hi") == "hi"


def test_without_a_sign_in_the_answer_says_what_to_do(session: Callable[[], Remote], secrets: Secrets) -> None:
    remote = session()
    words = remote.greet()["error"]["message"]
    assert words == (
        "127.0.0.1 wants you to sign in first. Sign in: on Doorkeep's Servers page, or doorkeep servers login far"
    )
    assert secrets.needs == [words]


@pytest.mark.usefixtures("signed_in")
def test_a_token_that_ended_is_renewed_and_kept(
    login: LoginServer, session: Callable[[], Remote], secrets: Secrets
) -> None:
    before = secrets.sign_in()
    login.end_access()
    remote = session()
    remote.greet()
    assert remote.echo("hi") == "hi"
    after = secrets.sign_in()
    assert after["access_token"] != before["access_token"]
    assert after["refresh_token"] != before["refresh_token"]
    assert secrets.needs == []


@pytest.mark.usefixtures("signed_in")
def test_a_token_is_renewed_before_it_ends(login: LoginServer, session: Callable[[], Remote], secrets: Secrets) -> None:
    secrets.kept["oauth-far"] = json.dumps({**secrets.sign_in(), "renew_at": 1.0})
    before = login.seen()["refreshes"]
    remote = session()
    remote.greet()
    assert remote.echo("hi") == "hi"
    assert login.seen()["refreshes"] == before + 1
    assert secrets.needs == []


@pytest.mark.usefixtures("signed_in")
def test_a_server_that_does_not_rotate_keeps_its_refresh_token(
    login: LoginServer, session: Callable[[], Remote], secrets: Secrets
) -> None:
    login.set(rotate="")
    before = secrets.sign_in()["refresh_token"]
    login.end_access()
    remote = session()
    remote.greet()
    assert remote.echo("hi") == "hi"
    assert secrets.sign_in()["refresh_token"] == before


@pytest.mark.usefixtures("signed_in")
def test_sessions_at_once_use_a_refresh_token_once(login: LoginServer, session: Callable[[], Remote]) -> None:
    sessions = [session() for _ in range(3)]
    for one in sessions:
        one.greet()
    before = login.seen()["refreshes"]
    login.end_access()
    asked = [
        (one, one.send("tools/call", name="echo", arguments={"text": f"{n}"})) for one in sessions for n in range(3)
    ]
    answers = [one.next() for one, _number in asked]
    assert {answer["id"] for answer in answers if "error" in answer} == set()
    assert login.seen()["refreshes"] == before + 1
    assert login.seen()["reused"] == 0


@pytest.mark.usefixtures("signed_in")
def test_a_sign_in_that_was_taken_back_is_said_and_a_new_one_is_used_by_the_same_session(
    login: LoginServer, session: Callable[[], Remote], secrets: Secrets
) -> None:
    remote = session()
    remote.greet()
    login.end_all()
    for _ in range(2):
        assert "has ended or was taken back. Sign in" in remote.echo("hi")
    assert secrets.needs[0].endswith("doorkeep servers login far")
    assert "refresh_token" not in secrets.sign_in()
    again = Remote(secrets, login.url, "--sign-in", sign_in="oauth-far")
    browse(again.next()["params"]["url"])
    again.next()
    again.end()
    assert remote.echo("hi") == "hi"


@pytest.mark.usefixtures("signed_in")
def test_a_login_server_that_is_down_costs_no_sign_in(
    login: LoginServer, session: Callable[[], Remote], secrets: Secrets
) -> None:
    remote = session()
    remote.greet()
    login.end_access()
    login.set(down="/token")
    assert "could not be renewed: 127.0.0.1 answered with HTTP 503" in remote.echo("hi")
    login.set(down="")
    assert remote.echo("hi") == "hi"
    assert secrets.needs == []


@pytest.mark.usefixtures("signed_in")
def test_rights_that_are_missing_are_said_and_noted_for_the_next_sign_in(
    login: LoginServer, session: Callable[[], Remote], secrets: Secrets
) -> None:
    remote = session()
    remote.greet()
    login.set(wide="more")
    assert "wants more rights" in remote.echo("hi")
    assert secrets.sign_in()["wanted"] == "more"
    assert "wants more rights" in secrets.needs[0]


@pytest.mark.usefixtures("signed_in")
def test_a_locked_keychain_is_said(login: LoginServer, session: Callable[[], Remote], secrets: Secrets) -> None:
    remote = session()
    remote.greet()
    login.end_access()
    secrets.locked = True
    assert remote.echo("hi") == "The keychain is locked."
    secrets.locked = False
    assert remote.echo("hi") == "hi"


@pytest.mark.parametrize("value", ["Bearer {secret:far}", f"Bearer {TOKEN}"], ids=["a secret within", "as it stands"])
def test_a_header_is_sent_with_its_secret_filled_in(far: FarServer, start: Start, secrets: Secrets, value: str) -> None:
    secrets.kept["far"] = f"{TOKEN}\n"
    remote = start(far.url, headers={"authorization": value, "X-Other": "1"})
    assert remote.greet()["result"]["serverInfo"]["name"] == "far"
    assert TOKEN not in " ".join(str(part) for part in [remote.process.args])


def test_the_older_transport_takes_the_token_too(start: Start, secrets: Secrets) -> None:
    with far_server.running("sse", TOKEN) as older:
        remote = start(older.url, headers={"Authorization": "Bearer {secret:far}"})
        secrets.kept["far"] = "another"
        assert "may not do that (HTTP 403)" in remote.greet()["error"]["message"]
        secrets.kept["far"] = TOKEN
        while "error" in remote.greet():  # until its pause after a failure is over
            pass
        assert remote.echo("hi") == "hi"


def test_a_token_that_was_replaced_is_used_by_a_session_that_runs(
    far: FarServer, start: Start, secrets: Secrets
) -> None:
    secrets.kept["far"] = "an-older-one"
    remote = start(far.url, headers={"Authorization": "Bearer {secret:far}"})
    assert "may not do that (HTTP 403)" in remote.greet()["error"]["message"]
    secrets.kept["far"] = TOKEN
    assert remote.greet()["result"]["serverInfo"]["name"] == "far"


@pytest.mark.parametrize(
    ("kept", "words"),
    [
        ({}, "There is no secret named far in the keychain. Set it: doorkeep secrets set far"),
        ({"far": "two\nlines"}, "a line break or a letter that no server takes"),
        ({"far": "€"}, "a line break or a letter that no server takes"),
    ],
)
def test_a_secret_that_cannot_be_sent_is_said_and_tried_again_at_once(
    far: FarServer, start: Start, secrets: Secrets, kept: dict[str, str], words: str
) -> None:
    secrets.kept.update(kept)
    remote = start(far.url, headers={"Authorization": "Bearer {secret:far}"})
    assert words in remote.greet()["error"]["message"]
    secrets.kept["far"] = TOKEN
    assert remote.greet()["result"]["serverInfo"]["name"] == "far"


def test_a_secret_within_the_address_is_filled_in(far: FarServer, start: Start, secrets: Secrets) -> None:
    secrets.kept.update(far=TOKEN, place="mcp")
    url = far.url.replace("/mcp", "/{secret:place}")
    remote = start(url, headers={"Authorization": "Bearer {secret:far}"})
    assert remote.greet()["result"]["serverInfo"]["name"] == "far"
