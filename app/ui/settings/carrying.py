"""Taking the setup along and bringing one in, and the bundle for a bug report. What an import would change is shown before."""

from __future__ import annotations

import os
import subprocess
import sys

from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QVBoxLayout, QWidget

from app.control.client import settled
from app.core import setup_file
from app.core.errors import DoorkeepError
from app.core.folders import shown
from app.core.private_file import replace_private
from app.core.settings import MAX_BYTES, load
from app.core.setup_file import Import
from app.ui.kit import words
from app.ui.kit.buttons import Button
from app.ui.kit.jsonview import TextView
from app.ui.kit.labels import Label
from app.ui.kit.reasons import in_words
from app.ui.kit.services import Services
from app.ui.kit.theme import M, S
from app.ui.settings.rows import section

BUNDLE_SECONDS = 180.0
MOST_LINES = 500


class CarryingPanel(QWidget):
    """Each deed says below what came of it."""

    def __init__(self, services: Services) -> None:
        super().__init__()
        self._services = services
        theme = services.theme
        again = Button(self.tr("Set up again…"), theme, pressed=lambda: services.go("setup", {}))
        self.export = Button(self.tr("Export…"), theme, "plain", "export", self._choose_export)
        self.bring = Button(self.tr("Import…"), theme, "plain", "import", self._choose_import)
        self.bundle = Button(self.tr("Save…"), theme, "plain", "file", self._choose_bundle)
        self.bundle.setAccessibleName(self.tr("Save diagnostics"))
        self.again = again
        self.said = Label("", theme, "body", wrap=True)
        self.said.hide()
        self.changes = TextView(self.tr("What the import would change"), 16)
        self.apply = Button(self.tr("Make these changes"), theme, "primary", pressed=self._apply)
        self.cancel = Button(self.tr("Cancel"), theme, "quiet", pressed=self._clear)
        answer = QHBoxLayout()
        answer.setSpacing(S)
        answer.addWidget(self.apply)
        answer.addWidget(self.cancel)
        answer.addStretch(1)
        self.preview = QWidget()
        inside = QVBoxLayout(self.preview)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(M)
        inside.addWidget(self.changes)
        inside.addLayout(answer)
        self.preview.hide()
        self._planned: Import | None = None
        rows = [
            (self.tr("First steps"), self.tr("Folders, servers and apps in three steps."), [again]),
            (
                self.tr("Take the setup along"),
                self.tr("Folders, servers, rules and limits in one file. Secrets are never in it."),
                [self.bring, self.export],
            ),
            (
                self.tr("Diagnostics"),
                self.tr(
                    "State, logs and the last calls without their contents, for a bug report. Secrets are taken out."
                ),
                [self.bundle],
            ),
        ]
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(section(self.tr("Setup and help"), rows, theme, under=[self.said, self.preview]))

    def save_setup(self, path: str) -> None:
        """Export to that file."""
        home = self._services.home

        def work() -> str:
            _written(path, setup_file.export(load(home)))
            return path

        done = self.tr("The setup lies in {path}. Secrets are not in it.")
        self._run(work, lambda where: self._say(done.format(path=words.visible(shown(where)))))

    def look_into(self, path: str) -> None:
        """Show what importing that file would change."""
        home = self._services.home
        self._run(lambda: setup_file.plan_import(home, setup_file.read(_content(path), shown(path))), self._show)

    def save_bundle(self, path: str) -> None:
        """Write the diagnostics bundle there; a program of its own does it, so that the app stays as it is."""
        home = self._services.home
        self.bundle.setEnabled(False)
        self._say(self.tr("Looking at everything; this takes a few seconds…"))
        done = self.tr("The bundle lies in {path}. Look into it before you send it.")
        self._run(lambda: write_bundle(home, path), lambda _: self._say(done.format(path=words.visible(shown(path)))))

    def _choose_export(self) -> None:
        self._choose(self.tr("Export the setup"), "doorkeep-setup.json", self.save_setup)

    def _choose_bundle(self) -> None:
        self._choose(self.tr("Save diagnostics"), "doorkeep-diagnostics.zip", self.save_bundle)

    def _choose(self, title: str, name: str, chosen: object) -> None:
        dialog = QFileDialog(self, title)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.selectFile(name)
        dialog.fileSelected.connect(chosen)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _choose_import(self) -> None:
        dialog = QFileDialog(self, self.tr("Import a setup"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilters([self.tr("Setups of Doorkeep (*.json)"), self.tr("All files (*)")])
        dialog.fileSelected.connect(self.look_into)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _show(self, planned: Import) -> None:
        self._planned = planned
        lines = [*planned.changes, *(self.tr("Left out: {what}").format(what=line) for line in planned.left_out)]
        more = len(lines) - MOST_LINES
        lines = [words.visible(line, 1000) for line in lines[:MOST_LINES]]
        if more > 0:
            lines.append(self.tr("… and {count} more").format(count=more))
        self.changes.show_text("\n".join(lines))
        self.changes.setVisible(bool(lines))
        self.apply.setVisible(bool(planned.changes))
        self.preview.setVisible(bool(lines))
        self._say(
            self.tr("This would change. No folder and no server is removed.")
            if planned.changes
            else self.tr("There is nothing to change: everything in the file is so already, or cannot be so here.")
        )

    def _apply(self) -> None:
        planned, home = self._planned, self._services.home
        if planned is None:
            return
        self.apply.setEnabled(False)
        self._run(lambda: setup_file.carry_out(home, planned, lambda: settled(home)), lambda _settings: self._applied())

    def _applied(self) -> None:
        self._clear()
        self._say(self.tr("The setup is in force."))

    def _clear(self) -> None:
        self._planned = None
        self.preview.hide()
        self.said.hide()

    def _run(self, work: object, success: object) -> None:
        def done(result: object) -> None:
            self._enable()
            success(result)  # type: ignore[operator]

        self._services.background.run(work, done, self._failed, self)  # type: ignore[arg-type]

    def _enable(self) -> None:
        self.apply.setEnabled(True)
        self.bundle.setEnabled(True)

    def _failed(self, error: Exception) -> None:
        self._enable()
        self._say(in_words(error, self.tr("That did not work. Try another place.")))
        self.said.set_tone("error")

    def _say(self, text: str) -> None:
        self.said.set_tone(None)
        self.said.setText(text)
        self.said.show()


def write_bundle(home: str, path: str) -> None:
    """`doorkeep diagnostics`. Raises DoorkeepError with its words."""
    if getattr(sys, "frozen", False):
        suffix = ".exe" if sys.platform == "win32" else ""
        program = [os.path.join(os.path.dirname(sys.executable), f"doorkeep{suffix}")]
    else:
        program = [sys.executable, "-P", "-m", "app.cli"]
    try:
        ended = subprocess.run(
            [*program, "--home", home, "diagnostics", path],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=BUNDLE_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        raise DoorkeepError("The diagnostics could not be made.", "", "Try again.") from None
    if ended.returncode:
        said = ended.stderr.decode("utf-8", "replace").strip().removeprefix("doorkeep: ")
        raise DoorkeepError(said[:500] or "The diagnostics could not be made.")


def _content(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        raise DoorkeepError(f"{shown(path)} cannot be read: {error.strerror}.") from None


def _written(path: str, content: bytes) -> None:
    try:
        replace_private(path, content)
    except OSError as error:
        raise DoorkeepError(
            f"{shown(path)} cannot be written: {error.strerror}.", "", "Choose another place."
        ) from None
