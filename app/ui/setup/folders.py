"""Step one: which folders, and what may be done there. Each switch acts at once and shows what is in force."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QVBoxLayout, QWidget

from app.core.folders import shown
from app.core.settings import Access
from app.ui.kit import words
from app.ui.kit.buttons import Button
from app.ui.kit.labels import ElidedLabel, Label
from app.ui.kit.page import surface
from app.ui.kit.reasons import in_words
from app.ui.kit.segmented import Choice, Segmented
from app.ui.kit.services import Services
from app.ui.kit.theme import M, S
from app.ui.kit.toggle import Toggle
from app.ui.setup import offered
from app.ui.setup.offered import OfferedFolder

MOST_DROPPED = 20


class FolderRow(QWidget):
    """One folder: granted or not, and how. A switch that could not be made goes back to what is in force."""

    switched = Signal()
    failed = Signal(object)

    def __init__(self, services: Services, folder: OfferedFolder) -> None:
        super().__init__()
        self._services = services
        self.path = folder.path
        self.in_force: Access | None = folder.access
        self._closed: Access | None = "off" if folder.access == "off" else None
        self._busy = False
        name = words.visible(shown(folder.path))
        self.box = Toggle(self.tr("Grant {folder}").format(folder=name), services.theme)
        told = self.tr("{folder} (new, for notes)").format(folder=name) if folder.new else name
        self.label = ElidedLabel(told, services.theme)
        self.access = Segmented(
            self.tr("Access to {folder}").format(folder=name),
            [
                Choice("read", self.tr("Read"), "allowed", self.tr("Files are read, never changed.")),
                Choice("ask", self.tr("Ask"), "asked", self.tr("Files are read; each change asks you first.")),
                Choice("write", self.tr("Write"), "accent", self.tr("Files are read and changed.")),
            ],
            services.theme,
        )
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(M)
        row.addWidget(self.box)
        row.addWidget(self.label, 1)
        row.addWidget(self.access)
        self._show(self.in_force)
        self.box.clicked.connect(self._ticked)
        self.access.chosen.connect(self._chosen)

    @property
    def wanted(self) -> Access | None:
        """What the switches say."""
        if not self.box.isChecked():
            return self._closed  # a folder that was closed inside an open one must not inherit by a second click
        choices: dict[str, Access] = {"read": "read", "ask": "ask", "write": "write"}
        return choices.get(self.access.value, "ask")

    def _show(self, access: Access | None) -> None:
        granted = access not in (None, "off")
        self.box.setChecked(granted)
        self.access.set_value(access if access and granted else "")

    def tick(self) -> None:
        """Grant it as it stands, with questions before changes if nothing is chosen yet."""
        self.box.setChecked(True)
        self._ticked(True)

    def _ticked(self, on: bool = False) -> None:
        self.access.set_value((self.access.value or "ask") if on else "")
        self._switch()

    def _chosen(self, _value: str) -> None:
        self.box.setChecked(True)
        self._switch()

    def _switch(self) -> None:
        if self._busy or self.wanted == self.in_force:
            return
        self._busy = True
        home, path, wanted = self._services.home, self.path, self.wanted
        self._services.background.run(
            lambda: offered.set_folder(home, path, wanted), self._switched, self._could_not, self
        )

    def _switched(self, folder: OfferedFolder) -> None:
        self._busy = False
        self.in_force = folder.access
        self.switched.emit()
        self._switch()  # if the person went on meanwhile

    def _could_not(self, error: Exception) -> None:
        self._busy = False
        self._show(self.in_force)
        self.failed.emit(error)


class FoldersStep(QWidget):
    """`changed` when another folder is in force."""

    changed = Signal()

    def __init__(self, services: Services) -> None:
        super().__init__()
        self._services = services
        self.setAcceptDrops(True)
        theme = services.theme
        self.rows: list[FolderRow] = []
        self.problem = Label("", theme, "body", "error", wrap=True)
        self.problem.hide()
        self.more = Label("", theme, "secondary", "muted")
        self.more.hide()
        self.add = Button(self.tr("Add a folder…"), theme, "plain", "plus", self._choose)
        self.hint = Label(self.tr("or drop folders here"), theme, "secondary", "muted")
        foot = QHBoxLayout()
        foot.setSpacing(M)
        foot.addWidget(self.add)
        foot.addWidget(self.hint)
        foot.addStretch(1)
        self._list = QVBoxLayout()
        self._list.setSpacing(S)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(M)
        self._list.addWidget(self.more)
        layout.addWidget(surface(self._list))
        layout.addWidget(Label(self._meanings(), theme, "secondary", "muted", wrap=True))
        layout.addLayout(foot)
        layout.addWidget(self.problem)
        layout.addStretch(1)

    @property
    def granted(self) -> int:
        """How many folders of this list are in force."""
        return sum(row.in_force not in (None, "off") for row in self.rows)

    def enter(self) -> None:
        """What is granted and what may be wanted, as it is now."""
        home = self._services.home
        self._services.background.run(lambda: offered.offered_folders(home), self._show, self._failed, self)

    def leave(self) -> None:
        """Nothing runs on."""

    def grant(self, path: str) -> None:
        """Add a folder that may be read, with questions before changes."""
        known = next((row for row in self.rows if row.path == path), None)
        if known is not None:
            known.tick()
            return
        home = self._services.home
        self._services.background.run(lambda: offered.set_folder(home, path, "ask"), self._added, self._failed, self)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Folders from a file manager are welcome."""
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Each of them is granted; what is no folder is said."""
        self.problem.hide()
        for url in event.mimeData().urls()[:MOST_DROPPED]:
            if url.isLocalFile():
                self.grant(url.toLocalFile())
        event.acceptProposedAction()

    def _choose(self) -> None:
        dialog = QFileDialog(self, self.tr("Choose a folder"))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly, True)
        dialog.fileSelected.connect(self.grant)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _show(self, found: tuple[list[OfferedFolder], int]) -> None:
        folders, more = found
        for row in self.rows:
            self._list.removeWidget(row)
            row.deleteLater()
        self.rows = []
        for folder in folders:
            self._append(folder)
        self.more.setText(self.tr("and {count} more, on the Folders page").format(count=more))
        self.more.setVisible(bool(more))
        self.changed.emit()

    def _append(self, folder: OfferedFolder) -> None:
        row = FolderRow(self._services, folder)
        row.switched.connect(self._switched)
        row.failed.connect(self._failed)
        self.rows.append(row)
        self._list.insertWidget(len(self.rows) - 1, row)

    def _meanings(self) -> str:
        return self.tr(
            "Read: files are read, never changed. Ask: each change asks you first. Write: files are read and changed."
        )

    def _added(self, folder: OfferedFolder) -> None:
        if all(row.path != folder.path for row in self.rows):
            self._append(folder)
        self.changed.emit()

    def _switched(self) -> None:
        self.problem.hide()
        self.changed.emit()

    def _failed(self, error: Exception) -> None:
        self.problem.setText(in_words(error, self.tr("That did not work, and nothing was changed.")))
        self.problem.show()
