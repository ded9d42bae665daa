"""One granted folder: its path, what may be done there, who sees it, what happened there, and what stays closed.

The row says what a person wants by its signals and shows what it is told; it changes nothing itself.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.core.folders import shown
from app.core.journal.record import CallRecord
from app.ui.folders import telling
from app.ui.folders.facts import COUNTED, Lately, Standing
from app.ui.folders.git_list import GitList
from app.ui.folders.link_line import LinkLine
from app.ui.folders.secret_list import SecretList
from app.ui.folders.sensitive import Found
from app.ui.folders.toggle_chip import ToggleChip
from app.ui.kit.buttons import IconButton
from app.ui.kit.chip import Chip
from app.ui.kit.labels import ElidedLabel, Label
from app.ui.kit.page import surface
from app.ui.kit.segmented import Segmented
from app.ui.kit.services import Services
from app.ui.kit.tab_order import chain
from app.ui.kit.theme import L, M, S, Tone
from app.ui.kit.words import visible


class FolderRow(QWidget):
    """Signals carry the wish: an access, (server, on), (glob, reveal), (switch of git's, on)."""

    access_wanted = Signal(str)
    server_wanted = Signal(str, bool)
    reveal_wanted = Signal(str, bool)
    git_wanted = Signal(str, bool)
    removal_wanted = Signal()
    activity_wanted = Signal()

    def __init__(self, services: Services, standing: Standing, servers: dict[str, str]) -> None:
        super().__init__()
        self._theme = services.theme
        self.standing = standing
        self.lately = Lately()
        self.servers: dict[str, ToggleChip] = {}
        said = visible(shown(standing.setting.path), 4096)
        self.setAccessibleName(said)
        self.path = ElidedLabel(said, self._theme, "heading")
        self.state = Chip("", "muted", "clock", self._theme)
        self.state.hide()
        self.access = Segmented(self.tr("Access to {folder}").format(folder=said), telling.choices(), self._theme)
        self.access.chosen.connect(self.access_wanted.emit)
        self.remove = IconButton(
            self.tr("Remove {folder}").format(folder=said), "trash", self._theme, self.removal_wanted.emit
        )
        self.explained = Label("", self._theme, "secondary", "muted", wrap=True)
        self.problem = Label("", self._theme, "secondary", "error", wrap=True)
        self.problem.hide()
        self.activity = LinkLine("activity", self._theme, self.activity_wanted.emit)
        self.secrets = SecretList(self._theme)
        self.secrets.reveal_wanted.connect(self.reveal_wanted.emit)
        self.git = GitList(said, self._theme)
        self.git.wanted.connect(self.git_wanted.emit)
        self._chips = QHBoxLayout()
        self._chips.setSpacing(S)
        inside = QVBoxLayout()
        inside.setSpacing(S)
        inside.addLayout(self._line(self.path, self.state, self.access, self.remove))
        meaning = QHBoxLayout()
        meaning.setSpacing(M)
        meaning.addWidget(self.explained, 1)
        meaning.addLayout(self._chips)
        inside.addLayout(meaning)
        inside.addWidget(self.problem)
        inside.addLayout(self._links())
        inside.addWidget(self.git)
        inside.addWidget(self.secrets)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(surface(inside))
        self._make_chips(servers)
        chain([self.access, self.remove, *self.servers.values(), self.activity, self.git.opener, self.secrets.opener])
        self.show_standing(standing)
        self.show_lately(self.lately)

    def show_standing(self, standing: Standing) -> None:
        """What the settings say. A choice that is being carried out is not touched by it: the page waits with this."""
        came_back = standing.exists and not self.standing.exists
        self.standing = standing
        setting = standing.setting
        self.access.set_value(setting.access)
        self.access.setVisible(standing.exists)
        if standing.exists:
            self.explained.setText(telling.explained(setting.access))
        else:
            self.explained.setText(
                self.tr(
                    "This folder is not there right now, so nothing in it can be reached. If it comes back, “{access}” "
                    "counts again. If it is gone for good, remove it."
                ).format(access=next(one.text for one in telling.choices() if one.value == setting.access))
            )
        for name, chip in self.servers.items():
            chip.setChecked(setting.servers is None or name in setting.servers)
        if not standing.exists:
            self.show_state(self.tr("Missing"), "error", "warning")
        elif came_back:
            self.show_state("")
        self.secrets.show_revealed(setting.reveal)
        unseen = setting.servers is not None and "git" not in setting.servers
        self.git.show_switches(setting.git, closed=setting.access == "off" or unseen or not standing.exists)

    def show_settings(self) -> None:
        """What the settings say, in place of a choice that could not be carried out."""
        self.show_standing(self.standing)

    def choose(self, access: str) -> None:
        """A choice that is being carried out: show what it will mean."""
        self.explained.setText(next(one.explained for one in telling.choices() if one.value == access))

    def show_state(self, text: str, tone: Tone = "muted", drawing: str = "clock") -> None:
        """How far the last change has come; empty hides it."""
        self.state.show_as(text, tone, drawing)
        self.state.setVisible(bool(text))

    def show_problem(self, text: str) -> None:
        """Why the last change was not made; empty hides it."""
        self.problem.setText(text)
        self.problem.setVisible(bool(text))

    def show_lately(self, lately: Lately) -> None:
        """What happened here."""
        self.lately = lately
        said = telling.lately(lately)
        self.activity.show_words(said)
        self.activity.setAccessibleName(self.tr("{said}. Show it in Activity").format(said=said))
        self.activity.setEnabled(lately.last is not None)

    def take_call(self, record: CallRecord) -> None:
        """A call that was just made or changed in this folder."""
        last = self.lately.last
        newer = last is None or record.id > last.id
        if newer or (last is not None and record.id == last.id):
            self.show_lately(Lately(record, min(COUNTED, self.lately.today + newer)))

    def show_found(self, found: Found) -> None:
        """Files that often hold secrets."""
        self.secrets.show_found(found)

    def _line(self, *parts: QWidget) -> QHBoxLayout:
        line = QHBoxLayout()
        line.setSpacing(M)
        for part in parts:
            line.addWidget(part, 1 if part is self.path else 0, Qt.AlignmentFlag.AlignVCenter)
        return line

    def _links(self) -> QHBoxLayout:
        line = QHBoxLayout()
        line.setSpacing(L)
        line.addWidget(self.activity)
        line.addStretch(1)
        line.addWidget(self.git.opener)
        line.addWidget(self.secrets.opener)
        return line

    def _make_chips(self, servers: dict[str, str]) -> None:
        self._chips.addWidget(Label(self.tr("Seen by"), self._theme, "secondary", "muted"))
        named = self.standing.setting.servers or ()
        for name, title in {**servers, **{name: name for name in named if name not in servers}}.items():
            words = self.tr("{server} sees {folder}").format(server=title, folder=self.path.text())
            chip = ToggleChip(visible(title, 30), words, self._theme)
            chip.clicked.connect(_told(self.server_wanted.emit, name))
            self.servers[name] = chip
            self._chips.addWidget(chip)


def _told(emit: Callable[[str, bool], object], name: str) -> Callable[[bool], None]:
    def tell(on: bool) -> None:
        emit(name, on)

    return tell
