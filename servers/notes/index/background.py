"""The thread that makes an index, hears of changes and sweeps. While nothing is asked of the vault it sleeps without waking."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from servers.notes.index import filling, memory
from servers.notes.index.database import Error
from servers.notes.index.sweeping import sweep
from servers.notes.index.watching import Watch
from servers.runtime.errors import Cancelled, ToolError, log_bug

if TYPE_CHECKING:
    from servers.notes.index.keeping import Keeper

SWEEP_SECONDS = 20.0
"""While a vault is in use, all its files are compared with the index so often."""
IN_USE_SECONDS = 120.0
"""A vault counts as in use for so long after a call."""
GATHER_SECONDS = 0.1
"""Changes that come together are dealt with together."""
_REST_SECONDS = 0.003
_SWITCH_SECONDS = 0.0005
"""How soon another thread gets its turn while an index is made: each row of an answer may need one."""


class Background:
    """Belongs to one keeper; the thread starts with the first `wake`."""

    def __init__(self, keeper: Keeper) -> None:
        self.progressed = threading.Event()
        """Set again and again while the index is being made."""
        self.listening = threading.Event()
        """Set once the system was asked to tell of changes."""
        self._keeper = keeper
        self._bell = threading.Event()
        self._heard: set[str] = set()
        self._guard = threading.Lock()
        self._thread: threading.Thread | None = None
        self._watch: Watch | None = None
        self._hears = False
        self._stopped = False

    def wake(self) -> None:
        """There may be something to do."""
        with self._guard:
            if self._thread is None and not self._stopped:
                self._thread = threading.Thread(target=self._live, name="notes", daemon=True)
                self._thread.start()
        self._bell.set()

    def heard(self, absolute: str) -> None:
        """Something happened to this note or folder."""
        with self._guard:
            self._heard.add(absolute)
        self._bell.set()

    def stop(self) -> None:
        """End the thread when it next looks."""
        self._stopped = True
        self._bell.set()
        if self._watch is not None:
            self._watch.stop()

    def _check(self) -> None:
        if self._stopped:
            raise Cancelled

    def _live(self) -> None:
        try:
            self._work(self._begin)
            while not self._stopped:
                self._bell.wait(self._until_next())
                self._bell.clear()
                if not self._stopped:
                    self._work(self._turn)
        except Cancelled:
            return

    def _work(self, act: Callable[[], None]) -> None:
        """One piece of work. What goes wrong is said on stderr; the next call repairs what can be repaired."""
        try:
            act()
        except (ToolError, Error, OSError) as error:
            if not self._stopped:
                sys.stderr.write(f"the index of the notes was not brought up to date: {error}\n")
        except Cancelled:
            raise
        except Exception as error:
            log_bug(error)

    def _until_next(self) -> float | None:
        """Seconds until the next sweep; None while the vault is not in use."""
        now = time.monotonic()
        if not self._in_use(now):
            return None
        return max(self._keeper.swept + SWEEP_SECONDS - now, 0.05)

    def _in_use(self, now: float) -> bool:
        """Whether changes are to be looked for: somebody asked lately, or waits to be told and nothing is heard."""
        keeper = self._keeper
        return now - keeper.used <= IN_USE_SECONDS or (keeper.subscribed and not self._hears)

    def _begin(self) -> None:
        self._watch = Watch(self._keeper.vault, self._keeper.heard)
        self._hears = self._watch.start()
        self.listening.set()
        self._make()
        self._keeper.swept = time.monotonic()

    def _turn(self) -> None:
        keeper = self._keeper
        if not keeper.ready:
            self._make()
        if self._heard:
            self._check()
            threading.Event().wait(GATHER_SECONDS)
            self._deal_with_heard()
        now = time.monotonic()
        if now - keeper.swept >= SWEEP_SECONDS and self._in_use(now):
            sweep(keeper, self._check, _REST_SECONDS)

    def _make(self) -> None:
        """Read all notes for the first time, newest call first: a call that waits is let in between two batches."""
        keeper = self._keeper
        if keeper.ready:
            return
        if not keeper.take_lock():
            self._wait_for_maker()
            return
        usual = sys.getswitchinterval()
        sys.setswitchinterval(_SWITCH_SECONDS)
        try:
            while self._make_some():
                self.progressed.set()
                self.progressed.clear()
                while keeper.wanted:
                    self._check()
                    time.sleep(_REST_SECONDS)
        finally:
            sys.setswitchinterval(usual)
            keeper.drop_lock()
            self.progressed.set()
            memory.give_back()

    def _make_some(self) -> bool:
        keeper = self._keeper
        with keeper.writing() as db:
            notes = filling.waiting(db)
            with db.transaction():
                keeper.done += filling.fill(db, keeper.folders, keeper.vault, notes, self._check)
                if not notes:
                    db.set("made", 1)
            if not notes:
                db.build_fast(False)
                keeper.measure(db)
        return bool(notes)

    def _wait_for_maker(self) -> None:
        keeper = self._keeper
        while not keeper.ready:
            self._check()
            self._bell.wait(0.2)
            self._bell.clear()
            with keeper.writing() as db:
                keeper.measure(db)
            if not keeper.ready and keeper.take_lock():
                self._take_over()
                return

    def _take_over(self) -> None:
        """The process that was making the index is done, or it is gone and what it left may be broken."""
        keeper = self._keeper
        with keeper.writing() as db:
            keeper.measure(db)
        if keeper.ready:
            keeper.drop_lock()
        else:
            keeper.reset()

    def _deal_with_heard(self) -> None:
        with self._guard:
            heard, self._heard = self._heard, set()
        keeper = self._keeper
        top = keeper.vault + os.sep
        inside = [path[len(top) :].replace(os.sep, "/") for path in heard if path.startswith(top)]
        if keeper.vault in heard:
            inside.append("")
        folders = [path for path in inside if not path or path.rpartition(".")[2].lower() != "md"]
        if folders:
            keeper.look_at([path for path in folders if self._is_known(path)], self._check)
        keeper.recheck(inside, self._check)

    def _is_known(self, folder: str) -> bool:
        with self._keeper.writing() as db:
            return bool(db.one("SELECT count(*) FROM folders WHERE path = ?", (folder,)))
