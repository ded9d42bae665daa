"""Carries out changes to the settings one after the other, so that two quick clicks end as the second one said."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject

from app.control.client import settled
from app.ui.kit.background import Background

Deed = Callable[[Callable[[], Any]], Any]
"""Given what confirms that a running gateway lives by the change; runs in the background."""


class Deeds(QObject):
    """One worker, in order. `success` and `failure` are called on the GUI thread, exactly one of them."""

    def __init__(self, home: str, background: Background, parent: QObject) -> None:
        super().__init__(parent)
        self._home = home
        self._background = background
        self._waiting: deque[tuple[Deed, Callable[[Any], Any], Callable[[Exception], Any]]] = deque()
        self._busy = False

    def do(self, deed: Deed, success: Callable[[Any], Any], failure: Callable[[Exception], Any]) -> None:
        """Carry it out when what was asked before is done."""
        self._waiting.append((deed, success, failure))
        self._next()

    def _next(self) -> None:
        if self._busy or not self._waiting:
            return
        self._busy = True
        deed, success, failure = self._waiting.popleft()
        home = self._home
        self._background.run(
            lambda: deed(lambda: settled(home)),
            lambda result: self._done(success, result),
            lambda error: self._done(failure, error),
            self,
        )

    def _done(self, tell: Callable[[Any], Any], outcome: Any) -> None:
        self._busy = False
        try:
            tell(outcome)
        finally:
            self._next()
