"""What the app bundle says of itself to macOS, and why it may ask for folders. Not yet run on macOS."""

from __future__ import annotations

import re
from typing import Any

IDENTIFIER = "org.doorkeep.Doorkeep"
"""The same in every release: folder permissions and keychain entries hang on it and on the signature."""
NAME = "Doorkeep.app"
EXECUTABLE = "doorkeep-tray"
OLDEST = "13.0"
"""Qt 6.11's own (doc.qt.io, supported platforms)."""
_FILES = "AI apps reach files here only if you open the folder in Doorkeep, and every access is written down."
_USAGE = {
    "NSDesktopFolderUsageDescription": _FILES,
    "NSDocumentsFolderUsageDescription": _FILES,
    "NSDownloadsFolderUsageDescription": _FILES,
    "NSRemovableVolumesUsageDescription": _FILES,
    "NSNetworkVolumesUsageDescription": _FILES,
    "NSFileProviderDomainUsageDescription": _FILES,
    "NSLocalNetworkUsageDescription": "Servers that you added may work with other computers in your network.",
    "NSAppleEventsUsageDescription": "Doorkeep asks an AI app to quit before it changes the app's settings, if you say so.",
}


def info_plist(version: str) -> dict[str, Any]:
    """Info.plist, beside what PyInstaller writes by itself. No Dock icon: the app lives in the menu bar."""
    return {
        "CFBundleExecutable": EXECUTABLE,
        "CFBundleDisplayName": "Doorkeep",
        "CFBundleName": "Doorkeep",
        "CFBundleDevelopmentRegion": "en",
        "CFBundleShortVersionString": numbers(version),
        "CFBundleVersion": numbers(version),
        "LSApplicationCategoryType": "public.app-category.utilities",
        "LSBackgroundOnly": False,
        "LSMinimumSystemVersion": OLDEST,
        "LSUIElement": True,
        "NSHighResolutionCapable": True,
        "NSHumanReadableCopyright": "The Doorkeep authors, MIT licence",
        "NSSupportsAutomaticTermination": False,
        "NSSupportsSuddenTermination": False,
        **_USAGE,
    }


def entitlements() -> dict[str, bool]:
    """What the hardened runtime must allow: ctypes writes code for callbacks, and an AI app is asked to quit by an Apple event.

    No sandbox: servers and `git` are programs of the user's own. No foreign libraries: all that is loaded is signed with us.
    """
    return {
        "com.apple.security.cs.allow-unsigned-executable-memory": True,
        "com.apple.security.automation.apple-events": True,
    }


def numbers(version: str) -> str:
    """Up to three numbers with dots, all that a bundle's version may be (CFBundleVersion)."""
    found = re.match(r"\d+(\.\d+){0,2}", version)
    return found[0] if found else "0"
