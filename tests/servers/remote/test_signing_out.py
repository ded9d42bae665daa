"""Signing out: what is ended there, and what is said where that cannot be."""

from __future__ import annotations

from typing import Any

import anyio
import httpx2
import pytest

from servers.remote import kept as keeping
from servers.remote import signing_out
from servers.remote.asking import Gateway
from servers.remote.exchange import Answer
from servers.remote.kept import Kept
from servers.remote.told import Told
from tests.fakes.private_line import Secrets

KEPT = Kept("access", "https://login/token", "me", "refresh", revocation_endpoint="https://login/revoke")


def signed_out(secrets: Secrets) -> tuple[bool, str]:
    def write(message: dict[str, Any]) -> None:
        gateway.answered({"id": message["id"], **secrets.serve(message["method"], message["params"])})

    gateway = Gateway(write)
    return anyio.run(signing_out.sign_out, Told("https://far/mcp", "far", sign_in="oauth-far"), gateway)


def answering(monkeypatch: pytest.MonkeyPatch, *answers: Any) -> list[str]:
    """A login server that says these; what it was sent."""
    asked: list[str] = []

    async def answer(request: httpx2.Request) -> Answer:
        asked.append(request.content.decode())
        found = answers[len(asked) - 1]
        if isinstance(found, Exception):
            raise found
        return Answer(found)

    monkeypatch.setattr(signing_out, "answer_to", answer)
    return asked


def kept(**change: Any) -> Secrets:
    import msgspec

    return Secrets(**{"oauth-far": keeping.text_of(msgspec.structs.replace(KEPT, **change))})


def test_both_tokens_are_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = answering(monkeypatch, 200, 200)
    secrets = kept()
    assert signed_out(secrets)[0]
    assert [text.partition("&")[0] for text in asked] == ["token=refresh", "token=access"]
    assert secrets.kept == {}


def test_servers_that_want_an_empty_field_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = answering(monkeypatch, 400, 200, 400, 200)
    assert signed_out(kept())[0]
    assert ["client_secret=" in text for text in asked] == [False, True, False, True]


@pytest.mark.parametrize(
    "answers",
    [(200, 503), (httpx2.ConnectError("x"), httpx2.ConnectError("x")), (400, 400, 400, 400)],
    ids=["half", "offline", "refused"],
)
def test_what_could_not_be_ended_is_said(monkeypatch: pytest.MonkeyPatch, answers: tuple[Any, ...]) -> None:
    answering(monkeypatch, *answers)
    secrets = kept()
    found, words = signed_out(secrets)
    assert (found, "could not be told" in words) == (False, True)
    assert secrets.kept == {}


@pytest.mark.parametrize("endpoint", ["", "http://login.example.com/revoke"])
def test_without_a_safe_place_for_it_nothing_is_sent(monkeypatch: pytest.MonkeyPatch, endpoint: str) -> None:
    asked = answering(monkeypatch)
    secrets = kept(revocation_endpoint=endpoint)
    found, words = signed_out(secrets)
    assert (found, "offers no way" in words, asked, secrets.kept) == (False, True, [], {})


@pytest.mark.parametrize("secrets", [Secrets(), kept(access_token="", refresh_token="")], ids=["none", "ended"])
def test_where_nobody_was_signed_in_that_is_said(secrets: Secrets) -> None:
    assert signed_out(secrets) == (False, "There was no sign-in to far.")
