"""The tray program itself with a stop-watch inside: `python -P -m tests.bench.desk_probe DESCRIPTOR [the tray's own words]`.

Orders come as JSON lines over a socket and are carried out on the thread that Qt draws on; each is answered by one line.
Nothing of the program is replaced. Moments are seconds of the monotonic clock, which other processes share.
"""

from __future__ import annotations

import inspect
import json
import os
import socket
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

from app.__main__ import main

BEAT_MS = 5
Answer = Callable[[Any], None]


class Hand:
    """What can be ordered. Made on Qt's thread, when the app is up."""

    def __init__(self, desk: Any) -> None:
        from PySide6.QtCore import QObject, Qt, QTimer
        from PySide6.QtWidgets import QApplication

        self.app: Any = QApplication.instance()
        self.desk = desk
        self.keeper = QObject()
        self._beat = QTimer(self.keeper)
        self._beat.setTimerType(Qt.TimerType.PreciseTimer)
        self._beat.setInterval(BEAT_MS)
        self._beat.timeout.connect(self._tick)
        self._last = (0.0, 0.0)
        self._worst = (0.0, 0.0)
        self._seen: dict[int, float] = {}
        self._paint_filter: Any = None

    # -- stalls -------------------------------------------------------------------------------------------------

    def watch(self, answer: Answer) -> None:
        """Begin to measure how long Qt's loop is away at most."""
        self._worst = (0.0, 0.0)
        self._last = (time.monotonic(), time.thread_time())
        self._beat.start()
        answer(None)

    def worst(self, answer: Answer) -> None:
        """Milliseconds of the longest absence since `watch` or the last `worst`: by the clock, and of processor time in one."""
        self._tick()
        wall, spent = self._worst
        self._worst = (0.0, 0.0)
        answer([wall * 1e3, spent * 1e3])

    def _tick(self) -> None:
        now = (time.monotonic(), time.thread_time())
        wall, spent = now[0] - self._last[0] - BEAT_MS / 1000, now[1] - self._last[1]
        self._worst = (max(self._worst[0], wall), max(self._worst[1], spent))
        self._last = now

    # -- pages --------------------------------------------------------------------------------------------------

    def switch(self, answer: Answer, page: str) -> None:
        """Milliseconds from the wish to the page's first picture, by the clock and of this thread's processor time."""
        begun = (time.monotonic(), time.thread_time())
        self.desk.open(page)
        self.app.processEvents()
        answer([(time.monotonic() - begun[0]) * 1e3, (time.thread_time() - begun[1]) * 1e3])

    def settle(self, answer: Answer) -> None:
        """When no background work is left and what it brought is shown."""
        from PySide6.QtCore import QTimer

        quiet = 0

        def look() -> None:
            nonlocal quiet
            quiet = quiet + 1 if not self.desk.background._tasks else 0
            if quiet > 3:
                answer(None)
            else:
                QTimer.singleShot(20, look)

        look()

    def close(self, answer: Answer) -> None:
        """The window into the tray."""
        if self.desk.window is not None:
            self.desk.window.close()
        answer(None)

    # -- the log ------------------------------------------------------------------------------------------------

    def search(self, answer: Answer, expression: str) -> None:
        """A filter typed and confirmed: milliseconds until the first rows are painted, until all is done, and how many rows."""
        page = self.desk.window.page("activity")
        first: list[float] = []
        begun = time.monotonic()

        def shown(records: list[Any]) -> None:
            if not first and records:
                self.app.processEvents()
                first.append((time.monotonic() - begun) * 1e3)

        def done(share: float) -> None:
            if share >= 1.0:
                for signal, slot in slots:
                    signal.disconnect(slot)
                answer([first[0] if first else None, (time.monotonic() - begun) * 1e3, page.model.rowCount()])

        slots = ((page.source.begun, shown), (page.source.older, shown), (page.source.busy, done))
        for signal, slot in slots:
            signal.connect(slot)
        page.search_field.setText(expression)
        page._begin()

    def rows(self, answer: Answer) -> None:
        """Begin to note when each new record of the log is painted for the first time."""
        table = self.desk.window.page("activity").table
        model, known = table.model(), self._seen
        known.clear()
        state = {"newest": model.newest}

        def painted() -> None:
            now = time.monotonic()
            for id_ in range(state["newest"] + 1, model.newest + 1):
                known[id_] = now
            state["newest"] = model.newest

        self._on_paint(table.viewport(), painted)
        answer(state["newest"])

    def cards(self, answer: Answer) -> None:
        """Begin to note when each question is painted on the card for the first time; by the call's id."""
        card, known = self.desk.card, self._seen
        known.clear()

        def painted() -> None:
            now = time.monotonic()
            for question in self.desk.watch.questions:
                known.setdefault(question.call, now)

        self._on_paint(card, painted)
        answer(None)

    def deny(self, answer: Answer) -> None:
        """Say no to every open question, through the door that the buttons use."""
        for question in self.desk.watch.questions:
            self.desk.answering.deny(question)
        answer(None)

    def seen(self, answer: Answer) -> None:
        """The moments noted so far, by id."""
        answer(self._seen)

    def _on_paint(self, widget: Any, act: Callable[[], None]) -> None:
        from PySide6.QtCore import QEvent, QObject

        class Painted(QObject):
            def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
                if event.type() == QEvent.Type.Paint:
                    act()
                return False

        self._paint_filter = Painted(self.keeper)
        widget.installEventFilter(self._paint_filter)


def the_desk() -> Any:
    """The app, if it is composed already: whose messages the last resort for errors speaks to."""
    held = inspect.getclosurevars(sys.excepthook).nonlocals if inspect.isfunction(sys.excepthook) else {}
    return held["door"].__self__.parent() if "door" in held else None


def listen(door: socket.socket) -> None:
    """Hears orders on a thread of its own and has them carried out on Qt's."""
    lines = door.makefile("r")
    line = lines.readline()
    while not (sys.modules.get("PySide6.QtWidgets") and sys.modules["PySide6.QtWidgets"].QApplication.instance()):
        time.sleep(0.01)
    from PySide6.QtCore import QObject, QTimer, Signal
    from PySide6.QtWidgets import QApplication

    class Ear(QObject):
        heard = Signal(str)

    ear, hands = Ear(), list[Hand]()

    def obey(order: str) -> None:
        desk = the_desk() if not hands else hands[0].desk
        if desk is None:
            QTimer.singleShot(20, lambda: obey(order))  # there is an icon, but not yet an app behind it
            return
        if not hands:
            hands.append(Hand(desk))
        name, *words = json.loads(order)
        getattr(hands[0], name)(lambda found: door.sendall(json.dumps(found).encode() + b"\n"), *words)

    ear.heard.connect(obey)
    app = QApplication.instance()
    assert app is not None
    ear.moveToThread(app.thread())
    while line:
        ear.heard.emit(line)
        line = lines.readline()


if __name__ == "__main__":
    descriptor = int(sys.argv[1])
    os.set_inheritable(descriptor, False)
    threading.Thread(target=listen, args=[socket.socket(fileno=descriptor)], daemon=True).start()
    sys.exit(main(sys.argv[2:]))
