"""The Secrets page as a whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.core.secret_names import Noted, write_names
from app.desktop import reveal
from app.ui.secrets.page import SecretsPage

LONG = 20_000
SETTINGS = """
[servers.github]
command = "npx"
args = ["-y", "github-server"]
env = { GITHUB_PERSONAL_ACCESS_TOKEN = "secret:github" }
[servers.slack]
command = "npx"
args = ["-y", "slack-server", "secret:slack-team"]
env = { SLACK_BOT_TOKEN = "secret:slack" }
"""


@pytest.fixture
def make(services, qtbot):
    def page() -> SecretsPage:
        made = SecretsPage(services)
        qtbot.addWidget(made)
        made.resize(860, 720)
        made.show()
        made.opened({})
        qtbot.waitUntil(lambda: bool(made.rows) or made.empty.isVisible(), timeout=LONG)
        return made

    return page


def test_it_shows_what_is_kept_and_what_is_missing(make, home: str, screens) -> None:
    Path(home, "doorkeep.toml").write_text(SETTINGS)
    write_names(home, {"github": Noted(1_700_000_000, 1_760_000_000), "slack-team": Noted(1_760_000_000)})
    page = make()
    assert list(page.rows) == ["slack", "github", "slack-team"]
    screens("secrets", page)
    page.add.click()
    page.rows["github"].trash.click()
    screens("secrets-asking", page)


def test_with_nothing_it_says_what_it_is_for(make, screens) -> None:
    page = make()
    assert page.empty.isVisible()
    screens("secrets-empty", page)


def test_a_missing_one_is_counted_on_the_side_list(make, home: str, qtbot) -> None:
    page = make()
    Path(home, "doorkeep.toml").write_text(SETTINGS)
    with qtbot.waitSignal(page.badge, check_params_cb=lambda count: count == 3, timeout=LONG):
        page.look()


def test_what_was_kept_appears_and_what_was_removed_goes(make, home: str, qtbot) -> None:
    page = make()
    write_names(home, {"github": Noted(1)})
    page.panel.kept.emit("github")
    qtbot.waitUntil(lambda: "github" in page.rows, timeout=LONG)
    write_names(home, {})
    page.rows["github"].removed.emit("github")
    qtbot.waitUntil(lambda: not page.rows and page.empty.isVisible(), timeout=LONG)


def test_it_can_be_opened_with_a_question(make) -> None:
    page = make()
    page.opened({"set": "github"})
    assert page.panel.title.text() == "The value of github"
    page.panel.value.setText("x")
    page.closed()
    assert page.panel.value.text() == ""


def test_broken_settings_are_said_with_a_way_to_them(make, home: str, monkeypatch, screens) -> None:
    Path(home, "doorkeep.toml").write_text("[servers")
    write_names(home, {"github": Noted(1)})
    page = make()
    shown: list[str] = []
    monkeypatch.setattr(reveal, "reveal", shown.append)
    assert page.trouble.isVisible()
    page.trouble.open.click()
    assert shown == [str(Path(home, "doorkeep.toml"))]
    screens("secrets-broken", page)
