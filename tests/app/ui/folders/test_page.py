"""The Folders page: what is granted, changed by a click, from outside, and against trouble."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt

from app.core.settings import FolderSetting, load
from app.ui.folders.page import FoldersPage
from app.ui.folders.row import FolderRow
from app.ui.kit.segmented import Segmented
from app.ui.kit.services import Services

Make = Callable[..., FoldersPage]
LONG = 20_000


def click(qtbot, control: Segmented, index: int) -> None:
    qtbot.mouseClick(control.segments[index], Qt.MouseButton.LeftButton)


def setting(home: str, path: Path) -> FolderSetting:
    return next(one for one in load(home).folders if one.path == os.path.realpath(path))


def row_of(page: FoldersPage, path: Path, qtbot) -> FolderRow:
    qtbot.waitUntil(lambda: os.path.realpath(path) in page.rows, timeout=LONG)
    return page.rows[os.path.realpath(path)]


def test_each_granted_folder_is_a_row_with_its_choice_explained(make_page: Make, granted, qtbot, screens) -> None:
    page = make_page()
    row = row_of(page, granted[1], qtbot)
    assert row.path.text() == "~/Projects/website"
    assert row.access.value == "ask"
    assert row.explained.text() == "Files are read; each change asks you first."
    screens("folders", page)


def test_a_click_is_in_force_and_the_row_says_so(make_page: Make, granted, home: str, qtbot, link, screens) -> None:
    page = make_page()
    row = row_of(page, granted[0], qtbot)
    click(qtbot, row.access, 3)
    assert row.explained.text() == "Files are read and changed."
    qtbot.waitUntil(lambda: row.state.accessibleName() == "In force", timeout=LONG)
    assert setting(home, granted[0]).access == "write"
    assert ("settings", {}) in link.calls
    assert "# Documents" in (Path(home) / "doorkeep.toml").read_text()


def test_in_force_is_not_left_standing_beside_the_next_change(make_page: Make, granted, qtbot) -> None:
    row = row_of(make_page(), granted[0], qtbot)
    click(qtbot, row.access, 3)
    qtbot.waitUntil(row.state.isVisible, timeout=LONG)
    click(qtbot, row.access, 2)
    assert not row.state.isVisible()


def test_without_a_gateway_the_row_says_when_it_counts(make_page: Make, granted, home: str, qtbot, link) -> None:
    link.is_up = False
    page = make_page()
    row = row_of(page, granted[0], qtbot)
    click(qtbot, row.access, 0)
    qtbot.waitUntil(lambda: "when Doorkeep's gateway starts" in row.state.accessibleName(), timeout=LONG)
    assert setting(home, granted[0]).access == "off"


def test_a_change_that_fails_puts_the_control_back_and_says_why(make_page: Make, granted, qtbot) -> None:
    page = make_page()
    row = row_of(page, granted[0], qtbot)
    granted[0].rmdir()
    click(qtbot, row.access, 3)
    qtbot.waitUntil(row.problem.isVisible, timeout=LONG)
    assert "is not a folder" in row.problem.text()
    assert row.access.value == "read"


def test_two_quick_clicks_end_as_the_second_one_said(make_page: Make, granted, home: str, qtbot) -> None:
    page = make_page()
    row = row_of(page, granted[0], qtbot)
    for index in (0, 3, 0, 2):
        click(qtbot, row.access, index)
    qtbot.waitUntil(lambda: row.state.accessibleName() == "In force", timeout=LONG)
    assert setting(home, granted[0]).access == "ask"
    assert row.access.value == "ask"


def test_what_git_may_do_is_switched_in_the_folders_row(make_page: Make, granted, home: str, qtbot, screens) -> None:
    (granted[0] / "site" / ".git").mkdir(parents=True)
    page = make_page()
    row = row_of(page, granted[0], qtbot)
    qtbot.waitUntil(row.git.opener.isVisible, timeout=LONG)
    assert not row_of(page, granted[1], qtbot).git.opener.isVisible()
    row.git.opener.click()
    row.git.switches["remote"].click()
    qtbot.waitUntil(lambda: row.state.accessibleName() == "In force", timeout=LONG)
    assert setting(home, granted[0]).git == ("remote",)
    qtbot.waitUntil(lambda: row.git.opener.text() == "Git: other computers", timeout=LONG)
    screens("folders-git", page)


def test_a_later_visit_reads_the_settings_only_where_something_changed(make_page: Make, granted, qtbot) -> None:
    page = make_page()
    row = row_of(page, granted[0], qtbot)
    looked = page.looked
    page.closed()
    page.opened({})
    qtbot.waitUntil(lambda: not page.services.background.busy, timeout=LONG)
    assert page.looked is looked
    granted[0].rmdir()
    page.closed()
    page.opened({})
    qtbot.waitUntil(lambda: not row.standing.exists, timeout=LONG)


def test_an_empty_page_says_what_it_is_for_and_suggests_folders(make_page: Make, guard: Path, qtbot, screens) -> None:
    (guard / "Documents").mkdir()
    (guard / "Projects").mkdir()
    page = make_page()
    qtbot.waitUntil(lambda: len(page.first.buttons) == 2, timeout=LONG)
    assert page.first.isVisible()
    screens("folders-empty", page)
    page.first.buttons[0].click()
    qtbot.waitUntil(page.adding.isVisible, timeout=LONG)
    assert page.adding.lines[0].text() == "~/Documents"


def test_a_folder_is_added_by_the_dialog(make_page: Make, folder: Path, home: str, qtbot) -> None:
    page = make_page(choose=lambda _parent, chosen: chosen(str(folder)))
    page.add.click()
    qtbot.waitUntil(page.adding.isVisible, timeout=LONG)
    click(qtbot, page.adding.access, 1)
    page.adding.yes.click()
    row = row_of(page, folder, qtbot)
    assert row.access.value == "ask"
    assert setting(home, folder).servers is None
    qtbot.waitUntil(page.adding.isHidden, timeout=LONG)


def test_another_page_may_ask_for_a_folder(make_page: Make, folder: Path, home: str, qtbot, screens) -> None:
    page = make_page({"add": str(folder)})
    qtbot.waitUntil(page.adding.isVisible, timeout=LONG)
    assert page.adding.paths == [str(folder)]
    assert load(home).folders == ()
    screens("folders-adding", page)


def test_a_removed_folder_can_be_put_back_as_it_was(
    make_page: Make, granted, home: str, qtbot, services: Services
) -> None:
    before = (Path(home) / "doorkeep.toml").read_text()
    page = make_page()
    row = row_of(page, granted[1], qtbot)
    row.remove.click()
    qtbot.waitUntil(lambda: len(page.rows) == 2, timeout=LONG)
    assert len(load(home).folders) == 2
    message = services.messages.show_from_now_on()[-1]
    assert message.action == "Put back"
    assert message.act is not None
    message.act()
    qtbot.waitUntil(lambda: len(page.rows) == 3, timeout=LONG)
    assert (Path(home) / "doorkeep.toml").read_text() == before


def test_a_missing_folder_is_said_to_be_missing(make_page: Make, granted, qtbot, screens) -> None:
    granted[0].rmdir()
    page = make_page()
    row = row_of(page, granted[0], qtbot)
    assert row.state.accessibleName() == "Missing"
    assert "not there right now" in row.explained.text()
    row_of(page, granted[2], qtbot)
    screens("folders-missing", page)


def test_a_change_from_outside_updates_the_rows_where_they_stand(make_page: Make, granted, home: str, qtbot) -> None:
    page = make_page()
    row = row_of(page, granted[0], qtbot)
    row_of(page, granted[2], qtbot)
    path = Path(home) / "doorkeep.toml"
    path.write_text(path.read_text().replace('"read"', '"write"'))
    qtbot.waitUntil(lambda: row.access.value == "write", timeout=LONG)
    assert row_of(page, granted[0], qtbot) is row


def test_broken_settings_are_said_with_a_button_that_opens_the_file(
    make_page: Make, settings, home: str, qtbot, screens
) -> None:
    opened: list[str] = []
    settings("[[folders]\npath = 3\n")
    page = make_page(open_file=opened.append)
    qtbot.waitUntil(page.trouble.isVisible, timeout=LONG)
    assert "not valid TOML" in page.trouble.title.text()
    assert not page.add.isEnabled()
    screens("folders-broken", page)
    page.trouble.open.click()
    assert opened == [str(Path(home) / "doorkeep.toml")]
    settings("")
    qtbot.waitUntil(page.first.isVisible, timeout=LONG)
    assert not page.trouble.isVisible()
