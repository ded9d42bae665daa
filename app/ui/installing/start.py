"""What an unpacked Doorkeep shows when it is started: the window that offers to install it, and nothing of the app behind it."""

from __future__ import annotations

import sys


def run(home: str, no_screen: str) -> int:
    """Show the window until it is closed. Returns 0; 1 where there is no screen to show it on (`no_screen` says why)."""
    if no_screen:
        sys.stderr.write(f"doorkeep-tray: {no_screen}\nTo install without a desktop: ./doorkeep install\n")
        return 1
    from PySide6.QtGui import QGuiApplication
    from PySide6.QtWidgets import QApplication

    from app.desktop import installing
    from app.ui.installing.window import InstallingWindow
    from app.ui.kit.theme import Theme

    QGuiApplication.setDesktopFileName("doorkeep")
    app = QApplication([sys.argv[0], "-style", "fusion"])
    app.setApplicationName("Doorkeep")
    theme = Theme()
    theme.apply()
    window = InstallingWindow(home, theme, installing)
    window.show()
    code = app.exec()
    window.finish()
    return code
