"""How much is kept and how much a call may take: the numbers of `[limits]`, each in words, within bounds that make sense."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from PySide6.QtCore import QCoreApplication, QTimer
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.core import settings as settings_file
from app.core.settings import Limits
from app.ui.kit.deeds import Deeds
from app.ui.kit.labels import Label
from app.ui.kit.reasons import in_words
from app.ui.kit.services import Services
from app.ui.settings.rows import Number, section

SETTLE_MS = 400
"""A number that is still being stepped is not written yet."""


class Bound(NamedTuple):
    """One number: its words, its unit, the range offered. A value that the file has beyond it is shown and kept."""

    key: str
    name: str
    meaning: str
    unit: str
    low: int
    high: int


def bounds() -> list[Bound]:
    """Every number of Limits, those that people change most first."""
    return [
        Bound("journal_days", tr("Keep the log"), tr("Older calls are removed."), tr(" days"), 1, 3650),
        Bound("undo_megabytes", tr("Room for undo"), tr("Older copies go first."), tr(" MB"), 1, 1_000_000),
        Bound("ask_minutes", tr("A question waits"), tr("Without an answer the call is refused."), tr(" min"), 1, 1440),
        Bound("calls_per_minute", tr("Calls a minute"), tr("Of one app; more are refused."), "", 1, 100_000),
        Bound("in_flight", tr("Calls at once"), tr("Of one app; more are refused."), "", 1, 4096),
        Bound("call_seconds", tr("A call may take"), tr("After that it is ended."), tr(" s"), 1, 3600),
        Bound(
            "result_chars",
            tr("Longest answer"),
            tr("Of a built-in server; what is beyond comes in pages."),
            tr(" characters"),
            1000,
            1_000_000,
        ),
        Bound(
            "third_party_result_chars",
            tr("Longest answer of other servers"),
            tr("What is beyond is cut, and said."),
            tr(" characters"),
            1000,
            10_000_000,
        ),
        Bound("result_bytes", tr("Largest answer"), tr("Pictures included."), tr(" bytes"), 10_000, 100_000_000),
    ]


def tr(text: str) -> str:
    """Through Qt's translation, in this room's context."""
    return QCoreApplication.translate("limits", text)


class LimitsPanel(QWidget):
    """A number is in force when the line below says so; one that could not be written goes back."""

    def __init__(self, services: Services) -> None:
        super().__init__()
        self._services = services
        self._deeds = Deeds(services.home, services.background, self)
        self.in_force = Limits()
        self._waiting: dict[str, int] = {}
        theme = services.theme
        self.numbers = {each.key: Number(each.name, each.low, each.high, each.unit) for each in bounds()}
        self.said = Label(self.tr("A change is in force at once."), theme, "secondary", "muted", wrap=True)
        rows = [(each.name, each.meaning, [self.numbers[each.key]]) for each in bounds()]
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(section(self.tr("What is kept, and how much"), rows, theme, under=[self.said]))
        for key, number in self.numbers.items():
            number.setEnabled(False)
            number.valueChanged.connect(lambda value, key=key: self._changed(key, value))
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(SETTLE_MS)
        self._soon.timeout.connect(self._write)

    def look(self) -> None:
        """What the file says now."""
        home = self._services.home
        self._services.background.run(lambda: settings_file.load_kept(home).limits, self._show, self._failed, self)

    def _show(self, limits: Limits) -> None:
        self.in_force = limits
        for key, number in self.numbers.items():
            value: int = getattr(limits, key)
            number.blockSignals(True)
            number.setRange(min(number.minimum(), value), max(number.maximum(), min(value, 2**31 - 1)))
            number.setValue(self._waiting.get(key, value))
            number.blockSignals(False)
            number.setEnabled(True)

    def _changed(self, key: str, value: int) -> None:
        self._waiting[key] = value
        self._soon.start()

    def _write(self) -> None:
        wanted, self._waiting = self._waiting, {}
        home = self._services.home

        def change(document: Any) -> None:
            import tomlkit

            document.setdefault("limits", tomlkit.table()).update(wanted)

        def deed(confirm: Callable[[], Any]) -> Limits:
            return settings_file.edit(home, change, confirm).limits

        self._deeds.do(deed, self._written, self._failed)

    def _written(self, limits: Limits) -> None:
        self._show(limits)
        self.said.set_tone("muted")
        self.said.setText(self.tr("In force."))

    def _failed(self, error: Exception) -> None:
        self._show(self.in_force)
        self.said.set_tone("error")
        self.said.setText(in_words(error, self.tr("That could not be written; the old number stands.")))
