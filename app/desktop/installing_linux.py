"""Linux: where an installation for one user lies, how it comes there and how it goes. Either all of it is there afterwards, or none.

Versions lie side by side (app.bridge.programs); a version is copied under another name, and renamed once it is whole.
"""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
from collections.abc import Callable, Iterator
from typing import NamedTuple

from app.bridge.home import account_home
from app.bridge.programs import CURRENT, VERSIONS
from app.core.errors import DoorkeepError
from app.desktop import menu_linux
from app.desktop.versions import put_in_force

PROGRAMS = ("doorkeep", "doorkeep-tray", "doorkeep-bridge")
SPARE = 20_000_000
"""Bytes that stay free beside what is installed."""


class InstallError(DoorkeepError):
    """It was not installed, or not removed. The words say why; nothing half done is left."""

    article = "setup"


class Place(NamedTuple):
    """Where the parts go. `lib`: all versions. `bin`: links for the command line."""

    lib: str
    bin: str
    applications: str
    icons: str


def usual_place() -> Place:
    """Below the account's `~/.local`; the desktop's parts where the session looks (XDG Base Directory Specification)."""
    local = os.path.join(account_home(), ".local")
    share = os.environ.get("XDG_DATA_HOME") or os.path.join(local, "share")
    return Place(
        os.path.join(local, "lib", "doorkeep"),
        os.path.join(local, "bin"),
        os.path.join(share, "applications"),
        os.path.join(share, "icons", "hicolor", "scalable", "apps"),
    )


def version_in_force(place: Place) -> str | None:
    """The version that `current` leads to; None where nothing that can be started is installed."""
    current = os.path.join(place.lib, CURRENT)
    if not os.path.isfile(os.path.join(current, "doorkeep-tray")):
        return None
    return os.path.basename(os.path.realpath(current))


def size_of(folder: str) -> int:
    """Bytes of all files below, links not followed."""
    return sum(os.lstat(path).st_size for path in _files(folder))


def install(folder: str, version: str, place: Place, progress: Callable[[int, int], None]) -> list[str]:
    """Copy the packaged program in `folder` and make it `version` of this user, in force. Returns what the person should know.

    Raises InstallError with everything as it was before.
    """
    undo: list[Callable[[], object]] = []
    try:
        _check_room(folder, place)
        whole = _copied(folder, version, place, progress, undo)
        aside = _put_in_place(whole, os.path.join(place.lib, VERSIONS, version), undo)
        _lead(place, version, undo)
        notes = _link(place, undo)
        _write(os.path.join(place.icons, f"{menu_linux.NAME}.svg"), _icon(folder), undo)
        tray = os.path.join(place.lib, CURRENT, "doorkeep-tray")
        entry = os.path.join(place.applications, f"{menu_linux.NAME}.desktop")
        _write(entry, menu_linux.entry([tray]).encode("utf-8", "surrogateescape"), undo)
    except BaseException as error:
        for step in reversed(undo):
            with contextlib.suppress(OSError):
                step()
        if isinstance(error, OSError):
            raise _told(error) from None
        raise
    if aside:
        shutil.rmtree(aside, ignore_errors=True)
    return notes


def remove(place: Place) -> list[str]:
    """Take away what `install` made and nothing else. Returns what was left because somebody else put it there."""
    left: list[str] = []
    try:
        for name in PROGRAMS:
            path = os.path.join(place.bin, name)
            if _is_ours(path, place):
                os.unlink(path)
            elif os.path.lexists(path):
                left.append(f"{path} is not Doorkeep's link and stays.")
        for path in (
            os.path.join(place.applications, f"{menu_linux.NAME}.desktop"),
            os.path.join(place.icons, f"{menu_linux.NAME}.svg"),
        ):
            with contextlib.suppress(FileNotFoundError):
                os.unlink(path)
        shutil.rmtree(place.lib)
    except OSError as error:
        raise InstallError(
            "Doorkeep was not removed completely.", f"{error.filename}: {error.strerror}.", "Mend that and try again."
        ) from None
    return left


def _files(folder: str) -> Iterator[str]:
    for where, _, names in os.walk(folder):
        yield from (os.path.join(where, name) for name in names)


def _check_room(folder: str, place: Place) -> None:
    there = place.lib
    while not os.path.isdir(there):
        there = os.path.dirname(there)
    free = shutil.disk_usage(there).free
    needed = size_of(folder) + SPARE
    if free < needed:
        raise InstallError(
            "There is not enough room to install Doorkeep.",
            f"{needed / 1e6:.0f} MB are needed in {there}, and {free / 1e6:.0f} MB are free.",
            "Make room and try again.",
        )


def _copied(
    folder: str, version: str, place: Place, progress: Callable[[int, int], None], undo: list[Callable[[], object]]
) -> str:
    """The program under a name that nothing starts it by."""
    above = os.path.join(place.lib, VERSIONS)
    _make_folders(above, undo)
    for left in os.listdir(above):  # by an installation that was killed
        if left.startswith(".") and left.endswith((".new", ".before")):
            shutil.rmtree(os.path.join(above, left), ignore_errors=True)
    new = os.path.join(above, f".{version}.{os.getpid()}.new")
    undo.append(lambda: shutil.rmtree(new, ignore_errors=True))
    total, done = size_of(folder), 0
    for where, folders, names in os.walk(folder):
        target = os.path.normpath(os.path.join(new, os.path.relpath(where, folder)))
        os.mkdir(target)
        for name in (*folders, *names):
            source = os.path.join(where, name)
            if os.path.islink(source):
                os.symlink(os.readlink(source), os.path.join(target, name))
            elif name in names:
                shutil.copyfile(source, os.path.join(target, name))
                os.chmod(os.path.join(target, name), os.stat(source).st_mode & 0o755 | 0o600)
            if name in names:
                done += os.lstat(source).st_size
                progress(done, total)
    return new


def _put_in_place(whole: str, final: str, undo: list[Callable[[], object]]) -> str:
    """Under its name. The same version that lay there before is put aside; where, or an empty string."""
    aside = ""
    if os.path.lexists(final):
        aside = f"{whole}.before"
        os.rename(final, aside)
        undo.append(lambda: os.rename(aside, final))
    os.rename(whole, final)
    undo.append(lambda: shutil.rmtree(final, ignore_errors=True))
    return aside


def _lead(place: Place, version: str, undo: list[Callable[[], object]]) -> None:
    """Put the version in force; when that is undone, the one before is again."""
    before = version_in_force(place)
    put_in_force(place.lib, version)
    current = os.path.join(place.lib, CURRENT)
    undo.append((lambda: put_in_force(place.lib, before)) if before is not None else (lambda: os.unlink(current)))


def _link(place: Place, undo: list[Callable[[], object]]) -> list[str]:
    """Names for the command line. A program of somebody else's under that name stays."""
    notes: list[str] = []
    _make_folders(place.bin, undo)
    for name in PROGRAMS:
        path = os.path.join(place.bin, name)
        if os.path.lexists(path):
            if not _is_ours(path, place):
                notes.append(f"{path} is another program, so {name} is not in your command line.")
            continue
        os.symlink(os.path.join(place.lib, CURRENT, name), path)
        undo.append(lambda path=path: os.unlink(path))
    if place.bin not in os.environ.get("PATH", "").split(os.pathsep):
        notes.append(f"{place.bin} is not in your PATH yet; most systems add it at the next login.")
    return notes


def _is_ours(path: str, place: Place) -> bool:
    return os.path.islink(path) and os.readlink(path).startswith(place.lib + os.sep)


def _write(path: str, content: bytes, undo: list[Callable[[], object]]) -> None:
    before: bytes | None = None
    with contextlib.suppress(FileNotFoundError), open(path, "rb") as file:
        before = file.read()
    _make_folders(os.path.dirname(path), undo)
    new = f"{path}.{os.getpid()}.new"
    undo.append(lambda: os.unlink(new))
    with open(new, "wb") as file:
        file.write(content)
    os.replace(new, path)
    undo.append((lambda: _restore(path, before)) if before is not None else (lambda: os.unlink(path)))


def _restore(path: str, content: bytes) -> None:
    with open(path, "wb") as file:
        file.write(content)


def _make_folders(path: str, undo: list[Callable[[], object]]) -> None:
    """Like makedirs; those that were made go again when they are empty."""
    missing: list[str] = []
    there = path
    while not os.path.isdir(there):
        missing.append(there)
        there = os.path.dirname(there)
    for folder in reversed(missing):
        os.mkdir(folder)
        undo.append(lambda folder=folder: os.rmdir(folder))


def _icon(folder: str) -> bytes:
    with open(os.path.join(folder, "_internal", "resources", "app.svg"), "rb") as file:
        return file.read()


def _told(error: OSError) -> InstallError:
    where = error.filename or "the disk"
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return InstallError("The disk became full.", "Nothing was installed.", "Make room and try again.")
    if error.errno == errno.EROFS:
        return InstallError(
            f"{where} cannot be written: the file system is read-only.",
            "Nothing was installed.",
            "Doorkeep works from its folder, too: choose to run it from here.",
        )
    return InstallError(
        f"{where}: {error.strerror}.", "Nothing was installed.", "Make ~/.local writable for you and try again."
    )
