"""`servers login` and `logout`, as far as they need no login server (tests/e2e/test_sign_in.py has one)."""

from __future__ import annotations

import argparse
from typing import Any

import pytest

from app.commands import servers_login
from app.core.errors import DoorkeepError

URL = "https://login.example.com/authorize?state=s"


class Control:
    """A gateway that signs in at once, or says why not; `asked` is what it was asked."""

    def __init__(self, *, error: BaseException | None = None) -> None:
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self._error = error

    def call(self, name: str, /, seconds: float = 0, **with_: Any) -> dict[str, Any]:
        assert seconds > 0 or name == "cancel_sign_in"
        self.asked.append((name, with_))
        if name == "sign_in_result" and self._error is not None:
            raise self._error
        return {"name": with_["name"], "url": URL, "words": "Signed in."}


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The pages that were opened."""
    found: list[str] = []
    monkeypatch.setattr("app.desktop.browser.open_page", lambda url: found.append(url) or True)
    return found


def test_the_browser_is_opened_and_the_address_told(opened: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    control: Any = Control()
    assert servers_login.signed_in(control, "far", browser=True, url="https://far/mcp")["words"] == "Signed in."
    assert control.asked == [
        ("sign_in", {"name": "far", "url": "https://far/mcp"}),
        ("sign_in_result", {"name": "far"}),
    ]
    assert opened == [URL]
    said = capsys.readouterr()
    assert (said.out, URL in said.err) == ("", True)


def test_without_a_browser_only_the_address_is_told(opened: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    control: Any = Control()
    servers_login.signed_in(control, "far", browser=False)
    assert opened == []
    assert URL in capsys.readouterr().err


def test_whoever_gives_up_ends_the_sign_in(opened: list[str]) -> None:
    control: Any = Control(error=KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        servers_login.signed_in(control, "far", browser=True)
    assert control.asked[-1] == ("cancel_sign_in", {"name": "far"})
    assert len(opened) == 1


def test_what_went_wrong_is_the_commands_error() -> None:
    control: Any = Control(error=DoorkeepError("The sign-in was refused."))
    with pytest.raises(DoorkeepError, match="refused"):
        servers_login.signed_in(control, "far", browser=False)


def test_the_options_are_known() -> None:
    parser = argparse.ArgumentParser()
    servers_login.register(parser.add_subparsers(dest="action"))
    args = parser.parse_args(["login", "far", "--no-browser", "--json"])
    assert (args.name, args.no_browser, args.json) == ("far", True, True)
    assert parser.parse_args(["logout", "far"]).name == "far"
