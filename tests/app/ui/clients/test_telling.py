"""Words about clients, without a command line in them."""

from __future__ import annotations

import pytest

from app.clients.adopting.foreign import Foreign, Shown
from app.clients.check import Report, State
from app.ui.clients import telling


def report(state: State, **more) -> Report:
    return Report(
        "claude-desktop", "Claude Desktop", "/x/config.json", state, "the words", "doorkeep clients fix", **more
    )


@pytest.mark.parametrize(
    ("state", "word"),
    [
        ("connected", "Connected"),
        ("not connected", "Not connected"),
        ("waiting", "Waits until it is closed"),
        ("unreadable", "Cannot be read"),
        *((state, "Needs repair") for state in ("wiped", "removed", "changed", "stale")),
    ],
)
def test_each_state_has_its_word(qapp, state: State, word: str) -> None:
    assert telling.chip(report(state))[0] == word


@pytest.mark.parametrize("state", ["wiped", "removed", "changed", "stale", "unreadable"])
def test_each_trouble_is_said_without_a_command(qapp, state: State) -> None:
    said = telling.trouble(report(state))
    assert said
    assert "doorkeep clients" not in said
    assert "{" not in said


@pytest.mark.parametrize("state", ["connected", "not connected", "waiting"])
def test_what_is_no_trouble_is_not_called_so(qapp, state: State) -> None:
    assert telling.trouble(report(state)) == ""


def test_a_policy_of_the_organisation_comes_first(qapp) -> None:
    found = report("connected", blocked="Your organisation turned it off.")
    assert telling.chip(found)[0] == "Forbidden"
    assert telling.trouble(found) == "Your organisation turned it off."


def test_what_waits_and_why_it_failed_is_noted(qapp) -> None:
    said = telling.notes(report("waiting", waiting="connect waits; last try: the disk is full"))
    assert said.endswith("The last try failed: the disk is full")


def test_moments_and_sizes_are_said_plainly(qapp) -> None:
    assert telling.since("1970-01-01T00:00:10Z", now=15.0) == 5.0
    assert telling.since("no moment") == 0.0
    assert telling.since("2999-01-01T00:00:00Z") == 0.0
    assert telling.moment("no moment") == "no moment"
    assert [telling.size(count) for count in (12, 1500, 2_000_000)] == ["12 bytes", "1.5 kB", "2.0 MB"]


@pytest.mark.parametrize(
    ("secrets", "words"),
    [(0, "Nobody watches"), (1, "One secret lies open in the file."), (3, "3 secrets lie open in the file.")],
)
def test_open_secrets_are_counted(secrets: int, words: str) -> None:
    server = Foreign("a", "command", "x", secrets=(Shown("env T", "•••• (1 characters)"),) * secrets)
    assert telling.foreign_means((server,)).startswith(words)
    assert telling.foreign_title((server,)) == "One server here does not pass Doorkeep"


def test_a_secret_that_stays_visible_says_so() -> None:
    assert telling.place(Shown("--key", "•", in_args=True)) == "--key (visible while it runs)"
    assert telling.secrets_in_words(Foreign("a", "command", problem="so")) == "Cannot be moved as it stands: so."
