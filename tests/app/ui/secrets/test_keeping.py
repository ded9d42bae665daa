"""The panel that takes a secret's value."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QLineEdit

from app.core.errors import VaultError
from app.ui.secrets.keeping import KeepPanel


@pytest.fixture
def panel(services, qtbot) -> KeepPanel:
    made = KeepPanel(services)
    qtbot.addWidget(made)
    return made


def test_a_value_goes_to_the_keychain_and_is_forgotten_here(panel: KeepPanel, link, qtbot) -> None:
    panel.ask()
    assert not panel.yes.isEnabled()
    panel.name.setText(" github ")
    panel.value.setText("ghp_geheim")
    with qtbot.waitSignal(panel.kept) as kept:
        panel.yes.click()
    assert kept.args == ["github"]
    assert link.calls == [("set_secret", {"name": "github", "value": "ghp_geheim"})]
    assert panel.value.text() == ""
    assert panel.isHidden()


def test_what_is_typed_is_not_shown(panel: KeepPanel) -> None:
    assert panel.value.echoMode() is QLineEdit.EchoMode.Password


def test_another_value_is_asked_for_without_the_name(panel: KeepPanel, link) -> None:
    panel.ask("github")
    assert panel.name.isHidden()
    panel.value.setText("neu")
    panel.value.returnPressed.emit()
    assert link.calls == [("set_secret", {"name": "github", "value": "neu"})]


def test_a_name_that_cannot_stand_in_the_settings_is_said(panel: KeepPanel, link) -> None:
    panel.ask()
    panel.name.setText("My Token")
    panel.value.setText("x")
    panel.yes.click()
    assert "a to z" in panel.problem.text()
    assert link.calls == []


def test_a_locked_keychain_is_said_and_what_was_typed_stays(panel: KeepPanel, link) -> None:
    link.answers["set_secret"] = VaultError("The keychain is locked.", "", "Unlock it.")
    panel.ask("github")
    panel.value.setText("neu")
    panel.yes.click()
    assert panel.problem.text() == "The keychain is locked. Unlock it."
    assert panel.value.text() == "neu"
    assert panel.yes.isEnabled()


def test_putting_it_away_forgets_what_was_typed(panel: KeepPanel) -> None:
    panel.ask("github")
    panel.value.setText("neu")
    panel.no.click()
    assert panel.value.text() == ""
