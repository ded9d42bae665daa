"""Opening a page in the browser."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from app.desktop import browser
from app.desktop.browser import command, open_page

URL = "https://login.example.com/authorize?state=a&x=%20b"


@pytest.fixture
def opener(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program that notes which page it was given."""
    path = tmp_path / "xdg-open"
    path.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" > {tmp_path}/said\n')
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("DISPLAY", ":none")
    monkeypatch.setattr("sys.platform", "linux")
    return tmp_path / "said"


def test_the_page_is_given_as_it_is(opener: Path) -> None:
    assert open_page(URL)
    assert opener.read_text() == f"{URL}\n"


def test_an_opener_that_stays_is_let_go_once_it_has_ended(
    opener: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wait_until: Callable[..., object]
) -> None:
    until = tmp_path / "until"
    os.mkfifo(until)
    opener.with_name("xdg-open").write_text(f"#!/bin/sh\nread line < {until}\n")
    monkeypatch.setattr(browser, "SECONDS", 0.05)
    assert open_page(URL)
    (stays,) = browser._STAYING
    until.write_text("close\n")
    wait_until(lambda: stays.poll() is not None)
    opener.with_name("xdg-open").write_text("#!/bin/sh\n")
    monkeypatch.setattr(browser, "SECONDS", 20.0)
    assert open_page(URL)
    assert browser._STAYING == []


def test_without_a_desktop_nobody_is_asked(opener: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DISPLAY")
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    assert not open_page(URL)
    assert not opener.exists()


def test_without_an_opener_it_says_so(opener: Path) -> None:
    opener.with_name("xdg-open").unlink()
    assert not open_page(URL)


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "javascript:alert(1)", "calc.exe", "https:///x", "https://a b", "--help", ""]
)
def test_what_is_no_web_page_is_never_opened(opener: Path, url: str) -> None:
    with pytest.raises(ValueError, match="web page"):
        open_page(url)
    assert not opener.exists()


@pytest.mark.parametrize(
    ("system", "first"), [("darwin", "/usr/bin/open"), ("win32", "rundll32.exe"), ("linux", "xdg-open")]
)
def test_each_system_has_its_own_way(system: str, first: str) -> None:
    found = command(URL, system, {"DISPLAY": ":0"})
    assert (found[0], found[-1]) == (first, URL)
