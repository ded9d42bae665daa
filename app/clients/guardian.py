"""Watches clients' files while Doorkeep runs: says when entries of ours were wiped or changed, and carries out what waited.

It puts nothing back by itself: the user may have taken it out. The gateway never runs it.
"""

from __future__ import annotations

import contextlib
import logging
import os
import threading
from collections.abc import Callable, Iterable
from typing import Any

from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer

from app.clients import backups, configfile, ownership, pending
from app.clients.changes import Wish, entries_of
from app.clients.check import LOST, Report, check
from app.clients.connect import Outcome, carry_out_when_closed
from app.clients.due import Applied, apply_due
from app.clients.targets import Installation, Target
from app.core.errors import ClientConfigError
from app.desktop.apps import Desktop
from app.desktop.posix import LOCK

log = logging.getLogger(__name__)

CALM_SECONDS = 0.3
"""A file is looked at when it has been quiet for so long: an editor may write it in several steps."""
CALM_TRIES = 10
"""After that it is looked at although it is still being written."""
WAITING_SECONDS = 2.0
"""How often to look whether the app has closed while a change waits for that; not every system tells."""
REST_SECONDS = 60.0
"""How often to look without being told: a folder that was replaced is no longer watched."""
TROUBLE = (*LOST, "unreadable")


class Guardian:
    """Watches some files from a thread of its own, from `start` to `stop`.

    `tell` gets a report when a file of ours gets into trouble or out of it, `applied` what came of a waiting change; both
    are called from that thread.
    """

    def __init__(
        self,
        installation: Installation,
        desktop: Desktop,
        targets: Iterable[Target],
        tell: Callable[[Report], None],
        applied: Callable[[Applied], None] | None = None,
        calm: float = CALM_SECONDS,
        look_again: float = WAITING_SECONDS,
    ) -> None:
        self.installation = installation
        self.desktop = desktop
        self.targets = list(targets)
        self._tell = tell
        self._applied = applied
        self._calm = calm
        self._look_again = look_again
        self._stirred = threading.Event()
        self._ended = threading.Event()
        self._told: dict[str, str] = {}
        self._observer = Observer()
        self._watched: set[str] = set()
        self._thread = threading.Thread(target=self._run, name="guardian", daemon=True)

    def start(self) -> None:
        """Begin to watch; every file is looked at once at the start."""
        self._watch()
        self._observer.start()
        self._thread.start()

    def stop(self) -> None:
        """End within a few seconds; nothing is told after that."""
        self._ended.set()
        self._stirred.set()
        if self._observer.is_alive():
            logging.getLogger("watchdog.observers.inotify").addFilter(_no_word_of_the_end)
            self._observer.stop()
            self._observer.join(10)
        if self._thread.is_alive() and self._thread is not threading.current_thread():
            self._thread.join(30)

    def stir(self) -> None:
        """Look soon, as if a file had changed: a change was put off a moment ago."""
        self._stirred.set()

    def put_back(self, report: Report) -> Outcome:
        """What the user said yes to: our entries again, now or once the app is closed. Raises ClientConfigError."""
        target = next(each for each in self.targets if each.path == report.path)
        servers = tuple(dict.fromkeys((*report.entries.values(), *self._lost_servers(target, report))))
        wish = Wish("connect", servers) if servers else Wish("connect")
        outcome = carry_out_when_closed(target, self.installation, wish, self.desktop)
        self.stir()
        return outcome

    def _lost_servers(self, target: Target, report: Report) -> list[str]:
        record = ownership.load(self.installation.home, target.client.id)
        place = record.places.get(os.path.realpath(target.path))
        return [place.entries[key].server for key in report.lost if place and key in place.entries]

    def _watch(self) -> None:
        """The folders of the files and of what links lead to; one that does not exist yet is tried again later."""
        for target in self.targets:
            real = os.path.realpath(target.path)
            handler = _Stirring(self._stirred, {os.path.basename(target.path), os.path.basename(real), LOCK})
            for folder in {target.folder, os.path.dirname(target.path), os.path.dirname(real)} - self._watched:
                with contextlib.suppress(OSError):
                    if os.path.isdir(folder):
                        self._observer.schedule(handler, folder, recursive=False)
                        self._watched.add(folder)

    def _run(self) -> None:
        while not self._ended.is_set():
            try:
                self._look()
            except Exception:
                log.exception("The guardian could not look at the clients' files")
            self._stirred.wait(self._rest())
            for _ in range(CALM_TRIES):
                if not self._stirred.is_set() or self._ended.is_set():
                    break
                self._stirred.clear()
                self._stirred.wait(self._calm)

    def _rest(self) -> float:
        try:
            return self._look_again if pending.waiting(self.installation.home) else REST_SECONDS
        except ClientConfigError:
            return REST_SECONDS

    def _look(self) -> None:
        self._watch()
        for target in self.targets:
            with contextlib.suppress(ClientConfigError):
                for done in apply_due(self.installation, self.desktop, only=target):
                    if self._applied is not None and not self._ended.is_set():
                        self._applied(done)
            self._keep_servers(target)
            report = check(target, self.installation, self.desktop)
            before = self._told.get(target.path, "connected")
            if report.state == before or self._ended.is_set():
                continue
            if report.state in TROUBLE or before in TROUBLE:
                self._told[target.path] = report.state
                self._tell(report)

    def _keep_servers(self, target: Target) -> None:
        """A copy whenever the list of servers is another one than in the newest copy: the app keeps no second one."""
        home, client = self.installation.home, target.client.id
        try:
            snapshot = configfile.read(target.path)
            here = entries_of(target, snapshot)
            if here and here != self._newest_servers(target, snapshot.real):
                backups.keep(home, client, snapshot, ownership.load(home, client).pinned())
        except ClientConfigError:
            return  # `check` reports it

    def _newest_servers(self, target: Target, real: str) -> dict[str, Any] | None:
        home, client = self.installation.home, target.client.id
        newest = next((each for each in backups.list_backups(home, client) if each.path == real), None)
        if newest is None:
            return None
        try:
            content = backups.load(home, client, newest.id)[1]
            return entries_of(target, configfile.Snapshot(target.path, real, True, content))
        except ClientConfigError:
            return None  # a damaged copy, or one of a text that was broken: no reason not to keep a good one


def _no_word_of_the_end(record: logging.LogRecord) -> bool:
    """watchdog 7.1.0 calls it an error when a file changes in the moment in which it is told to stop. It is none."""
    return "called when the thread is inactive" not in record.getMessage()


class _Stirring(FileSystemEventHandler):
    """Sets the event when one of the named files changes; reading changes nothing, and apps write much beside it."""

    def __init__(self, stirred: threading.Event, names: set[str]) -> None:
        self._stirred = stirred
        self._names = names

    def on_any_event(self, event: FileSystemEvent) -> None:
        if event.event_type in {"opened", "closed_no_write"}:
            return
        if any(os.path.basename(os.fsdecode(path)) in self._names for path in (event.src_path, event.dest_path)):
            self._stirred.set()
