"""Notices that a file was changed, replaced, made or removed, by whatever program. The system tells of it: nothing looks in vain."""

from __future__ import annotations

import os

import shiboken6
from PySide6.QtCore import QFileSystemWatcher, QObject, Signal


class FileNotice(QObject):
    """`noticed` where the file at `path` may be another than before, until `end`. Its folder must be there."""

    noticed = Signal()

    def __init__(self, path: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._path = path
        self._watcher = QFileSystemWatcher(self)
        self._watcher.fileChanged.connect(self._look)
        self._watcher.directoryChanged.connect(self._look)
        self._watch()

    def end(self) -> None:
        """Let go at once, on this thread: left to the collector it might go on another one, which Qt does not survive."""
        if shiboken6.isValid(self._watcher):
            shiboken6.delete(self._watcher)

    def _watch(self) -> None:
        """What is there by now: a file that was replaced is another one."""
        watched = {*self._watcher.files(), *self._watcher.directories()}
        for path in (os.path.dirname(self._path), self._path):
            if path not in watched and os.path.exists(path):
                self._watcher.addPath(path)

    def _look(self, _path: str) -> None:
        self._watch()
        self.noticed.emit()
