"""Taking the setup along, bringing one in, and the bundle for a bug report."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from app.core.errors import DoorkeepError
from app.core.folders import grant, remove
from app.core.settings import load
from app.ui.settings.carrying import CarryingPanel, write_bundle

LONG = 20_000


@pytest.fixture
def panel(services, qtbot) -> CarryingPanel:
    made = CarryingPanel(services)
    qtbot.addWidget(made)
    made.resize(800, 600)
    made.show()
    return made


@pytest.fixture
def exported(panel: CarryingPanel, home: str, folder: Path, tmp_path: Path, qtbot) -> str:
    """A setup that grants one folder, which is taken back here."""
    path = str(tmp_path / "setup.json")
    grant(home, str(folder), "ask")
    panel.save_setup(path)
    qtbot.waitUntil(lambda: "lies in" in panel.said.text(), timeout=LONG)
    remove(home, str(folder))
    return path


def test_an_import_is_shown_before_it_is_made(panel: CarryingPanel, exported: str, home: str, qtbot, screens) -> None:
    panel.look_into(exported)
    qtbot.waitUntil(panel.preview.isVisible, timeout=LONG)
    assert "Documents: ask" in panel.changes.toPlainText()
    assert load(home).folders == ()
    panel.resize(800, panel.sizeHint().height())
    screens("settings-import", panel)
    panel.apply.click()
    qtbot.waitUntil(lambda: panel.said.text() == "The setup is in force.", timeout=LONG)
    assert [folder.access for folder in load(home).folders] == ["ask"]
    assert not panel.preview.isVisible()


def test_an_import_can_be_left(panel: CarryingPanel, exported: str, home: str, qtbot) -> None:
    panel.look_into(exported)
    qtbot.waitUntil(panel.preview.isVisible, timeout=LONG)
    panel.cancel.click()
    assert not panel.preview.isVisible()
    assert load(home).folders == ()


def test_nothing_to_change_has_no_button(panel: CarryingPanel, exported: str, home: str, folder: Path, qtbot) -> None:
    grant(home, str(folder), "ask")
    panel.look_into(exported)
    qtbot.waitUntil(lambda: panel.said.text().startswith("There is nothing"), timeout=LONG)
    assert not panel.apply.isVisible()


def test_what_is_no_setup_is_said(panel: CarryingPanel, tmp_path: Path, qtbot) -> None:
    path = tmp_path / "x.json"
    path.write_text("no setup")
    panel.look_into(str(path))
    qtbot.waitUntil(lambda: "is not a setup of Doorkeep" in panel.said.text(), timeout=LONG)
    panel.save_setup(str(tmp_path / "no" / "where.json"))
    qtbot.waitUntil(lambda: "cannot be written" in panel.said.text(), timeout=LONG)


def test_diagnostics_are_saved(panel: CarryingPanel, home: str, tmp_path: Path, qtbot) -> None:
    path = tmp_path / "bundle.zip"
    panel.save_bundle(str(path))
    assert not panel.bundle.isEnabled()
    qtbot.waitUntil(panel.bundle.isEnabled, timeout=3 * LONG)
    with zipfile.ZipFile(path) as bundle:
        assert "findings.json" in bundle.namelist()


def test_a_bundle_that_cannot_be_written_says_why(home: str, tmp_path: Path) -> None:
    with pytest.raises(DoorkeepError, match="cannot be written"):
        write_bundle(home, str(tmp_path / "nowhere" / "b.zip"))
