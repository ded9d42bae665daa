"""One attempt: its steps in order, and what is left when it is given up in between."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from app.core.catalog import catalog
from app.core.errors import DoorkeepError
from app.core.settings import load
from app.ui.servers.looking import Attempt
from app.ui.servers.recipes import CommandRecipe, KnownRecipe, UrlRecipe

LONG = 20_000
SEEN = {"digest": "d", "tools": []}


class Late:
    """Answers when the test says so."""

    def __init__(self, link) -> None:
        self.calls: list[tuple[str, dict[str, Any], Any, Any]] = []
        link.call = lambda name, /, success=None, failure=None, **with_: self.calls.append(
            (name, with_, success, failure)
        )

    def named(self, name: str) -> list[dict[str, Any]]:
        return [with_ for call, with_, _, _ in self.calls if call == name]

    def answer(self, name: str, value: Any) -> None:
        at, (_, _, success, failure) = next((n, one) for n, one in enumerate(self.calls) if one[0] == name)
        self.calls[at] = (f"{name}, answered", *self.calls[at][1:])
        if isinstance(value, Exception):
            failure(value)
        else:
            success(value)


@pytest.fixture
def late(link) -> Late:
    return Late(link)


@pytest.fixture
def opened() -> list[str]:
    return []


@pytest.fixture
def attempt(services, opened: list[str], link) -> Attempt:
    return Attempt(services, opened.append, link)


Waits = Callable[[str], None]


@pytest.fixture
def asked(late: Late, qtbot) -> Waits:
    return lambda name: qtbot.waitUntil(lambda: bool(late.named(name)), timeout=LONG)


SLACK = KnownRecipe(catalog()["slack-bot"], "slack-bot")
ANSWERS = {"team": "T1", "slack-bot": True}


def test_secrets_come_before_the_look_and_the_look_before_the_adding(
    attempt: Attempt, late: Late, asked: Waits, qtbot, home: str
) -> None:
    attempt.begin(SLACK, "slack-bot", ANSWERS, {"slack-bot": "canary"}, set())
    asked("set_secret")
    assert late.named("look_server") == []
    late.answer("set_secret", {})
    with qtbot.waitSignal(attempt.looked):
        late.answer("look_server", SEEN)
    attempt.add()
    asked("accept_server")
    assert "slack-bot" in load(home).servers
    with qtbot.waitSignal(attempt.added) as added:
        late.answer("accept_server", {})
    assert added.args == ["slack-bot"]
    attempt.undo()
    assert late.named("remove_secret") == []
    assert "slack-bot" in load(home).servers


def test_a_secret_that_arrives_after_it_was_given_up_is_taken_out_again(
    attempt: Attempt, late: Late, asked: Waits
) -> None:
    attempt.begin(SLACK, "slack-bot", ANSWERS, {"slack-bot": "canary"}, set())
    asked("set_secret")
    attempt.undo()
    late.answer("set_secret", {})
    assert late.named("remove_secret") == [{"name": "slack-bot"}]
    assert late.named("look_server") == []


def test_a_look_that_ends_after_it_was_given_up_changes_nothing(
    attempt: Attempt, late: Late, asked: Waits, qtbot
) -> None:
    attempt.begin(CommandRecipe(), "mine", {"command": "true"}, {}, set())
    asked("look_server")
    attempt.undo()
    assert late.named("stop_look") == [{"name": "mine"}]
    with qtbot.assertNotEmitted(attempt.looked), qtbot.assertNotEmitted(attempt.failed):
        late.answer("look_server", SEEN)


def test_a_sign_in_comes_before_the_look_and_can_be_given_up(
    attempt: Attempt, late: Late, asked: Waits, opened: list[str]
) -> None:
    attempt.begin(UrlRecipe(), "far", {"url": "https://x.test/mcp", "oauth": True}, {}, set())
    asked("sign_in")
    late.answer("sign_in", {"name": "far", "url": "https://x.test/authorize"})
    assert (opened, late.named("look_server")) == (["https://x.test/authorize"], [])
    attempt.undo()
    assert late.named("cancel_sign_in") == [{"name": "far"}]
    attempt.begin(UrlRecipe(), "far", {"url": "https://x.test/mcp", "oauth": True}, {}, set())
    asked("sign_in")
    late.answer("sign_in", {"name": "far", "url": "https://x.test/authorize"})
    late.answer("sign_in_result", DoorkeepError("late"))  # the first one's, which nobody waits for
    late.answer("sign_in_result", {"name": "far", "words": ""})
    assert len(late.named("look_server")) == 1


def test_why_it_failed_names_a_program_that_is_missing(
    attempt: Attempt, late: Late, asked: Waits, qtbot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    attempt.begin(KnownRecipe(catalog()["time"], "time"), "time", {}, {}, set())
    asked("look_server")
    with qtbot.waitSignal(attempt.failed) as failed:
        late.answer("look_server", DoorkeepError("It could not be started."))
    assert failed.args == ["It could not be started. It needs uv, which brings uvx. Install that, then try again."]


def test_a_name_that_is_wrong_or_taken_is_refused(attempt: Attempt, late: Late, qtbot) -> None:
    for name, says in (("A b", "a to z"), ("x" * 31, "a to z"), ("mine", "already")):
        with qtbot.waitSignal(attempt.refused) as refused:
            attempt.begin(CommandRecipe(), name, {"command": "x"}, {}, {"mine"})
        assert says in refused.args[0]
    assert late.calls == []


def test_a_server_whose_tools_could_not_be_accepted_is_still_set_up(
    attempt: Attempt, late: Late, asked: Waits, qtbot, services
) -> None:
    attempt.begin(CommandRecipe(), "mine", {"command": "x"}, {}, set())
    asked("look_server")
    late.answer("look_server", SEEN)
    attempt.add()
    asked("accept_server")
    with qtbot.waitSignal(attempt.added):
        late.answer("accept_server", DoorkeepError("The gateway ended."))
    assert [one.title for one in services.messages.show_from_now_on()] == ["The gateway ended."]


def test_a_sign_in_that_is_there_already_needs_no_browser(
    attempt: Attempt, late: Late, asked: Waits, opened: list[str]
) -> None:
    attempt.begin(UrlRecipe(), "far", {"url": "https://x.test/mcp", "oauth": True}, {}, set())
    asked("sign_in")
    late.answer("sign_in", {"name": "far", "words": "Signed in."})
    assert (opened, len(late.named("look_server"))) == ([], 1)


def test_a_sign_in_to_a_server_that_was_not_added_is_forgotten(attempt: Attempt, late: Late, asked: Waits) -> None:
    attempt.begin(UrlRecipe(), "far", {"url": "https://x.test/mcp", "oauth": True}, {}, set())
    asked("sign_in")
    late.answer("sign_in", {"name": "far", "url": "https://x.test/authorize"})
    late.answer("sign_in_result", {"name": "far", "words": ""})
    attempt.undo()
    late.answer("sign_out", DoorkeepError("There is no server named far."))
    assert late.named("remove_secret") == [{"name": "oauth-far"}]
