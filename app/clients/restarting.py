"""Quit the app, change its file, start it again, look whether it kept the entries.

An app that was asked to quit is started again, whatever happened in between; none is ever ended by force.
"""

from __future__ import annotations

import os
from collections.abc import Callable

import msgspec

from app.clients import configfile, ownership
from app.clients.changes import Wish, entries_of
from app.clients.connect import Outcome, app_running, carry_out, plan
from app.clients.ownership import Place
from app.clients.targets import Installation, Target
from app.core.errors import ClientConfigError
from app.desktop.apps import QUIT_SECONDS, Application, Desktop, Running, quit_politely, wait

LAUNCH_SECONDS = 20.0
"""How long the app may take to show that it runs again."""
SETTLE_SECONDS = 8.0
"""How long after its launch the file is watched: the app writes it by itself within seconds."""


class Timing(msgspec.Struct, frozen=True):
    """Bounds of the waits around a restart of the app, in seconds."""

    quit: float = QUIT_SECONDS
    launch: float = LAUNCH_SECONDS
    settle: float = SETTLE_SECONDS


def carry_out_restarting(
    target: Target, installation: Installation, wish: Wish, desktop: Desktop, timing: Timing | None = None
) -> Outcome:
    """Ask the app to quit, wait until it has, do it, start the app again, and look whether it kept the entries.

    Raises ClientConfigError where the app does not quit or the change cannot be made; an app that quit is started again.
    """
    timing = timing or Timing()
    change = plan(target, installation, wish)  # what cannot be done is refused before anybody's app is closed
    running = app_running(target, desktop)
    application = target.client.application
    if application is None or running is None or not change.changes:
        return carry_out(target, installation, wish, desktop)
    problem = quit_politely(desktop, application, running, timing.quit)
    if problem:
        raise ClientConfigError(
            problem, "Nothing was written.", "Quit it yourself and try again, or use --when-closed."
        )
    try:
        done = carry_out(target, installation, wish, desktop)
    except BaseException:
        _start_again(application, desktop, running)
        raise
    written = _signature(target)
    problem = _start_again(application, desktop, running)
    if problem:
        return msgspec.structs.replace(done, notes=(*done.notes, problem))
    return _after_launch(target, installation, done, written, desktop, timing)


def _start_again(application: Application, desktop: Desktop, running: Running) -> str:
    try:
        desktop.start(application, running)
    except OSError as error:
        return f"{application.title} could not be started again ({error.strerror or error}): start it yourself."
    return ""


def _after_launch(
    target: Target,
    installation: Installation,
    done: Outcome,
    written: tuple[int, int],
    desktop: Desktop,
    timing: Timing,
) -> Outcome:
    title = target.client.title
    if not wait(lambda: app_running(target, desktop) is not None, timing.launch):
        words = f"{title} was asked to start again and is not to be seen yet."
        return msgspec.structs.replace(done, restarted=True, notes=(*done.notes, words))
    if done.what not in ("connect", "adopt"):
        return msgspec.structs.replace(done, restarted=True)
    kept = _holds(target, installation)
    wait(lambda: _signature(target) != written, timing.settle)  # its own first write shows what it has in memory
    if kept():
        words = f"{title} has started again and kept the entry."
    else:
        words = (
            f"{title} has started again and dropped the entry from its configuration: run check, then connect again."
        )
    return msgspec.structs.replace(done, restarted=True, kept=kept(), notes=(*done.notes, words))


def _signature(target: Target) -> tuple[int, int]:
    """Changes with every write, also with one of the same bytes."""
    try:
        found = os.stat(target.path)
    except OSError:
        return 0, 0
    return found.st_ino, found.st_mtime_ns


def _holds(target: Target, installation: Installation) -> Callable[[], bool]:
    def holds() -> bool:
        record = ownership.load(installation.home, target.client.id)
        try:
            snapshot = configfile.read(target.path)
            here = entries_of(target, snapshot)
        except ClientConfigError:
            return False
        place = record.places.get(snapshot.real, Place())
        return all(here.get(key) == written.entry for key, written in place.entries.items())

    return holds
