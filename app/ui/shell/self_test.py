"""What a packaged build proves of itself without a screen: drawings, window and every page. One JSON line a check."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable

import msgspec


def run(out: Callable[[bytes], object] | None = None) -> int:
    """Checks in a throw-away home, offscreen. Returns 0 if all went well, else 1."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    say = out or sys.stdout.buffer.write
    with tempfile.TemporaryDirectory(prefix="doorkeep-self-test-", ignore_cleanup_errors=True) as home:
        results = [_checked(name, check, say) for name, check in _checks(home)]
    return 0 if all(results) else 1


def _checked(name: str, check: Callable[[], object], say: Callable[[bytes], object]) -> bool:
    try:
        check()
    except Exception as error:  # a check that fails must not keep the others from speaking
        say(msgspec.json.encode({"check": name, "ok": False, "why": f"{type(error).__name__}: {error}"}) + b"\n")
        return False
    say(msgspec.json.encode({"check": name, "ok": True}) + b"\n")
    return True


def _checks(home: str) -> list[tuple[str, Callable[[], object]]]:
    from PySide6.QtWidgets import QApplication

    app = QApplication.instance() or QApplication(["doorkeep-tray"])
    from app.desktop.preferences import Preferences
    from app.ui.kit.icons import FOLDER, pixmap
    from app.ui.kit.theme import Theme
    from app.ui.shell import pages
    from app.ui.shell.desk import Desk

    theme = Theme("light")
    theme.apply()
    desk = Desk(home, theme, Preferences())

    def drawings() -> None:
        names = [name[:-4] for name in os.listdir(FOLDER) if name.endswith(".svg")]
        if not names or any(pixmap(name, "#000000", 16, 1.0).toImage().allGray() is None for name in names):
            raise ValueError("a drawing cannot be drawn")

    def page(name: str) -> Callable[[], object]:
        def check() -> None:
            desk.open(name)
            app.processEvents()
            if desk.window is None or desk.window.now != name or not desk.window.isVisible():
                raise ValueError("it does not come into view")

        return check

    def leave() -> None:
        if not desk.background.finish(20_000):
            raise TimeoutError("background work did not end")
        desk.close()
        app.processEvents()

    return [("drawings", drawings), *((f"page {one.name}", page(one.name)) for one in pages.PAGES), ("leaving", leave)]
