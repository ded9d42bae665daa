"""One secret's row."""

from __future__ import annotations

import pytest

from app.core.errors import VaultError
from app.core.secret_names import Noted, Use
from app.ui.secrets.facts import Secret
from app.ui.secrets.row import SecretRow

KEPT = Secret("github", Noted(1), (Use("github", "github", "env TOKEN"),))


@pytest.fixture
def row(services, qtbot) -> SecretRow:
    made = SecretRow(services, KEPT)
    qtbot.addWidget(made)
    made.show()
    return made


def test_removing_asks_first_and_says_what_follows(row: SecretRow, link, qtbot) -> None:
    row.trash.click()
    assert "Nothing brings it back. Without it these servers cannot be started: github." in row.asked.text()
    assert link.calls == []
    with qtbot.waitSignal(row.removed) as removed:
        row.yes.click()
    assert removed.args == ["github"]
    assert link.calls == [("remove_secret", {"name": "github"})]
    assert row.question.isHidden()


def test_keeping_it_does_nothing(row: SecretRow, link) -> None:
    row.trash.click()
    row.no.click()
    assert row.question.isHidden()
    assert link.calls == []


def test_a_keychain_that_refuses_is_said(row: SecretRow, link) -> None:
    link.answers["remove_secret"] = VaultError("The keychain is locked.")
    row.trash.click()
    row.yes.click()
    assert row.problem.text() == "The keychain is locked."
    assert row.yes.isEnabled()


def test_one_that_was_never_set_can_be_set_and_not_removed(row: SecretRow, qtbot) -> None:
    row.show_secret(KEPT._replace(noted=None))
    assert (row.missing.isHidden(), row.trash.isHidden(), row.set.text()) == (False, True, "Set…")
    with qtbot.waitSignal(row.replace) as asked:
        row.set.click()
    assert asked.args == ["github"]


@pytest.mark.parametrize(("place", "warned"), [("args", True), ("env A", False), ("auth", False)])
def test_a_place_that_others_can_read_is_warned_of(row: SecretRow, place: str, warned: bool) -> None:
    row.show_secret(KEPT._replace(uses=(Use("github", "x", place),)))
    assert row.warning.isHidden() is not warned
