"""The one way to do slow work: a function runs on a worker thread, its result comes back on the GUI thread, or never if nobody is left."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import Any, TypeVar

import shiboken6
from PySide6.QtCore import QObject, QRunnable, QThreadPool, Signal

T = TypeVar("T")
WORKERS = 4


class Background(QObject):
    """A small pool. Nothing inside a task may touch a widget."""

    _done = Signal(object, object, object)

    def __init__(self, failure: Callable[[Exception], None], parent: QObject | None = None) -> None:
        """`failure` takes what no task's own `failure` takes: the error door."""
        super().__init__(parent)
        self._failure = failure
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(WORKERS)
        self._pool.setExpiryTimeout(10_000)  # idle threads go, so that a hidden tray costs nothing
        self._done.connect(self._deliver)

    def run(
        self,
        fn: Callable[[], T],
        success: Callable[[T], Any] | None = None,
        failure: Callable[[Exception], Any] | None = None,
        owner: QObject | None = None,
    ) -> None:
        """Run `fn` on a worker; then `success` or `failure` here, unless `owner` has gone meanwhile."""
        keeper = weakref.ref(owner) if owner is not None else None
        emit = self._done.emit

        def work() -> None:
            try:
                result = fn()
            except Exception as error:  # whatever it is, it goes through the one door
                outcome, call = error, failure or self._failure
            else:
                outcome, call = result, success
            try:
                emit(call, outcome, keeper)
            except RuntimeError:  # the application ended while we worked
                return

        self._pool.start(QRunnable.create(work))

    def finish(self, milliseconds: int = 5000) -> bool:
        """Wait for what runs; False if it still does. For the end of the application and for tests."""
        return self._pool.waitForDone(milliseconds)

    def _deliver(self, call: Callable[[Any], Any] | None, outcome: object, keeper: weakref.ref[QObject] | None) -> None:
        if call is None:
            return
        if keeper is not None:
            owner = keeper()
            if owner is None or not shiboken6.isValid(owner):
                return
        call(outcome)
