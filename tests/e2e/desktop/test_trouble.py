"""What a person meets when something is wrong: the page says what, and stays usable; when it is mended, it goes on."""

from __future__ import annotations

import os
import signal
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from app.core.folders import grant
from app.core.journal.database import database_of
from app.core.settings import load, settings_path
from tests.fakes.client import BridgeProcess
from tests.fakes.person import Person

ODD = "two\nlines \u202egnp.exe \N{GRINNING FACE}.txt"
"""A name that breaks a line, turns the text after it around, and has a picture in it."""
ODD_SHOWN = "two␚lines ␚gnp.exe \N{GRINNING FACE}.txt"
MANY = 10_000
LONG = 1_000_000
PAGES = ("Activity", "Folders", "Servers", "Clients", "Settings", "Home")


def test_a_gateway_that_was_killed_is_missed_on_every_page_and_comes_back_by_a_click(
    person: Person, client: BridgeProcess, control: Callable, folder: Path, wait_until: Callable
) -> None:
    for page in PAGES:
        person.click(f"^{page}(, .*)?$", role="Row")
        with control() as open_door:
            gateway = open_door.pid
        os.kill(gateway, signal.SIGKILL)
        person.click("^Home(, .*)?$", role="Row")
        person.sees("^(The gateway ended.|Starting…|Doorkeep is on guard.)$")
        if person.find("^Start$", role="Button"):
            person.click("^Start$", role="Button")
        person.sees("^Doorkeep is on guard.$")
        client.call(page, "read_file", path=str(folder / "report.md"))
        assert "result" in client.answer(page)
    client.call("last", "read_file", path=str(folder / "report.md"))
    assert "Total: 42" in str(client.answer("last"))
    person.sees(r"fake read report\.md .*: Allowed$")


def test_settings_with_a_mistake_are_said_where_they_count_and_mended_without_a_restart(
    chain: str, person: Person, client: BridgeProcess, folder: Path
) -> None:
    file = Path(settings_path(chain))
    good = file.read_text()
    person.click("^Folders$", role="Row")
    person.sees("^Access to ")
    file.write_text(good + "\n[[folders\n")
    person.sees("^Open the settings file$|^Open the file$")
    assert person.find("line ", role="StaticText"), person.read()
    person.click("^Home(, .*)?$", role="Row")
    person.sees("The settings file has a mistake; the last good one is in force.")
    client.call(1, "read_file", path=str(folder / "report.md"))
    assert "Total: 42" in str(client.answer(1)), "the last good copy is in force"
    file.write_text(good)
    person.sees("^Doorkeep is on guard.$")
    person.click("^Folders$", role="Row")
    person.choose(f"^Access to .*{folder.name}: Write$", "Read")
    person.sees("^In force$")
    assert load(chain).folders[0].access == "read"


def test_a_locked_log_is_said_with_what_it_means_and_no_page_stands_still(
    chain: str, person: Person, client: BridgeProcess, folder: Path
) -> None:
    client.call(0, "read_file", path=str(folder / "report.md"))
    assert "Total: 42" in str(client.answer(0))
    other = sqlite3.connect(database_of(chain), isolation_level=None)
    try:
        other.execute("BEGIN EXCLUSIVE")
        client.call(1, "list_directory", path=str(folder))
        assert "The call log is locked by another program." in str(client.answer(1))
        person.sees("^The log cannot be written, so every call is refused.$")
        person.sees("^The call log is locked by another program. ")
        person.click("^Activity$", role="Row")
        person.sees("fake read report.md, .*, Allowed$", role="Row")
        person.click("^Folders$", role="Row")
        person.sees("^Access to ")
    finally:
        other.close()
    person.click("^Home$", role="Row")
    person.sees("^Doorkeep is on guard.$")
    client.call(2, "read_file", path=str(folder / "report.md"))
    assert "Total: 42" in str(client.answer(2))
    person.sees("fake tried to list Documents .*: Failed$")


def test_without_a_window_the_tray_says_what_is_wrong_and_that_it_is_mended(
    chain: str, sit_down: Callable[..., Person], client: BridgeProcess, folder: Path, wait_until: Callable
) -> None:
    person = sit_down("--background")
    file = Path(settings_path(chain))
    good = file.read_text()

    def says(sentence: str) -> None:
        """The menu, opened again and again: it says what was true when it opened."""

        def seen() -> bool:
            person.open_menu()
            found = person.find(sentence, role="MenuItem")
            person.close_menu()
            return found is not None

        wait_until(seen, 30)

    says("^Doorkeep is on guard.$")
    file.write_text(good + "\n[[folders\n")
    says("^The settings file has a mistake; the last good one is in force.$")
    file.write_text(good)
    says("^Doorkeep is on guard.$")
    client.call(0, "read_file", path=str(folder / "report.md"))
    assert "Total: 42" in str(client.answer(0))
    other = sqlite3.connect(database_of(chain), isolation_level=None)
    try:
        other.execute("BEGIN EXCLUSIVE")
        client.call(1, "read_file", path=str(folder / "report.md"))
        assert "The call log is locked by another program." in str(client.answer(1))
        says("^The log cannot be written, so every call is refused.$")
    finally:
        other.close()
    says("^Doorkeep is on guard.$")


def test_ten_thousand_folders_leave_the_page_usable(chain: str, person: Person, tmp_path: Path) -> None:
    place = tmp_path / "many"
    for number in range(MANY):
        (place / f"folder-{number:05}").mkdir(parents=True)
    rows = "".join(f'\n[[folders]]\npath = "{place}/folder-{n:05}"\naccess = "read"\n' for n in range(MANY))
    with open(settings_path(chain), "a", encoding="utf-8") as file:
        file.write(rows)
    person.click("^Folders$", role="Row")
    person.click("^Find a folder$")
    person.session.do("type", "folder-09876")
    person.choose("^Access to .*folder-09876: Read$", "Off")
    person.sees("^In force$")
    assert [one.access for one in load(chain).folders if one.path.endswith("folder-09876")] == ["off"]


@pytest.mark.parametrize("page", ["Home", "Activity"])
def test_an_odd_name_is_shown_in_one_line_and_the_right_way_round(
    person: Person, client: BridgeProcess, folder: Path, page: str
) -> None:
    (folder / ODD).write_text("odd\n")
    person.click(f"^{page}$", role="Row")
    client.call(1, "read_file", path=str(folder / ODD))
    assert "odd" in str(client.answer(1))
    row = person.sees("fake read two")
    assert ODD_SHOWN in row.name
    assert row.height < 40
    if page == "Home":
        person.click("fake read two")  # leads to Activity
    person.click("fake read two", role="Row")
    assert r"two\nlines \u202egnp.exe" in person.sees("^Arguments$").value


def test_a_folder_of_an_odd_name_is_switched_by_its_row(
    chain: str, person: Person, client: BridgeProcess, folder: Path
) -> None:
    odd = folder / ODD
    odd.mkdir()
    (odd / "inside.md").write_text("inside\n")
    grant(chain, str(odd), "read")
    person.click("^Folders$", role="Row")
    person.choose("^Access to .*two␚lines ␚gnp", "Off")
    person.sees("^In force$")
    client.call(1, "read_file", path=str(odd / "inside.md"))
    assert client.answer(1)["result"]["isError"]


def test_a_million_characters_leave_card_and_inspector_usable(
    asking: str, person: Person, client: BridgeProcess, folder: Path, wait_until: Callable
) -> None:
    target = folder / "long.txt"
    client.call(1, "write_file", path=str(target), content="x" * LONG, mode="create")
    person.sees("wants to write long.txt")
    person.click("^Activity$", role="Row")
    person.click("fake wants to write long.txt, .*, Waiting$", role="Row")
    person.sees("^Details of the call$")

    def allowed() -> bool:
        if person.find("^Allow once$"):
            person.click("^Allow once$")
        return target.exists()

    wait_until(allowed, 30)
    assert "isError" not in client.answer(1)["result"]
    assert target.stat().st_size == LONG
    person.sees("fake wrote long.txt, .*, You allowed$", role="Row")
