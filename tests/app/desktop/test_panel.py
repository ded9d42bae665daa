"""Which icon can be seen on the panel."""

from __future__ import annotations

import sys

import pytest

from app.desktop import panel


@pytest.mark.parametrize(
    ("desktop", "windows_dark", "dark"),
    [
        ("ubuntu:GNOME", False, True),
        ("GNOME", True, True),
        ("X-Cinnamon", False, True),
        ("KDE", False, False),
        ("KDE", True, True),
        ("XFCE", False, False),
        ("", False, False),
    ],
)
def test_a_linux_panel_is_dark_where_the_desktop_keeps_it_so(
    monkeypatch: pytest.MonkeyPatch, desktop: str, windows_dark: bool, dark: bool
) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setenv("XDG_CURRENT_DESKTOP", desktop)
    assert panel.is_dark(desktop_dark=windows_dark) == dark


@pytest.mark.parametrize("dark", [True, False])
def test_macos_tints_the_icon_itself(monkeypatch: pytest.MonkeyPatch, dark: bool) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    assert panel.is_dark(desktop_dark=dark) == dark
