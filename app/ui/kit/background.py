"""The one way to do slow work: a function runs on a worker thread, its result comes back on the GUI thread, or never if nobody is left.

Plain threads, not QThreadPool: a QRunnable that the pool has deleted leaves its Python wrapper behind, and the next C++ object at
that address (seen: a menu's action) is taken for it.
"""

from __future__ import annotations

import contextlib
import queue
import threading
import time
import weakref
from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

import shiboken6
from PySide6.QtCore import QObject, Signal

T = TypeVar("T")
WORKERS = 4
IDLE_SECONDS = 10.0
"""A worker without work goes after so long, so that a hidden tray costs nothing."""


class _Task(NamedTuple):
    """Kept on the GUI's side until it is delivered: what it holds may be widgets, which must not end on a worker."""

    fn: Callable[[], Any]
    success: Callable[[Any], Any] | None
    failure: Callable[[Exception], Any]
    keeper: weakref.ref[QObject] | None


class Background(QObject):
    """A few workers. Nothing inside a task may touch a widget."""

    _done = Signal(int, bool, object)

    def __init__(self, failure: Callable[[Exception], None], parent: QObject | None = None) -> None:
        """`failure` takes what no task's own `failure` takes: the error door."""
        super().__init__(parent)
        self._failure = failure
        self._tasks: dict[int, _Task] = {}
        self._next = 0
        self._wanted: queue.SimpleQueue[tuple[int, Callable[[], Any]]] = queue.SimpleQueue()
        self._changed = threading.Condition()
        self._workers = 0
        self._busy = 0
        self._held = False
        self._kept: list[tuple[int, Callable[[], Any]]] = []
        self._done.connect(self._deliver)

    def run(
        self,
        fn: Callable[[], T],
        success: Callable[[T], Any] | None = None,
        failure: Callable[[Exception], Any] | None = None,
        owner: QObject | None = None,
    ) -> None:
        """Run `fn` on a worker; then `success` or `failure` here, unless `owner` has gone meanwhile."""
        self._next += 1
        keeper = weakref.ref(owner) if owner is not None else None
        self._tasks[self._next] = _Task(fn, success, failure or self._failure, keeper)
        with self._changed:
            self._busy += 1
            self._kept.append((self._next, fn))
            self._hand_out()

    def hold(self) -> None:
        """Begin nothing until `go_on`: Python runs one thread at a time, and the first picture of a window comes first."""
        self._held = True

    def go_on(self) -> None:
        """Begin what was kept waiting."""
        with self._changed:
            self._held = False
            self._hand_out()

    @property
    def busy(self) -> bool:
        """Whether a result is still to be delivered."""
        return bool(self._tasks)

    def finish(self, milliseconds: int = 5000) -> bool:
        """Wait for what runs; False if it still does. For the end of the application and for tests."""
        self.go_on()
        end = time.monotonic() + milliseconds / 1000
        with self._changed:
            return self._changed.wait_for(lambda: self._busy == 0, max(0.0, end - time.monotonic()))

    def _hand_out(self) -> None:
        if self._held:
            return
        for task in self._kept:
            self._wanted.put(task)
        self._kept.clear()
        while self._workers < min(WORKERS, self._busy):
            self._workers += 1
            threading.Thread(target=self._work, name="background", daemon=True).start()

    def _work(self) -> None:
        while True:
            try:
                number, fn = self._wanted.get(timeout=IDLE_SECONDS)
            except queue.Empty:
                with self._changed:
                    if not self._wanted.empty():
                        continue  # it came in this very moment
                    self._workers -= 1
                return
            try:
                outcome, well = fn(), True
            except Exception as error:  # whatever it is, it goes through the one door
                outcome, well = error, False
            del fn
            with contextlib.suppress(RuntimeError):  # the application ended while we worked
                self._done.emit(number, well, outcome)
            del outcome
            with self._changed:
                self._busy -= 1
                self._changed.notify_all()

    def _deliver(self, number: int, well: bool, outcome: Any) -> None:
        task = self._tasks.pop(number)
        if task.keeper is not None:
            owner = task.keeper()
            if owner is None or not shiboken6.isValid(owner):
                return
        if not well:
            task.failure(outcome)
        elif task.success is not None:
            task.success(outcome)
