"""What is not packaged, and that what is needed is."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
sys.path.append(str(ROOT / "packaging"))
leaving_out = importlib.import_module("leaving_out")

QT = "PySide6/Qt/plugins"


@pytest.mark.parametrize(
    ("place", "left_out"),
    [
        (f"{QT}/platforms/libqxcb.so", False),
        (f"{QT}/platforms/libqwayland.so", False),
        (f"{QT}/platforms/libqoffscreen.so", False),
        (f"{QT}/platforms/libqeglfs.so", True),
        ("PySide6/plugins/platforms/qdirect2d.dll", True),
        ("PySide6/plugins/platforms/qwindows.dll", False),
        (f"{QT}/platforms/libqcocoa.dylib", False),
        (f"{QT}/platformthemes/libqgtk3.so", True),
        (f"{QT}/platformthemes/libqxdgdesktopportal.so", False),
        (f"{QT}/platforminputcontexts/libqtvirtualkeyboardplugin.so", True),
        (f"{QT}/platforminputcontexts/libcomposeplatforminputcontextplugin.so", False),
        (f"{QT}/imageformats/libqsvg.so", False),
        (f"{QT}/imageformats/libqjpeg.so", True),
        (f"{QT}/iconengines/libqsvgicon.so", False),
        (f"{QT}/tls/libqopensslbackend.so", True),
        (f"{QT}/wayland-shell-integration/libxdg-shell.so", False),
        (f"{QT}/wayland-shell-integration/libqt-shell.so", True),
        ("PySide6/Qt/lib/libQt6Quick.so.6", True),
        ("PySide6/Qt/lib/libQt6Widgets.so.6", False),
        ("PySide6/Qt/translations/qtbase_de.qm", True),
        ("libX11.so.6", True),
        ("libxcb-cursor.so.0", False),
        ("libssl.so.3", False),
        ("resources/builtin/filesystem.json", False),
        ("mcp-2.3.0.dist-info/METADATA", False),
        ("mcp-2.3.0.dist-info/RECORD", True),
    ],
)
def test_only_what_nothing_here_uses_is_left_out(place: str, left_out: bool) -> None:
    assert leaving_out.is_left_out(place) is left_out


def test_what_is_kept_comes_in_a_fixed_order_on_every_system() -> None:
    entries = [("b", "/b", "DATA"), ("PySide6\\Qt\\translations\\x.qm", "/x", "DATA"), ("a", "/a", "DATA")]
    assert leaving_out.keep(entries) == [("a", "/a", "DATA"), ("b", "/b", "DATA")]


@pytest.mark.parametrize("name", ["msgspec", "tomlkit", "keyring", "watchdog", "platformdirs", "filelock"])
def test_no_library_of_ours_is_on_a_list(name: str) -> None:
    assert name not in {*leaving_out.MODULES, *leaving_out.NO_DESKTOP, *leaving_out.NO_SERVERS}
