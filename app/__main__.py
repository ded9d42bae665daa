"""`doorkeep-tray`: the desktop app. Parses its words, makes the application and lets the desk compose the rest."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable
    from types import TracebackType

    from app.ui.shell.desk import Desk
    from app.ui.shell.tray import Tray

MARK_COLOUR = "#245a8d"
SWITCH_SECONDS = 0.0001
"""A worker that computes gives way to the screen after so long; Python's own 5 ms add up to a stall where Qt calls us often."""


def main(argv: list[str] | None = None) -> int:
    """Runs until the person quits. Returns 0; 1 where it could not start; 2 for wrong words."""
    args = _parse(sys.argv[1:] if argv is None else argv)
    if args.self_test:
        from app.ui.shell.self_test import run

        return run()
    from app.bridge.home import find_home

    if not (args.background or args.here) and _is_unpacked_only():
        from app.ui.installing.start import run as offer

        return offer(find_home(args.home), _no_screen())
    return _run(find_home(args.home), background=args.background)


def _parse(given: list[str]) -> argparse.Namespace:
    return parser_of_words().parse_args(given)


def parser_of_words() -> argparse.ArgumentParser:
    """What the program takes on its command line."""
    import argparse

    parser = argparse.ArgumentParser(prog="doorkeep-tray", description="Doorkeep's tray icon and window.")
    parser.add_argument("--background", action="store_true", help="without the window")
    parser.add_argument("--here", action="store_true", help="from an unpacked archive: do not offer to install")
    parser.add_argument("--home", help="where all state lies (else DOORKEEP_HOME, else the default)")
    parser.add_argument(
        "--self-test", action="store_true", help="check the installation and leave; one JSON line a check"
    )
    return parser


def _is_unpacked_only() -> bool:
    """A packaged program that lies just anywhere offers to be installed first."""
    if not getattr(sys, "frozen", False):
        return False
    from app.desktop.installing import can_install

    return can_install()


def _no_screen() -> str:
    """Why no window can be shown, or an empty string. Qt would end the process instead of saying so."""
    import os

    named = any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"))
    if sys.platform in ("win32", "darwin") or named:
        return ""
    return "there is no desktop here (neither DISPLAY nor WAYLAND_DISPLAY is set). Use the commands: doorkeep --help"


def errors_to(door: Callable[[Exception], None]) -> None:
    """What nobody caught (Qt calls our code, and nothing calls Qt's) is printed and said through the one door."""
    before = sys.excepthook

    def hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        before(kind, error, trace)
        if isinstance(error, Exception):
            door(error)

    sys.excepthook = hook


def compose(home: str, tray: Tray) -> Desk:
    """The app around a tray icon that is shown already. Needs a QApplication; nothing is begun."""
    from PySide6.QtWidgets import QApplication

    from app.desktop import preferences
    from app.ui.kit.icons import icon
    from app.ui.kit.theme import Theme
    from app.ui.shell.desk import Desk

    QApplication.setWindowIcon(icon("mark", MARK_COLOUR))
    kept = preferences.load(home)
    theme = Theme(kept.theme)
    theme.apply()
    desk = Desk(home, theme, kept, tray)
    errors_to(desk.messages.error)
    return desk


def _run(home: str, *, background: bool) -> int:
    import gc
    import importlib

    gc.disable()  # collecting while modules load costs 20 ms before anything is shown
    sys.setswitchinterval(SWITCH_SECONDS)
    reason = _no_screen()
    if reason:
        sys.stderr.write(f"doorkeep-tray: {reason}\n")
        return 1
    try:
        from PySide6.QtCore import QEventLoop
        from PySide6.QtGui import QGuiApplication
        from PySide6.QtWidgets import QApplication
    except ImportError as error:
        sys.stderr.write(f"doorkeep-tray: a library of the desktop is missing: {error}. Install it and start again.\n")
        return 1
    QGuiApplication.setDesktopFileName("doorkeep")
    # As words, not by setStyle: that gives the style back, and Qt's Python would make 10 ms of classes for it.
    app = QApplication([sys.argv[0], *([] if sys.platform == "darwin" else ["-style", "fusion"])])
    app.setApplicationName("Doorkeep")
    app.setQuitOnLastWindowClosed(False)
    from app.ui.shell.leaving import Leaving
    from app.ui.shell.single import Single
    from app.ui.shell.tray import Tray

    single = Single(home)
    if not single.first:
        return 0
    tray = Tray()
    leaving = Leaving()
    tray.show()
    look = QEventLoop.ProcessEventsFlag.ExcludeUserInputEvents  # nothing could answer a click yet
    app.processEvents(look)
    importlib.import_module("msgspec")  # while the desktop makes room for the icon
    app.processEvents(look)
    desk = compose(home, tray)
    single.raised.connect(desk.open)
    single.replaced.connect(desk.leave)
    single.listen()
    desk.begin(background=background)
    leaving.then(desk.leave)
    gc.freeze()  # what lives as long as the app is not looked through again and again
    gc.enable()
    code = app.exec()
    leaving.close()
    single.close()
    return code


if __name__ == "__main__":
    sys.exit(main())
