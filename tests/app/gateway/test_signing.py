"""Signing in and out through the gateway: a real login server, a browser that follows redirects, a real keychain."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from app.control.client import ControlClient
from app.core.errors import DoorkeepError
from tests.fakes import keychain as fake
from tests.fakes import login_server
from tests.fakes.house import House
from tests.fakes.login_server import LoginServer, browse

BOUND = 90.0


@pytest.fixture(scope="module")
def login() -> Iterator[LoginServer]:
    with login_server.running() as found:
        yield found


@pytest.fixture(scope="module")
def house(login: LoginServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A gateway in a session with a keychain, and a remote server in its settings that wants a sign-in."""
    if fake.missing():
        pytest.skip(f"needs {fake.missing()} (Debian: dbus-daemon gnome-keyring)")
    folder = tmp_path_factory.mktemp("keychain")
    with fake.running(folder) as keychain, pytest.MonkeyPatch.context() as patch:
        for name, value in keychain.env.items():
            patch.setenv(name, value)
        home = folder / "home"
        home.mkdir(mode=0o700)
        found = House(str(home))
        found.settings(
            f'[servers.far]\nurl = "{login.url}"\nauth = "oauth"\n'
            f'[servers.near]\ncommand = "true"\n[servers.token]\nurl = "{login.url}"\nauth = "secret:t"\n'
        )
        found.start()
        yield found
        found.end()


@pytest.fixture
def control(house: House, login: LoginServer) -> Iterator[ControlClient]:
    with house.control() as found:
        yield found
        found.call("sign_out", BOUND, name="far")
    login.set(deny="")


def signed_in(control: ControlClient, name: str = "far", **more: Any) -> dict[str, Any]:
    url = control.call("sign_in", BOUND, name=name, **more)["url"]
    browse(url)
    return control.call("sign_in_result", BOUND, name=name)


def echoed(house: House) -> str:
    """What the far tool gives back, or the words of why not."""
    with house.control() as control:
        try:
            return str(control.call("test_server", BOUND, name="far")["tools"])
        except DoorkeepError as error:
            return str(error)


def needs(control: ControlClient) -> str:
    rows = control.call("servers")["servers"]
    return next((row["sign_in"] for row in rows if row["name"] == "far"), "")


def until(found: Callable[[], bool]) -> None:
    end = time.monotonic() + BOUND
    while not found():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_a_server_is_used_after_its_sign_in_and_waits_for_one_before(house: House, control: ControlClient) -> None:
    assert "wants you to sign in first" in echoed(house)
    assert "doorkeep servers login far" in needs(control)
    assert signed_in(control) == {"name": "far", "words": "Signed in to 127.0.0.1.", "revoked": False}
    assert needs(control) == ""
    assert echoed(house) == "1"


def test_signing_out_ends_the_sign_in_everywhere(house: House, control: ControlClient) -> None:
    signed_in(control)
    assert control.call("sign_out", BOUND, name="far")["revoked"] is True
    assert "wants you to sign in first" in echoed(house)


def test_what_the_login_server_refuses_is_an_error_in_words(login: LoginServer, control: ControlClient) -> None:
    login.set(deny="1")
    with pytest.raises(DoorkeepError, match="refused the sign-in"):
        signed_in(control)


def test_a_server_that_is_to_be_set_up_is_signed_in_to(login: LoginServer, control: ControlClient) -> None:
    assert signed_in(control, "new", url=login.url)["name"] == "new"
    with pytest.raises(DoorkeepError, match="no server named new"):
        control.call("sign_out", BOUND, name="new")


def test_a_sign_in_that_is_begun_anew_ends_the_older_one(control: ControlClient, house: House) -> None:
    control.call("sign_in", BOUND, name="far")
    with house.control() as other:
        assert signed_in(other)["name"] == "far"
    with pytest.raises(DoorkeepError, match="No sign-in to far is under way"):
        control.call("sign_in_result", BOUND, name="far")


def test_one_that_is_stopped_is_over(control: ControlClient, house: House) -> None:
    url = control.call("sign_in", BOUND, name="far")["url"]
    control.call("cancel_sign_in", name="far")
    with pytest.raises(DoorkeepError, match="was stopped"):
        control.call("sign_in_result", BOUND, name="far")
    until(lambda: "--sign-in" not in " ".join(processes(house)))
    with pytest.raises(OSError, match="refused"):
        browse(login_server.redirect_of(url))


def processes(house: House) -> list[str]:
    """The command lines of the gateway's children."""
    found: list[str] = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            if int(path.read_text().rpartition(")")[2].split()[1]) == house.pid:
                found.append(path.with_name("cmdline").read_bytes().decode())
        except OSError:
            continue
    return found


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("near", "nothing to sign in to"),
        ("token", "does not sign in in the browser"),
        ("none", "There is no server named none"),
        ("Not a name", "sign_in"),
    ],
)
def test_what_cannot_be_signed_in_to_is_said(control: ControlClient, name: str, words: str) -> None:
    with pytest.raises(DoorkeepError, match=words):
        control.call("sign_in", BOUND, name=name)


def test_followers_hear_of_the_need_and_of_its_end(house: House, control: ControlClient) -> None:
    with house.control() as following:
        events = following.events(BOUND)
        started = control.call("status")
        assert started["state"] == "running"
        following.call("follow")
        echoed(house)
        assert next(event.words for event in events if event.state == "sign-in").startswith("127.0.0.1 wants you")
        signed_in(control)
        assert next(event.server for event in events if event.state == "signed-in") == "far"
