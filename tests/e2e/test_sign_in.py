"""A remote server behind a login, from `servers add` to `servers logout`: a real login server, keychain, gateway and clients.

The browser is a program that follows redirects, put where the system's own opener is looked for.
"""

from __future__ import annotations

import contextlib
import json
import stat
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app import cli
from app.control.client import RequestError
from tests.fakes import keychain as fake
from tests.fakes import login_server
from tests.fakes.house import House
from tests.fakes.keychain import Keychain
from tests.fakes.login_server import LoginServer

BOUND = 90.0
BROWSER = """#!{python}
import sys, urllib.request
with open({log!r}, "a") as log:
    log.write("opened\\n")
urllib.request.urlopen(sys.argv[1], timeout=60).read()
"""


class Ground:
    """Everything that runs for this file's tests."""

    def __init__(self, house: House, login: LoginServer, keychain: Keychain, opened: Path) -> None:
        self.house = house
        self.keychain = keychain
        self.login = login
        self._opened = opened

    def doorkeep(self, *argv: str) -> int:
        return cli.main(["--home", self.house.home, *argv])

    def browser_was_opened(self) -> int:
        return self._opened.read_text().count("opened") if self._opened.exists() else 0

    def echo(self, session: Any, text: str) -> str:
        """What a client is given for a call, or the words of its error."""
        try:
            return session.call_tool("echo", {"text": text}, BOUND)["content"][0]["text"]
        except RequestError as error:
            return str(error)

    def echoed(self, text: str) -> str:
        with self.house.session("far") as session:
            return self.echo(session, text)

    def waits(self) -> str:
        """The words that the servers' page would show."""
        with self.house.control() as control:
            rows = control.call("servers")["servers"]
            return next((row["sign_in"] for row in rows if row["name"] == "far"), "")


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    if fake.missing():
        pytest.skip(f"needs {fake.missing()} (Debian: dbus-daemon gnome-keyring)")
    folder = tmp_path_factory.mktemp("sign-in")
    opened = folder / "opened"
    opener = folder / "xdg-open"
    opener.write_text(BROWSER.format(python=sys.executable, log=str(opened)))
    opener.chmod(opener.stat().st_mode | stat.S_IXUSR)
    with fake.running(folder) as keychain, login_server.running() as login, pytest.MonkeyPatch.context() as patch:
        for name, value in {**keychain.env, "DISPLAY": ":none"}.items():
            patch.setenv(name, value)
        patch.setenv("PATH", str(folder), prepend=":")
        home = folder / "home"
        home.mkdir(mode=0o700)
        house = House(str(home))
        house.start()
        found = Ground(house, login, keychain, opened)
        assert found.doorkeep("servers", "add", "far", "--url", login.url, "--auth", "oauth", "--accept") == 0
        assert found.doorkeep("servers", "allow", "far", "echo") == 0
        yield found
        house.end()


@pytest.fixture(autouse=True)
def signed_in(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Each test begins signed in, with a browser, and with a login server that is as it was."""
    monkeypatch.setenv("DISPLAY", ":none")
    ground.keychain.open()  # GNOME Keyring was once seen to lock itself after an entry was removed and put back
    if ground.echoed("ready") != "ready":
        assert ground.doorkeep("servers", "login", "far") == 0
    yield
    ground.login.set(lives="3600", deny="", down="")


def test_adding_a_server_signs_in_once_and_its_tools_are_called(ground: Ground) -> None:
    assert ground.browser_was_opened() == 1
    assert ground.echoed("hi") == "hi"


def test_two_sessions_at_once_renew_the_sign_in_once(ground: Ground) -> None:
    before = ground.login.seen()
    with ground.house.session("far") as one, ground.house.session("far") as two:
        for session in (one, two):
            assert ground.echo(session, "first") == "first"
        ground.login.end_access()
        said: list[str] = []
        threads = [
            threading.Thread(target=lambda session=session: said.append(ground.echo(session, "both")))
            for session in (one, two)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(BOUND)
    assert said == ["both", "both"]
    after = ground.login.seen()
    assert (after["refreshes"] - before["refreshes"], after["reused"]) == (1, 0)


def test_a_sign_in_that_was_taken_back_is_said_and_no_browser_opens_by_itself(
    ground: Ground, capsys: pytest.CaptureFixture[str]
) -> None:
    with ground.house.session("far") as session:
        assert ground.echo(session, "hi") == "hi"
        opened = ground.browser_was_opened()
        ground.login.end_all()
        assert "doorkeep servers login far" in ground.echo(session, "hi")
        assert "has ended or was taken back" in ground.waits()
        assert ground.doorkeep("servers", "list") == 0
        assert "waits for a sign-in: doorkeep servers login far" in capsys.readouterr().out
        assert ground.browser_was_opened() == opened
        assert ground.doorkeep("servers", "login", "far", "--json") == 0
        assert json.loads(capsys.readouterr().out)["words"] == "Signed in to 127.0.0.1."
        assert ground.waits() == ""
        assert ground.echo(session, "again") == "again"


def test_signing_out_ends_running_sessions_too(ground: Ground, capsys: pytest.CaptureFixture[str]) -> None:
    with ground.house.session("far") as session:
        assert ground.echo(session, "hi") == "hi"
        revoked = ground.login.seen()["revoked"]
        assert ground.doorkeep("servers", "logout", "far") == 0
        assert "good for nothing any more" in capsys.readouterr().out
        assert ground.login.seen()["revoked"] > revoked
        assert "wants you to sign in first" in ground.echo(session, "hi")


def test_a_refusal_ends_the_command_in_words(ground: Ground, capsys: pytest.CaptureFixture[str]) -> None:
    ground.login.set(deny="1")
    assert ground.doorkeep("servers", "login", "far") == 1
    assert "refused the sign-in" in capsys.readouterr().err
    assert ground.echoed("still") == "still"


def test_the_address_is_printed_for_another_browser(ground: Ground, capfd: pytest.CaptureFixture[str]) -> None:
    opened = ground.browser_was_opened()
    done: list[int] = []
    thread = threading.Thread(target=lambda: done.append(ground.doorkeep("servers", "login", "far", "--no-browser")))
    thread.start()
    said = ""
    while f"{ground.login.base}/authorize?" not in said or not said.endswith("\n\n"):
        assert thread.is_alive()
        thread.join(0.05)
        said += capfd.readouterr().err
    login_server.browse(next(line.strip() for line in said.splitlines() if "/authorize?" in line))
    thread.join(BOUND)
    assert (done, ground.browser_was_opened()) == ([0], opened)


def test_no_token_is_in_any_file_argument_or_answer(ground: Ground) -> None:
    with ground.house.session("far") as session:
        assert ground.echo(session, "hi") == "hi"
        issued = ground.login.seen()["issued"]
        assert len(issued) >= 2
        shown = "\n".join(arguments_of_all())
        assert "servers.remote" in shown
        assert [token for token in issued if token in shown] == []
    home = Path(ground.house.home)
    files = {path: path.read_bytes() for path in home.rglob("*") if path.is_file()}
    assert home / "logs" / "gateway.log" in files
    found = [path.name for path, content in files.items() for token in issued if token.encode() in content]
    assert found == []


def arguments_of_all() -> Iterator[str]:
    """What every process list shows."""
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            yield path.read_bytes().decode("utf-8", "replace")
