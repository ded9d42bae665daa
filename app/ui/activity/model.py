"""The log as rows, oldest first, newest at the bottom. A window of it is held; older pages come by cursor, live records update in place."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt

from app.core.journal.record import CallRecord
from app.ui.kit import words

RECORD = Qt.ItemDataRole.UserRole + 1
MOST = 20_000
"""Records held; beyond it the far end is let go."""
PAGE = 200
COLUMNS = ("Time", "Client", "What", "Decision", "Duration")
Index = QModelIndex | QPersistentModelIndex


class LogModel(QAbstractTableModel):
    """Rows ordered by id. Never sorts or filters in Python: what it is given has been filtered."""

    def __init__(self) -> None:
        super().__init__()
        self._records: list[CallRecord] = []
        self._ids: list[int] = []
        self._told = 0
        self._has_end = True

    @property
    def oldest(self) -> int | None:
        """The smallest id held."""
        return self._ids[0] if self._ids else None

    @property
    def newest(self) -> int:
        """The largest id held, or 0."""
        return self._ids[-1] if self._ids else 0

    @property
    def has_end(self) -> bool:
        """Whether the newest record held is the newest there is; else calls were left out behind it, to be read anew."""
        return self._has_end

    def newest_first(self) -> Iterator[CallRecord]:
        """The records held."""
        return reversed(self._records)

    def record(self, row: int) -> CallRecord:
        """The record of a row."""
        return self._records[row]

    def row_of(self, id_: int) -> int:
        """The row of an id, or -1."""
        place = bisect_left(self._ids, id_)
        return place if place < len(self._ids) and self._ids[place] == id_ else -1

    def show(self, records: Sequence[CallRecord]) -> None:
        """Begin anew with these, oldest first."""
        self.beginResetModel()
        self._records = list(records)
        self._ids = [record.id for record in records]
        self._told, self._has_end = self.newest, True
        self.endResetModel()

    def prepend(self, records: Sequence[CallRecord]) -> None:
        """Older ones, oldest first, all before what is held."""
        if not records:
            return
        self.beginInsertRows(QModelIndex(), 0, len(records) - 1)
        self._records[:0] = records
        self._ids[:0] = [record.id for record in records]
        self.endInsertRows()
        self._let_go(len(self._ids) - MOST, at_end=True)

    def take(self, records: Sequence[CallRecord], *, keep_top: bool = False) -> int:
        """Live records in any order: known ones are updated in place, new ones added. Gives how many are new.

        `keep_top`: someone reads above; where there is no more room, new ones are left out, so that no row moves away.
        """
        fresh: list[CallRecord] = []
        told = self._told
        for record in sorted(records, key=lambda one: one.id):
            row = self.row_of(record.id)
            if row >= 0:
                self._records[row] = record
                self.dataChanged.emit(self.index(row, 0), self.index(row, len(COLUMNS) - 1))
            elif record.id > self.newest:
                if fresh and fresh[-1].id == record.id:
                    fresh[-1] = record
                else:
                    fresh.append(record)
        self._told = max(told, fresh[-1].id) if fresh else told
        if keep_top and len(self._ids) + len(fresh) > MOST:
            self._has_end = self._has_end and not fresh
        elif fresh and self._has_end:
            first = len(self._ids)
            self.beginInsertRows(QModelIndex(), first, first + len(fresh) - 1)
            self._records += fresh
            self._ids += [record.id for record in fresh]
            self.endInsertRows()
            self._let_go(len(self._ids) - MOST, at_end=False)
        return sum(record.id > told for record in fresh)

    def _let_go(self, count: int, *, at_end: bool) -> None:
        if count <= 0:
            return
        self._has_end = self._has_end and not at_end
        first = len(self._ids) - count if at_end else 0
        self.beginRemoveRows(QModelIndex(), first, first + count - 1)
        del self._records[first : first + count]
        del self._ids[first : first + count]
        self.endRemoveRows()

    # -- what Qt asks -------------------------------------------------------------------------------------------

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """How many records are held."""
        return 0 if parent.isValid() else len(self._records)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Always five."""
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """The columns' names."""
        if role == Qt.ItemDataRole.DisplayRole and orientation == Qt.Orientation.Horizontal:
            return self.tr(COLUMNS[section])
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """A cell's words; the whole record under RECORD; a sentence for screen readers."""
        if not index.isValid() or index.row() >= len(self._records):
            return None
        record = self._records[index.row()]
        if role == RECORD:
            return record
        if role == Qt.ItemDataRole.DisplayRole:
            return self._cell(record, index.column())
        if role == Qt.ItemDataRole.AccessibleTextRole:
            said = words.sentence(record)
            return f"{clock(record.at)}, {said.who} {said.what}, {said.where}, {words.decision(record)[0]}"
        if role == Qt.ItemDataRole.ToolTipRole and index.column() == 2:
            return "\n".join(words.visible(path, 500) for path in record.paths[:10]) or None
        return None

    def _cell(self, record: CallRecord, column: int) -> str:
        match column:
            case 0:
                return clock(record.at)
            case 1:
                return words.client_name(record.client)
            case 2:
                return words.sentence(record).what
            case 3:
                return words.decision(record)[0]
            case _:
                return words.duration(record.duration_ms)


def clock(at: str) -> str:
    """The local time of day of an RFC 3339 moment, to the second."""
    try:
        return datetime.fromisoformat(at.replace("Z", "+00:00")).astimezone().strftime("%H:%M:%S")
    except ValueError:
        return ""
