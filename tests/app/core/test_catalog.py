"""The catalog of well-known servers: complete, consistent, and data only."""

from __future__ import annotations

import os

import pytest

from app.core.catalog import Known, catalog, categories, find
from app.core.errors import DoorkeepError
from app.core.secret_names import NAME, uses_of

ROWS = list(catalog().values())
WANTED = (
    "github slack google-drive postgres sqlite playwright puppeteer notion atlassian asana linear sentry figma supabase "
    "cloudflare aws-docs stripe salesforce hubspot memory fetch time sequential-thinking everything"
).split()


@pytest.mark.parametrize("name", WANTED)
def test_what_people_look_for_is_there(name: str) -> None:
    assert name in catalog()


@pytest.mark.parametrize("known", ROWS, ids=lambda known: known.name)
def test_a_row_is_a_command_or_an_address_and_says_what_it_is(known: Known) -> None:
    assert bool(known.command) != bool(known.url)
    assert known.about.endswith(".")
    assert known.categories
    assert not known.url or known.url.startswith("https://")
    assert not known.auth or known.auth == "oauth" or known.auth.startswith("secret:")


@pytest.mark.parametrize("known", ROWS, ids=lambda known: known.name)
def test_every_secret_that_is_filled_in_is_explained_and_no_other(known: Known) -> None:
    setting = known.setting({ask.name: "/x" for ask in known.asks})
    needed = {use.secret for use in uses_of(known.name, setting) if use.place != "sign-in"}
    assert needed == {secret.name for secret in known.secrets}
    assert all(NAME.fullmatch(secret.name) for secret in known.secrets)
    assert all(not secret.get or secret.get.startswith("https://") for secret in known.secrets)


@pytest.mark.parametrize("known", ROWS, ids=lambda known: known.name)
def test_every_question_is_used_and_nothing_is_left_open(known: Known) -> None:
    setting = known.setting({ask.name: f"/answer-{ask.name}" for ask in known.asks})
    text = " ".join([setting.command, *setting.args, *setting.env.values()])
    assert "{" not in text
    assert all(f"answer-{ask.name}" in text for ask in known.asks)


def test_a_secret_in_arguments_is_warned_of() -> None:
    for known in ROWS:
        setting = known.setting({ask.name: "/x" for ask in known.asks})
        if any(use.shown_by_the_system for use in uses_of(known.name, setting)):
            assert "other programs" in known.note


def test_an_answer_that_is_missing_is_asked_for() -> None:
    with pytest.raises(DoorkeepError, match="The database file"):
        catalog()["sqlite"].setting({})


def test_a_default_is_taken_and_an_answer_is_taken_as_it_is() -> None:
    memory = catalog()["memory"]
    assert memory.setting({}).env["MEMORY_FILE_PATH"] == os.path.expanduser("~/.doorkeep-memory.json")
    assert memory.setting({"file": "/a {b} c"}).env["MEMORY_FILE_PATH"] == "/a {b} c"


def test_it_is_searched_by_words_and_category() -> None:
    assert [known.name for known in find("jira")] == ["atlassian"]
    assert {known.name for known in find("", "data")} == {"postgres", "sqlite", "supabase"}
    assert find("no such thing") == []
    assert len(find("")) == len(ROWS)
    assert "data" in categories()
