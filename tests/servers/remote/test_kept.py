"""A sign-in as one secret, and what renews it."""

from __future__ import annotations

import json
import time
from urllib.parse import parse_qs

import msgspec
import pytest

from servers.remote.kept import (
    EARLY_SECONDS,
    Kept,
    read,
    renewal,
    renewal_of,
    renewed,
    revocation,
    text_of,
)

KEPT = Kept("access", "https://login/token", "me", "refresh", scope="use", resource="https://far/mcp")


def form(request: object) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(request.content.decode(), keep_blank_values=True).items()}  # pyright: ignore[reportAttributeAccessIssue, reportUnknownArgumentType, reportUnknownMemberType, reportUnknownVariableType]


def test_what_was_kept_is_read_again() -> None:
    assert read(text_of(KEPT)) == KEPT


@pytest.mark.parametrize("text", [None, "", "x", "[]", '{"access_token":1}', '{"access_token":"a"}'])
def test_what_is_no_sign_in_is_none(text: str | None) -> None:
    assert read(text) is None


def test_a_renewal_names_the_token_the_client_and_what_it_is_for() -> None:
    request = renewal(KEPT)
    assert (request.method, str(request.url)) == ("POST", "https://login/token")
    assert form(request) == {
        "grant_type": "refresh_token",
        "refresh_token": "refresh",
        "client_id": "me",
        "resource": "https://far/mcp",
    }
    assert "Authorization" not in request.headers


def test_a_client_with_a_secret_shows_it_as_its_server_wants() -> None:
    posted = msgspec.structs.replace(KEPT, client_secret="s p", method="client_secret_post")
    assert form(renewal(posted))["client_secret"] == "s p"
    basic = msgspec.structs.replace(KEPT, client_id="m:e", client_secret="s p", method="client_secret_basic")
    request = renewal(basic)
    assert request.headers["Authorization"] == "Basic bSUzQWU6cyUyMHA="  # m%3Ae:s%20p (RFC 6749 §2.3.1)
    assert "client_secret" not in form(request)


def test_a_revocation_names_the_token_and_its_kind() -> None:
    kept = msgspec.structs.replace(KEPT, revocation_endpoint="https://login/revoke")
    assert form(revocation(kept, "t", "access_token")) == {
        "token": "t",
        "token_type_hint": "access_token",
        "client_id": "me",
    }
    assert form(revocation(kept, "t", "access_token", empty_secret=True))["client_secret"] == ""


def test_what_an_answer_leaves_out_stays_as_it_was() -> None:
    found = renewed(KEPT, b'{"access_token":"new","token_type":"bearer"}')
    assert found == msgspec.structs.replace(KEPT, access_token="new")


def test_a_new_refresh_token_replaces_the_old_one() -> None:
    answer = {"access_token": "new", "refresh_token": "next", "scope": "", "expires_in": "100"}
    found = renewed(KEPT, json.dumps(answer).encode())
    assert found is not None
    assert (found.refresh_token, found.scope) == ("next", "")
    assert found.renew_at > time.time()


@pytest.mark.parametrize("answer", [b"", b"[]", b"{}", b'{"access_token":""}', b'{"access_token":1}', b"\xff"])
def test_what_is_no_answer_renews_nothing(answer: bytes) -> None:
    assert renewed(KEPT, answer) is None


@pytest.mark.parametrize("said", [None, "", "soon", 0, -5, float("nan")])
def test_without_a_sensible_end_none_is_known(said: object) -> None:
    assert renewal_of(said) == 0.0


def test_it_is_renewed_before_it_ends_and_not_all_the_time() -> None:
    now = time.time()
    assert renewal_of(3600) - now == pytest.approx(3600 - EARLY_SECONDS, abs=60)
    assert renewal_of(8) > now + 5
    assert not msgspec.structs.replace(KEPT, renew_at=now - 1).fresh
    assert msgspec.structs.replace(KEPT, renew_at=now + 3600).fresh
    assert KEPT.fresh
    assert not msgspec.structs.replace(KEPT, access_token="").fresh
