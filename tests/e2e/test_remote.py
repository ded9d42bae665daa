"""A remote server behind the door: set up with a token of the keychain, called by clients of both eras, gone and back."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app import cli
from app.control.client import RequestError
from tests.fakes import far_server
from tests.fakes import keychain as fake
from tests.fakes.far_server import FarServer
from tests.fakes.house import House

TOKEN = "far-0123456789-a-token-that-nobody-may-see"


@pytest.fixture
def far() -> Iterator[FarServer]:
    with far_server.running("http", TOKEN) as found:
        yield found


@pytest.fixture
def house(home: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    """A gateway in a session with a keychain that has the token."""
    if fake.missing():
        pytest.skip(f"needs {fake.missing()} (Debian: dbus-daemon gnome-keyring)")
    with fake.running(tmp_path) as keychain:
        for name, value in keychain.env.items():
            monkeypatch.setenv(name, value)
        found = House(home)
        found.start()
        with found.control() as control:
            control.call("set_secret", 60, name="far", value=TOKEN)
        yield found
        found.end()


def add(far: FarServer, *more: str) -> int:
    return cli.main(["servers", "add", "tracker", "--url", far.url, "--auth", "secret:far", "--accept", *more])


def echoed(house: House, text: str) -> dict[str, Any]:
    with house.session("tracker") as session:
        return session.call_tool("echo", {"text": text}, 60)


def arguments_of_all() -> str:
    """What every process list shows."""
    found: list[str] = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            found.append(path.read_bytes().decode("utf-8", "replace"))
    return "\n".join(found)


def test_it_is_set_up_called_and_logged_and_the_token_is_in_no_file(house: House, far: FarServer, home: str) -> None:
    assert add(far) == 0
    cli.main(["servers", "allow", "tracker", "echo"])
    assert echoed(house, "hi")["content"][0]["text"] == "hi"
    processes = arguments_of_all()
    assert "servers.remote" in processes
    assert TOKEN not in processes
    assert not [path for path in Path(home).rglob("*") if path.is_file() and TOKEN.encode() in path.read_bytes()]


def test_a_header_of_the_settings_brings_the_token(house: House, far: FarServer, home: str) -> None:
    header = "Authorization: Bearer {secret:far}"
    argv = ["servers", "add", "tracker", "--url", far.url, "--header", header, "--accept"]
    assert cli.main(argv) == 0
    assert '"Bearer {secret:far}"' in Path(home, "doorkeep.toml").read_text()
    cli.main(["servers", "allow", "tracker", "echo"])
    assert echoed(house, "hi")["content"][0]["text"] == "hi"
    assert TOKEN not in arguments_of_all()


def test_a_token_that_was_replaced_is_used_from_then_on(house: House, far: FarServer) -> None:
    assert add(far) == 0
    cli.main(["servers", "allow", "tracker", "echo"])
    with house.session("tracker") as session, house.control() as control:
        assert session.call_tool("echo", {"text": "a"}, 60)["content"][0]["text"] == "a"
        far.end()
        far.token = "another-token-0123456789"
        far.start()
        control.call("set_secret", 60, name="far", value=far.token)
        while True:  # until its pause after a connection that broke is over
            with contextlib.suppress(RequestError):
                assert session.call_tool("echo", {"text": "b"}, 60)["content"][0]["text"] == "b"
                break


def test_what_is_no_header_is_said(far: FarServer, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["servers", "add", "tracker", "--url", far.url, "--header", "nonsense", "--accept"]) == 1
    assert "'nonsense' is no header with a value" in capsys.readouterr().err


def test_one_that_is_gone_is_said_in_words_and_found_again(house: House, far: FarServer) -> None:
    assert add(far) == 0
    cli.main(["servers", "allow", "tracker", "echo"])
    assert echoed(house, "before")["content"][0]["text"] == "before"
    far.end()
    with house.session("tracker") as session:
        assert [tool["name"] for tool in session.list_tools()] == ["echo", "steps"]
    far.start()
    assert echoed(house, "after")["content"][0]["text"] == "after"


def test_a_wrong_token_is_said_before_anything_is_set_up(
    house: House, far: FarServer, home: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with house.control() as control:
        control.call("set_secret", 60, name="far", value="another")
    monkeypatch.setattr("sys.stdin", io.StringIO())
    assert add(far) == 1
    assert "this login may not do that (HTTP 403)" in capsys.readouterr().err
    assert "tracker" not in Path(home, "doorkeep.toml").read_text()
