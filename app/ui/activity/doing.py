"""What can be done about a call: take it back, be asked next time, keep the log as a file. Slow work goes to the background."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog, QWidget

from app.control.client import SessionClient, settled
from app.core import settings
from app.core.errors import DoorkeepError
from app.core.folders import shown
from app.core.journal.export import export
from app.core.journal.reader import Reader
from app.core.journal.record import CallRecord
from app.core.undo_tools import UNDO_TOOLS
from app.ui.kit.services import Services
from app.ui.kit.words import number

if TYPE_CHECKING:
    from collections.abc import Callable


class Doing(QObject):
    """Acts through the same doors as everything else: an undo is a call, a rule is a line of the settings."""

    def __init__(self, services: Services, parent: QWidget) -> None:
        super().__init__(parent)
        self._services = services
        self._window = parent
        self.filter: Callable[[], str] = lambda: ""

    def undo(self, record: CallRecord) -> None:
        """Take a change back, through the server's own undo tool."""
        home, server, change = self._services.home, record.server, record.change_id
        tool = UNDO_TOOLS.get(server)
        if change is None or tool is None:
            return

        def work() -> str:
            with SessionClient(home, server) as session:
                result = session.call_tool(tool, {"change_id": change})
            text = "\n".join(str(block.get("text", "")) for block in result.get("content", []))
            if result.get("isError"):
                raise DoorkeepError(self.tr("The change was not taken back."), text[:600])
            return text

        self._services.background.run(
            work, lambda _: self._services.messages.notice(self.tr("The change was taken back.")), owner=self
        )

    def ask_next_time(self, record: CallRecord) -> None:
        """From now on this tool asks."""
        home, server, tool = self._services.home, record.server, record.tool

        def change(document: Any) -> None:
            servers = document.setdefault("servers", {})
            servers.setdefault(server, {}).setdefault("tools", {})[tool] = "ask"

        self._services.background.run(
            lambda: settings.edit(home, change, confirm=lambda: settled(home)),
            lambda _: self._services.messages.notice(
                self.tr("You will be asked before {tool} is used again.").format(tool=tool)
            ),
            owner=self,
        )

    def export(self) -> None:
        """Ask for a file and write what the filter takes."""
        kinds = {self.tr("Spreadsheet (*.csv)"): "csv", self.tr("JSON lines (*.jsonl)"): "jsonl"}
        dialog = QFileDialog(self._window, self.tr("Export the log"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilters(list(kinds))
        dialog.setDefaultSuffix("csv")
        dialog.filterSelected.connect(lambda kind: dialog.setDefaultSuffix(kinds.get(kind, "csv")))
        dialog.selectFile(os.path.join(os.path.expanduser("~"), "doorkeep-log"))
        dialog.fileSelected.connect(self.export_to)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def export_to(self, path: str) -> None:
        """Write the log to a file, its kind told by the name."""
        home, expression = self._services.home, self.filter()
        form = "jsonl" if path.endswith(".jsonl") else "csv"

        def done(count: int) -> None:
            self._services.messages.notice(
                self.tr("{n} calls were written to {path}.").format(n=number(count), path=shown(path))
            )

        def work() -> int:
            with Reader(home) as reader:
                return export(reader.walk(expression), path, form)

        self._services.background.run(work, done, owner=self)
