"""Where the running program lies, and by which paths it is started later. Standard library only; nothing is written here.

A packaged build lies in ROOT/versions/VERSION, and ROOT/current leads to the version in force (a link, on Windows a junction).
What is written down for later (a client's configuration, a login entry, a unit, a task) names a program by `stable`, which an
upgrade leads on to the next version; what a version starts for itself it takes from `folder`, so that two versions never mix.
"""

from __future__ import annotations

import os
import sys

VERSIONS = "versions"
CURRENT = "current"


def is_frozen() -> bool:
    """Whether this is a packaged build; else the programs are scripts beside the interpreter."""
    return bool(getattr(sys, "frozen", False))


def folder() -> str:
    """Where the programs of the running version lie: absolute, and without links where the build is packaged."""
    if is_frozen():
        return os.path.dirname(os.path.realpath(sys.executable))
    return os.path.dirname(os.path.abspath(sys.executable))


def root() -> str | None:
    """The folder that holds all installed versions; None where they do not lie side by side (a checkout, a macOS bundle)."""
    if not is_frozen():
        return None
    versions = os.path.dirname(folder())
    above = os.path.dirname(versions)
    if os.path.basename(versions) != VERSIONS or not os.path.isdir(os.path.join(above, CURRENT)):
        return None
    return above


def file_name(program: str, system: str = sys.platform) -> str:
    """`doorkeep`, `doorkeep-bridge` or `doorkeep-tray` as that system names the file."""
    return f"{program}.exe" if system == "win32" else program


def own(program: str) -> str:
    """A program of the running version: absolute. An upgrade may take it away."""
    return os.path.join(folder(), file_name(program))


def stable(program: str) -> str:
    """A program of whatever version is in force when it is started: absolute, for everything that is written down."""
    above = root()
    return own(program) if above is None else os.path.join(above, CURRENT, file_name(program))


def tray_command() -> list[str]:
    """The desktop app of the version in force, without arguments."""
    return [stable("doorkeep-tray")] if is_frozen() else [sys.executable, "-P", "-m", "app"]


def gateway_command(home: str, system: str = sys.platform) -> list[str]:
    """What runs a gateway of `home`, of the version in force. It does nothing while the user has Doorkeep stopped.

    On macOS the tray's executable serves: one subject for folder permissions and the keychain.
    """
    named = ["--home", os.path.realpath(home)]
    if not is_frozen():
        return [sys.executable, "-P", "-m", "app.gateway", *named]
    program = stable("doorkeep-tray" if system == "darwin" else "doorkeep")
    return [program, INSIDE, "app.gateway", *named]


INSIDE = "--inside"
"""First word of a packaged program that is to become the module that follows (app.desktop.inside)."""
