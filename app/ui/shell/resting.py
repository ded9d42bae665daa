"""What a hidden window holds is given up after a while: its pages, all but the one that comes back first.

Nothing goes while work is under way that a page waits for, while a message can still be answered, or where somebody typed something.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, QTimer

from app.desktop.trimming import give_back
from app.ui.kit.background import Background
from app.ui.kit.gateway import GatewayLink
from app.ui.shell.window import Window

AFTER_MS = 10_000
"""Who closes a window by mistake has it back as it was."""
AGAIN_MS = 2000
"""Where something was under way just then, it is looked again so soon."""
DELETED_MS = 200
"""Qt deletes what was let go of when it has nothing else to do."""


class Resting(QObject):
    """`window` gives the window, if there is one."""

    def __init__(
        self,
        window: Callable[[], Window | None],
        link: GatewayLink,
        background: Background,
        parent: QObject | None = None,
        give_back: Callable[[], None] = give_back,
    ) -> None:
        super().__init__(parent)
        self._window = window
        self._link = link
        self._background = background
        self._give_back = give_back
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setTimerType(Qt.TimerType.VeryCoarseTimer)
        self._soon.timeout.connect(self._rest)

    def begin(self) -> None:
        """The window was hidden."""
        self._soon.start(AFTER_MS)

    def end(self) -> None:
        """The window is back."""
        self._soon.stop()

    def _rest(self) -> None:
        window = self._window()
        if window is None or window.isVisible():
            return
        if self._link.waits or self._background.busy or window.banner.isVisibleTo(window):
            self._soon.start(AGAIN_MS)
            return
        window.forget_pages()
        QTimer.singleShot(DELETED_MS, self, self._give_back)
