"""Folders: what AI apps may do in which folder. Every choice acts at once, and the page says when it is in force.

Reading and writing happen in the background. A change from outside updates rows where they stand.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QFileSystemWatcher, Qt, QTimer
from PySide6.QtWidgets import QLineEdit, QVBoxLayout

from app.core.folders import shown
from app.core.journal.record import CallRecord
from app.core.settings import Access, FolderSetting, GitSwitch, settings_path
from app.ui.folders import adding, changing, facts, sensitive
from app.ui.folders.adding import AddPanel
from app.ui.folders.choosing import Choose, choose_folder
from app.ui.folders.facts import Looked, Standing
from app.ui.folders.first import FirstFolders
from app.ui.folders.row import FolderRow
from app.ui.kit.buttons import Button
from app.ui.kit.deeds import Deed
from app.ui.kit.in_force import InForce
from app.ui.kit.labels import Label
from app.ui.kit.messages import Message
from app.ui.kit.opening import open_file
from app.ui.kit.page import Page
from app.ui.kit.reasons import reason
from app.ui.kit.services import Services
from app.ui.kit.theme import S
from app.ui.kit.trouble import Trouble
from app.ui.kit.words import number

FIRST_ROWS = 24
"""Rows made at first and with each “Show more”."""
MOST_ROWS = 200
"""Rows made at all; the search field finds the others."""
MADE_AT_ONCE = 2
SEARCH_FROM = 12
LOOKED_THROUGH = 30
"""Folders that are looked through for secrets without being asked to."""
SETTLE_MS = 100


class FoldersPage(Page):
    """`choose` asks the person for a folder, `open_file` opens one in an editor: other ones in tests."""

    name = "folders"
    drawing = "folders"

    def __init__(
        self, services: Services, choose: Choose = choose_folder, open_file: Callable[[str], object] = open_file
    ) -> None:
        super().__init__(self.tr("Folders"), services)
        theme = services.theme
        self.rows: dict[str, FolderRow] = {}
        self.looked: Looked | None = None
        self._choose = choose
        self._asked = 0
        self._most = FIRST_ROWS
        self._to_look: deque[str] = deque()
        self._looking = ""
        self._in_view = False
        self._changes = InForce(services, self.rows.get, self.look, reason, self)
        self.add = Button(self.tr("Add a folder…"), theme, "primary", "plus", self.ask_for_folder)
        self.buttons.addWidget(self.add)
        self.trouble = Trouble(theme, lambda: open_file(settings_path(services.home)), self.look, services.go)
        self.adding = AddPanel(services)
        self.adding.wanted.connect(self._grant)
        self.adding.cancelled.connect(self._show)
        self.found = QLineEdit()
        self.found.setPlaceholderText(self.tr("Find a folder"))
        self.found.setAccessibleName(self.tr("Find a folder"))
        self.found.setClearButtonEnabled(True)
        self.found.textChanged.connect(lambda _text: self._soon_show.start())
        self.found.hide()
        self.list = QVBoxLayout()
        self.list.setSpacing(S)
        self.more = Label("", theme, "secondary", "muted", wrap=True)
        self.more.hide()
        self.show_more = Button(self.tr("Show more"), theme, "plain", "chevron-down", self._show_more)
        self.show_more.hide()
        self.first = FirstFolders(services, self.ask_for_folder, self.ask)
        self.first.hide()
        for part in (self.trouble, self.adding, self.found):
            self.body.addWidget(part)
        self.body.addLayout(self.list)
        self.body.addWidget(self.more)
        self.body.addWidget(self.show_more, 0, Qt.AlignmentFlag.AlignLeading)
        self.body.addWidget(self.first)
        self.body.addStretch(1)
        self._watcher = QFileSystemWatcher(self)
        self._watcher.fileChanged.connect(lambda _path: self._soon_look.start())
        self._watcher.directoryChanged.connect(lambda _path: self._soon_look.start())
        self._soon_look = self._timer(SETTLE_MS, self._look_if_changed)
        self._soon_show = self._timer(SETTLE_MS, self._show)
        self._soon_make = self._timer(0, self._make_rows)
        services.link.record.connect(self._called)

    def opened(self, arguments: dict[str, Any]) -> None:
        """Look now, and at every change from now on. `add`: paths, or one, that the person may want to grant."""
        self._in_view = True
        self._watcher.addPath(self.services.home)
        if self.looked is None:
            self.look()
        else:
            self._look_if_changed()
        wanted = arguments.get("add") or []
        if wanted:
            self.ask([wanted] if isinstance(wanted, str) else [str(path) for path in wanted])

    def closed(self) -> None:
        """Nobody looks: nothing is watched or looked through."""
        self._in_view = False
        watched = [*self._watcher.files(), *self._watcher.directories()]
        if watched:
            self._watcher.removePaths(watched)
        self._to_look.clear()

    def search(self) -> bool:
        """Ctrl+F: the field, where there are many folders; with a few there is nothing to look through, which is told."""
        if self.found.isVisible():
            self.found.setFocus(Qt.FocusReason.ShortcutFocusReason)
            self.found.selectAll()
        return self.found.isVisible()

    # -- looking ------------------------------------------------------------------------------------------------

    def look(self) -> None:
        """Read the settings and show them."""
        self._asked += 1
        asked, home = self._asked, self.services.home
        self.services.background.run(
            lambda: facts.look(home), lambda looked: self._take(looked) if asked == self._asked else None, owner=self
        )

    def _look_if_changed(self) -> None:
        """Anew only where the settings are others, or a folder in view came or went: there may be thousands of them."""
        home, seen = self.services.home, self.looked.signature if self.looked else None
        shown = [row.standing for row in self.rows.values()]
        self.services.background.run(
            lambda: facts.signature(home) != seen or facts.moved(shown),
            lambda changed: self.look() if changed else None,
            owner=self,
        )

    def _take(self, looked: Looked) -> None:
        self.looked = looked
        if self._in_view and not self._watcher.files():
            self._watcher.addPath(settings_path(self.services.home))
        self._show()

    def _show(self) -> None:
        looked = self.looked
        if looked is None:
            return
        self.trouble.show_error(looked.error)
        self.add.setEnabled(looked.error is None)
        for row in self.rows.values():
            row.setEnabled(looked.error is None)
        if looked.error is not None:
            self.first.hide()
            return
        wanted = self._wanted()
        for path in [path for path in self.rows if path not in wanted]:
            gone = self.rows.pop(path)
            self.list.removeWidget(gone)
            gone.deleteLater()
        for path, row in self.rows.items():
            if not self._changes.busy(path) and row.standing != wanted[path]:
                row.show_standing(wanted[path])
        count = len(looked.folders)
        self.found.setVisible(count >= SEARCH_FROM)
        self._say_more(len(wanted), count)
        self._show_first()
        self._make_rows()

    def _show_first(self) -> None:
        """The empty page has its one button in the middle; then the one at the top would be a second."""
        folders = self.looked.folders if self.looked else []
        empty = self.looked is not None and not folders and self.adding.isHidden()
        self.first.show_first(empty, {one.setting.path for one in folders})
        self.add.setVisible(not empty)

    def _wanted(self) -> dict[str, Standing]:
        """The folders that are to have a row, in the order of the file."""
        words = self.found.text().strip().casefold()
        found: dict[str, Standing] = {}
        for one in self.looked.folders if self.looked else []:
            if not words or words in shown(one.setting.path).casefold():
                found[one.setting.path] = one
                if len(found) == self._most:
                    break
        return found

    def _say_more(self, shown_count: int, count: int) -> None:
        if count and not shown_count:
            self.more.setText(self.tr("No granted folder has that in its path."))
        elif shown_count == self._most and count > self._most:
            words = self.tr("The first {shown} of {count} folders are shown. Type above to find the others.")
            self.more.setText(words.format(shown=shown_count, count=number(count)))
        else:
            self.more.setText("")
        self.more.setVisible(bool(self.more.text()))
        self.show_more.setVisible(shown_count == self._most < min(count, MOST_ROWS))

    def _show_more(self) -> None:
        self._most = min(self._most + FIRST_ROWS, MOST_ROWS)
        self._show()

    def _make_rows(self) -> None:
        """A few rows at a time, so that a long list never keeps the window waiting."""
        if self.looked is None or self.looked.error is not None:
            return
        made: list[str] = []
        for place, (path, standing) in enumerate(self._wanted().items()):
            if path in self.rows:
                continue
            if len(made) == MADE_AT_ONCE:
                self._soon_make.start()
                break
            row = self.rows[path] = self._make_row(standing)
            self.list.insertWidget(place, row)
            made.append(path)
        if made:
            self._look_back(made)
            self._to_look += made[: max(0, LOOKED_THROUGH - len(self.rows) + len(made))]
            self._look_through()

    def _make_row(self, standing: Standing) -> FolderRow:
        path = standing.setting.path
        row = FolderRow(self.services, standing, self.looked.servers if self.looked else {})
        row.access_wanted.connect(lambda access: self._set_access(path, access))
        row.server_wanted.connect(lambda server, on: self._set_server(path, server, on))
        row.reveal_wanted.connect(lambda glob, on: self._changes.carry_out(path, self._revealing(path, glob, on)))
        row.git_wanted.connect(lambda switch, on: self._changes.carry_out(path, self._switching(path, switch, on)))
        row.removal_wanted.connect(lambda: self._remove(path))
        row.activity_wanted.connect(lambda: self.services.go("activity", {"filter": f'folder:"{shown(path)}"'}))
        row.secrets.look_wanted.connect(lambda: self._look_into(path))
        return row

    def _look_back(self, paths: list[str]) -> None:
        home = self.services.home

        def show(found: dict[str, facts.Lately]) -> None:
            for path, lately in found.items():
                if path in self.rows:
                    self.rows[path].show_lately(lately)

        def show_git(found: list[str]) -> None:
            for path in found:
                if path in self.rows:
                    self.rows[path].git.show_repository(True)

        self.services.background.run(lambda: facts.lately(home, paths), show, owner=self)
        self.services.background.run(
            lambda: [path for path in paths if facts.has_repository(path)], show_git, owner=self
        )

    def _called(self, record: CallRecord) -> None:
        row = self.rows.get(record.folder or "")
        if row is not None:
            row.take_call(record)

    def _look_into(self, path: str) -> None:
        self._to_look.appendleft(path)
        self._look_through()

    def _look_through(self) -> None:
        """One folder at a time."""
        if self._looking or not self._to_look:
            return
        path = self._looking = self._to_look.popleft()

        def done(found: sensitive.Found | None) -> None:
            self._looking = ""
            if found is not None and path in self.rows:
                self.rows[path].show_found(found)
            self._look_through()

        self.services.background.run(lambda: sensitive.look(path), done, lambda _error: done(None), owner=self)

    # -- changing -----------------------------------------------------------------------------------------------

    def ask_for_folder(self) -> None:
        """Let the person choose a folder."""
        self._choose(self, lambda path: self.ask([path]))

    def ask(self, paths: list[str]) -> None:
        """Ask what may be done in these folders; one that is granted already is shown instead."""

        def found(folders: list[str]) -> None:
            granted = {one.setting.path for one in self.looked.folders} if self.looked else set[str]()
            new = [path for path in folders if path not in granted]
            if new:
                self.adding.ask(new)
                self._show_first()
            elif folders and folders[0] in self.rows:
                row = self.rows[folders[0]]
                row.show_state(self.tr("Already added"), "accent", "check")
                row.access.setFocus()

        self.services.background.run(lambda: adding.folders_of(paths), found, owner=self)

    def _grant(self, paths: list[str], access: Access) -> None:
        home = self.services.home

        def deed(confirm: Callable[[], Any]) -> None:
            for path in paths:
                changing.set_access(home, path, access, confirm)

        def done(_result: object) -> None:
            self.adding.hide()
            self.found.clear()
            self.look()

        def failed(error: Exception) -> None:
            self.adding.busy(False)
            self.adding.show_problem(reason(error))
            self.look()

        self._changes.deeds.do(deed, done, failed)

    def _set_access(self, path: str, access: str) -> None:
        self.rows[path].choose(access)
        home, wanted = self.services.home, _access(access)
        self._changes.carry_out(path, lambda confirm: changing.set_access(home, path, wanted, confirm))

    def _set_server(self, path: str, server: str, on: bool) -> None:
        home, row = self.services.home, self.rows[path]
        seen = {name for name, chip in row.servers.items() if chip.isChecked()} | ({server} if on else set())
        builtin = set(self.looked.servers) if self.looked else set[str]()
        servers = None if seen == builtin else sorted(seen if on else seen - {server})
        self._changes.carry_out(path, lambda confirm: changing.set_servers(home, path, servers, confirm))

    def _revealing(self, path: str, glob: str, on: bool) -> Deed:
        home = self.services.home
        return lambda confirm: changing.set_revealed(home, path, glob, on, confirm)

    def _switching(self, path: str, switch: GitSwitch, on: bool) -> Deed:
        home = self.services.home
        return lambda confirm: changing.set_git(home, path, switch, on, confirm)

    def _remove(self, path: str) -> None:
        home, row = self.services.home, self.rows[path]

        def done(taken: changing.Taken) -> None:
            title = self.tr("{folder} is no longer granted.").format(folder=row.path.text())
            put_back = Message("notice", title, "", self.tr("Put back"), lambda: self._put_back(taken))
            self.services.messages.say(put_back)
            self.look()

        def failed(error: Exception) -> None:
            row.show_problem(reason(error))

        self._changes.deeds.do(lambda confirm: changing.take_out(home, path, confirm), done, failed)

    def _put_back(self, taken: changing.Taken) -> None:
        home = self.services.home

        def done(_setting: FolderSetting) -> None:
            self.look()

        self._changes.deeds.do(
            lambda confirm: changing.put_back(home, taken, confirm), done, self.services.messages.error
        )

    def _timer(self, milliseconds: int, act: Callable[[], object]) -> QTimer:
        made = QTimer(self)
        made.setSingleShot(True)
        made.setInterval(milliseconds)
        made.timeout.connect(act)
        return made


def _access(value: str) -> Access:
    return {"off": "off", "read": "read", "ask": "ask", "write": "write"}[value]  # type: ignore[return-value]
