"""What the bundle says of itself: the same identity as the code relies on, and a reason for each thing it may ask for."""

from __future__ import annotations

import importlib
import plistlib
import sys
from pathlib import Path

import pytest

from app.bridge import launch_macos
from app.desktop import gateway_agent_macos

sys.path.append(str(Path(__file__).parents[3] / "packaging"))
bundle = importlib.import_module("macos.bundle")
onedir = importlib.import_module("onedir")


def test_the_identity_is_the_one_that_agent_and_bridge_name() -> None:
    assert bundle.IDENTIFIER == gateway_agent_macos.BUNDLE
    assert f"{launch_macos.APP}.app" == bundle.NAME
    assert bundle.EXECUTABLE in onedir.PROGRAMS


def test_it_lives_in_the_menu_bar_and_is_no_background_program() -> None:
    found = bundle.info_plist("1.2.3")
    assert (found["LSUIElement"], found["LSBackgroundOnly"]) == (True, False)


@pytest.mark.parametrize(
    "what", ["DesktopFolder", "DocumentsFolder", "DownloadsFolder", "RemovableVolumes", "NetworkVolumes"]
)
def test_each_place_that_macos_guards_has_a_reason(what: str) -> None:
    words = bundle.info_plist("1.2.3")[f"NS{what}UsageDescription"]
    assert "Doorkeep" in words
    assert words.endswith(".")


@pytest.mark.parametrize(
    ("version", "numbers"), [("1.2.3", "1.2.3"), ("1.2.3rc4", "1.2.3"), ("0.1", "0.1"), ("next", "0")]
)
def test_a_version_is_told_in_numbers_alone(version: str, numbers: str) -> None:
    assert bundle.info_plist(version)["CFBundleShortVersionString"] == numbers


def test_both_are_property_lists() -> None:
    for found in (bundle.info_plist("1.2.3"), bundle.entitlements()):
        assert plistlib.loads(plistlib.dumps(found)) == found


def test_the_hardened_runtime_is_opened_no_further_than_needed() -> None:
    assert set(bundle.entitlements()) == {
        "com.apple.security.cs.allow-unsigned-executable-memory",
        "com.apple.security.automation.apple-events",
    }
